import { z } from 'zod';

/** Where a server may be. */
export interface RedisHost {
  readonly host: string;
  readonly port: number;
}

/** A parsed `REDIS_URL`. */
export interface RedisUrl {
  /** The server, the sentinels, or some nodes of the cluster. */
  readonly hosts: readonly RedisHost[];
  readonly username: string | null;
  readonly password: string | null;
  readonly database: number;
  /** Whether connections are encrypted: `rediss://`. */
  readonly tls: boolean;
  /** The file of the authorities to trust, instead of those that Node trusts. */
  readonly ca: string | null;
  readonly isCluster: boolean;
  /** Null unless the hosts are sentinels. */
  readonly sentinel: Sentinel | null;
}

interface Sentinel {
  /** The name of the primary that the sentinels watch. */
  readonly primary: string;
  readonly username: string | null;
  readonly password: string | null;
}

const DEFAULT_PORT = 6379;
const DEFAULT_SENTINEL_PORT = 26_379;
const MAX_PORT = 65_535;

/** All other parameters are refused by name. */
const Parameters = z
  .strictObject({
    cluster: z.enum(['true', 'false'], 'must be true or false'),
    sentinel: z.string().min(1, 'must be the name of a primary'),
    sentinel_username: z.string(),
    sentinel_password: z.string(),
    ca: z.string().min(1, 'must be a file'),
  })
  .partial();

type Parameters = z.output<typeof Parameters>;

/** Scheme, authority, path and query. The password may contain what a URL would have to encode. */
const FORM = /^redis(s)?:\/\/(?:([^/?]*)@)?([^/?@]*)(?:\/([^?]*))?(?:\?(.*))?$/s;

/** @throws RangeError that says what the text must be, without quoting it: it may have a password. */
export function parseRedisUrl(text: string): RedisUrl {
  const [, tls, userInfo = '', authority = '', path = '', query = ''] =
    FORM.exec(text) ?? fail('must be a redis:// or rediss:// URL');
  const [, username = '', password = ''] = /^([^:]*):?(.*)$/s.exec(userInfo) ?? [];
  const parameters = parseParameters(query);
  const isCluster = parameters.cluster === 'true';
  const sentinel = sentinelOf(parameters);
  const defaultPort = sentinel ? DEFAULT_SENTINEL_PORT : DEFAULT_PORT;
  const hosts = authority.split(',').map((item) => parseHost(item, defaultPort));
  const database = parseDatabase(path);
  if (isCluster && sentinel) fail('must not have both parameters cluster and sentinel');
  if (hosts.length > 1 && !isCluster && !sentinel) {
    fail('must have one host, or say what several hosts are: cluster=true, or sentinel=NAME');
  }
  if (isCluster && database !== 0) fail('must have no database other than 0 in a cluster');
  if (parameters.ca !== undefined && !tls) fail('must begin with rediss:// to use the parameter ca');
  return {
    hosts,
    username: decode(username) || null,
    password: decode(password) || null,
    database,
    tls: tls !== undefined,
    ca: parameters.ca ?? null,
    isCluster,
    sentinel,
  };
}

/** `host:port,host:port`, without credentials. */
export const redisName = ({ hosts }: Pick<RedisUrl, 'hosts'>): string =>
  hosts.map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`).join(',');

function parseParameters(query: string): Parameters {
  const pairs = query === '' ? [] : query.split('&').map((pair) => pair.split(/=(.*)/s, 2));
  const given = Object.fromEntries(pairs.map(([name = '', value = '']) => [decode(name), decode(value)]));
  const unsupported = Object.keys(given).filter((name) => !Object.hasOwn(Parameters.shape, name));
  if (unsupported.length > 0)
    fail(`must not have the parameter ${unsupported.join(', ')}, which is not supported`);
  const { data, error } = Parameters.safeParse(given);
  const [issue] = error?.issues ?? [];
  return data ?? fail(`has a parameter ${String(issue?.path[0])} that ${issue?.message}`);
}

function sentinelOf({ sentinel, sentinel_username, sentinel_password }: Parameters): Sentinel | null {
  if (sentinel !== undefined) {
    return { primary: sentinel, username: sentinel_username ?? null, password: sentinel_password ?? null };
  }
  if (sentinel_username === undefined && sentinel_password === undefined) return null;
  return fail('must have the parameter sentinel, which sentinel_username and sentinel_password require');
}

/** `name`, `name:port`, `[address]:port` */
function parseHost(text: string, defaultPort: number): RedisHost {
  const [, bracketed, plain, digits] =
    /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text) ??
    fail('must have hosts of the form name:port or [address]:port');
  const port = digits === undefined ? defaultPort : Number(digits);
  if (port < 1 || port > MAX_PORT) fail('must have ports from 1 to 65535');
  return { host: decode(bracketed ?? plain ?? ''), port };
}

function parseDatabase(path: string): number {
  if (!/^\d{0,5}$/.test(path)) fail('must have the number of a database as its path');
  return Number(path);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return fail('must be percent-encoded correctly');
  }
}

function fail(problem: string): never {
  throw new RangeError(problem);
}
