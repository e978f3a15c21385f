import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { ClientConfig } from 'pg';
import { StartError } from '../../errors.js';
import {
  type DatabaseHost,
  type DatabaseUrl,
  databaseUrlProblem,
  parseDatabaseUrl,
} from '../../settings/database-url.js';

/** How long a connection may take to open if the URL does not say. */
const CONNECT_SECONDS = 5;
/** An idle connection is probed after this time, so that a broken one is noticed. */
const KEEPALIVE_SECONDS = 10;

/** How to connect to a database: one attempt for each server, and for each way to encrypt that its URL allows. */
export interface ConnectionPlan {
  /** In the order to try. Never empty. */
  readonly attempts: readonly ClientConfig[];
  readonly requiredState: NonNullable<DatabaseUrl['target_session_attrs']>;
  /** `host:port/database`, without credentials. */
  readonly name: string;
}

/** @throws StartError if the URL is invalid, or a file that it names cannot be read. */
export function planConnection(text: string): ConnectionPlan {
  const problem = databaseUrlProblem(text);
  if (problem !== null) throw new StartError(`The URL of the database ${problem}.`);
  const url = parseDatabaseUrl(text);
  const hosts = url.load_balance_hosts === 'random' ? shuffled(url.hosts) : url.hosts;
  return {
    attempts: hosts.flatMap((host) =>
      encryptions(url, host).map((ssl) => ({ ...sharedConfig(url), ...addressOf(host), ssl })),
    ),
    requiredState: url.target_session_attrs ?? 'any',
    name: `${url.hosts.map(({ name, port }) => `${name}:${port}`).join(',')}/${url.dbname ?? url.user ?? ''}`,
  };
}

function sharedConfig(url: DatabaseUrl): ClientConfig {
  const { dbname = url.user, user, password, options, sslnegotiation } = url;
  const applicationName = url.application_name ?? url.fallback_application_name ?? 'gatehouse';
  return {
    ...(dbname === undefined ? {} : { database: dbname }),
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    ...(options === undefined ? {} : { options }),
    ...(sslnegotiation === undefined ? {} : { sslnegotiation }),
    application_name: applicationName,
    enableChannelBinding: url.channel_binding !== 'disable',
    connectionTimeoutMillis: (url.connect_timeout ?? CONNECT_SECONDS) * 1000,
    keepAlive: url.keepalives !== '0',
    keepAliveInitialDelayMillis: (url.keepalives_idle ?? KEEPALIVE_SECONDS) * 1000,
  };
}

const addressOf = ({ name, address, port }: DatabaseHost) => ({ host: address ?? name, port });

/** The TLS options to try, as `sslmode` orders them; false for plain text. */
function encryptions(url: DatabaseUrl, host: DatabaseHost): (ConnectionOptions | false)[] {
  const { sslmode = 'prefer' } = url;
  // As in libpq, a Unix socket is never encrypted.
  if (sslmode === 'disable' || host.name.startsWith('/')) return [false];
  const tls = tlsOptions(url, sslmode, host);
  if (sslmode === 'allow') return [false, tls];
  return sslmode === 'prefer' ? [tls, false] : [tls];
}

function tlsOptions(url: DatabaseUrl, sslmode: string, { name, address }: DatabaseHost): ConnectionOptions {
  const { sslrootcert, sslcert, sslkey, sslcrl, sslpassword } = url;
  const file = (parameter: string, path: string | undefined) =>
    path === undefined ? {} : { [TLS_OPTIONS[parameter] ?? '']: readCertificate(parameter, path) };
  const authority = sslrootcert === 'system' ? undefined : sslrootcert;
  // As in libpq, a root certificate is always verified against.
  const verified = sslmode.startsWith('verify-') || authority !== undefined;
  return {
    ...file('sslrootcert', authority),
    ...file('sslcert', sslcert),
    ...file('sslkey', sslkey),
    ...file('sslcrl', sslcrl),
    ...(sslpassword === undefined ? {} : { passphrase: sslpassword }),
    ...(url.ssl_min_protocol_version ? { minVersion: url.ssl_min_protocol_version } : {}),
    ...(url.ssl_max_protocol_version ? { maxVersion: url.ssl_max_protocol_version } : {}),
    // The certificate must be that of the name, whatever address is connected to.
    ...(address === null ? {} : { host: name, ...(isIP(name) === 0 ? { servername: name } : {}) }),
    rejectUnauthorized: verified,
    ...(sslmode === 'verify-full' ? {} : { checkServerIdentity: () => undefined }),
  };
}

const TLS_OPTIONS: Readonly<Record<string, string>> = {
  sslrootcert: 'ca',
  sslcert: 'cert',
  sslkey: 'key',
  sslcrl: 'crl',
};

function readCertificate(parameter: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError(`The file of ${parameter} in DATABASE_URL cannot be read (${reason}).`);
  }
}

function shuffled<T>(items: readonly T[]): T[] {
  const keyed = items.map((item) => ({ item, key: Math.random() }));
  return keyed.toSorted((a, b) => a.key - b.key).map(({ item }) => item);
}
