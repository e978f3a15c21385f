import { z } from 'zod';
import { decode, parseParameters, parsePort, refuse } from './setting-url.js';

/** Where a server may be. */
export interface DatabaseHost {
  /** A name, an IP address, or the folder of a Unix socket. */
  readonly name: string;
  /** The IP address to connect to instead of resolving the name. */
  readonly address: string | null;
  readonly port: number;
}

/** A parsed connection URI of PostgreSQL (https://www.postgresql.org/docs/18/libpq-connect.html). */
export interface DatabaseUrl extends Omit<Parameters, 'host' | 'hostaddr' | 'port' | 'ssl'> {
  /** Tried in this order. */
  readonly hosts: readonly DatabaseHost[];
}

const DEFAULT_HOST = 'localhost';
const DEFAULT_PORT = '5432';

const oneOf = <const T extends readonly [string, ...string[]]>(...values: T) =>
  z.enum(values, `must be ${values.join(' or ')}`);

const seconds = z
  .string()
  .regex(/^[1-9]\d{0,5}$/, 'must be a number of seconds')
  .transform(Number);

/** The parameters of libpq that the gateway honours. All others are refused by name. */
const Parameters = z
  .strictObject({
    host: z.string(),
    hostaddr: z.string(),
    port: z.string(),
    dbname: z.string(),
    user: z.string(),
    password: z.string(),
    sslmode: oneOf('disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'),
    ssl: oneOf('true', '1', 'false', '0'),
    sslnegotiation: oneOf('postgres', 'direct'),
    sslrootcert: z.string(),
    sslcert: z.string(),
    sslkey: z.string(),
    sslpassword: z.string(),
    sslcrl: z.string(),
    sslsni: oneOf('1'),
    sslcompression: oneOf('0'),
    ssl_min_protocol_version: oneOf('TLSv1.2', 'TLSv1.3'),
    ssl_max_protocol_version: oneOf('TLSv1.2', 'TLSv1.3'),
    gssencmode: oneOf('disable', 'prefer'),
    channel_binding: oneOf('disable', 'prefer'),
    connect_timeout: seconds,
    client_encoding: z.string().regex(/^(utf-?8|auto)$/i, 'must be UTF8'),
    options: z.string(),
    application_name: z.string(),
    fallback_application_name: z.string(),
    keepalives: oneOf('0', '1'),
    keepalives_idle: seconds,
    target_session_attrs: oneOf('any', 'read-write', 'primary'),
    load_balance_hosts: oneOf('disable', 'random'),
  })
  .partial();

type Parameters = z.output<typeof Parameters>;

/** Authority, path and query. As in libpq, the password may contain what a URL would have to encode. */
const URI = /^postgres(?:ql)?:\/\/(?:([^/?]*)@)?([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/s;

/** @throws RangeError that says what the text must be, without quoting it: it may have a password. */
export function parseDatabaseUrl(text: string): DatabaseUrl {
  const [, userInfo = '', authority = '', path = '', query = ''] =
    URI.exec(text) ?? refuse('must be a postgresql:// URL');
  const [, user = '', password = ''] = /^([^:]*):?(.*)$/s.exec(userInfo) ?? [];
  const { host, hostaddr, port, ssl, ...parameters } = parseParameters(Parameters, query);
  const listed = authority === '' ? [] : authority.split(',').map(splitHost);
  const named = {
    ...(path === '' ? {} : { dbname: decode(path) }),
    ...(user === '' ? {} : { user: decode(user) }),
    ...(password === '' ? {} : { password: decode(password) }),
  };
  const settings = {
    ...named,
    ...parameters,
    ...(ssl === undefined ? {} : { sslmode: modeOf(ssl, parameters) }),
  };
  requireConsistentTls(settings);
  return {
    ...settings,
    hosts: hostsOf(
      host?.split(',') ?? listed.map(({ name }) => name),
      hostaddr?.split(','),
      port?.split(',') ?? listed.map(({ port }) => port),
    ),
  };
}

/** What is wrong with a URL, as `parseDatabaseUrl` says it; null for a valid one. */
export function databaseUrlProblem(text: string): string | null {
  try {
    parseDatabaseUrl(text);
    return null;
  } catch (error) {
    return error instanceof RangeError ? error.message : String(error);
  }
}

/** `ssl` is the parameter of JDBC, which libpq accepts, too. */
function modeOf(ssl: NonNullable<Parameters['ssl']>, { sslmode }: Pick<Parameters, 'sslmode'>) {
  const mode = ssl === 'true' || ssl === '1' ? 'require' : 'disable';
  if (sslmode !== undefined && (sslmode === 'disable') !== (mode === 'disable')) {
    refuse('has the parameters ssl and sslmode, which contradict each other');
  }
  return sslmode ?? mode;
}

function requireConsistentTls({
  sslmode = 'prefer',
  sslrootcert,
  sslcert,
  sslkey,
  sslnegotiation,
}: Parameters): void {
  if (sslmode === 'verify-ca' && (sslrootcert ?? 'system') === 'system') {
    refuse('must name the certificate of the authority in sslrootcert, which sslmode=verify-ca requires');
  }
  if (sslrootcert === 'system' && sslmode !== 'verify-full') {
    refuse('must have sslmode=verify-full, which sslrootcert=system requires');
  }
  if ((sslcert === undefined) !== (sslkey === undefined))
    refuse('must have the parameters sslcert and sslkey together');
  if (sslnegotiation === 'direct' && ['disable', 'allow', 'prefer'].includes(sslmode)) {
    refuse('must have sslmode=require or stronger, which sslnegotiation=direct requires');
  }
}

/** `name`, `name:port`, `[address]:port` */
function splitHost(text: string): { name: string; port: string } {
  const [, bracketed, plain, port = ''] =
    /^(?:\[([^\]]*)\]|([^:]*))(?::(\d*))?$/.exec(text) ??
    refuse('must have hosts of the form name:port or [address]:port');
  return { name: decode(bracketed ?? plain ?? ''), port };
}

/** Each list has an item for each host; one port may serve all hosts. */
function hostsOf(
  names: readonly string[],
  addresses: readonly string[] | undefined,
  ports: readonly string[],
): DatabaseHost[] {
  const count = Math.max(1, names.length, addresses?.length ?? 0);
  if (names.length > 1 && addresses && addresses.length !== names.length) {
    refuse('must have as many items in hostaddr as in host');
  }
  if (ports.length > 1 && ports.length !== count) refuse('must have one port, or as many ports as hosts');
  return Array.from({ length: count }, (_, index) => {
    const address = addresses?.[index] || null;
    return {
      name: names[index] || address || DEFAULT_HOST,
      address,
      port: parsePort((ports.length > 1 ? ports[index] : ports[0]) || DEFAULT_PORT),
    };
  });
}
