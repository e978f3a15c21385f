import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import { types } from 'node:util';
import type { DNSLookupFunction } from 'ioredis';
import { StartError } from '../errors.js';
import type { RedisUrl } from '../settings/redis-url.js';

const CONNECT_MS = 5000;
/** A server that takes longer for a command hangs. */
const COMMAND_MS = 2000;
/** How long a server may take to close a connection. */
const DISCONNECT_MS = 200;

/** The delay before the next attempt to connect, in milliseconds; null ends the attempts. */
type Retry = (times: number) => number | null;

/** For one server, or for the primary that sentinels name. @throws StartError if a file cannot be read. */
export function serverOptions(url: RedisUrl, retry: Retry) {
  const { hosts, database, tls, ca, sentinel } = url;
  const common = { ...connectionOptions(url), db: database, enableOfflineQueue: false, retryStrategy: retry };
  if (!sentinel) return { ...common, ...hosts[0] };
  return {
    ...common,
    sentinels: [...hosts],
    name: sentinel.primary,
    ...(sentinel.username === null ? {} : { sentinelUsername: sentinel.username }),
    ...(sentinel.password === null ? {} : { sentinelPassword: sentinel.password }),
    ...(tls ? { enableTLSForSentinelMode: true, sentinelTLS: tlsOptions(ca) } : {}),
    sentinelCommandTimeout: COMMAND_MS,
    sentinelRetryStrategy: retry,
  };
}

/** @throws StartError if a file cannot be read. */
export const clusterOptions = (url: RedisUrl, retry: Retry) => ({
  lazyConnect: true,
  enableOfflineQueue: false,
  clusterRetryStrategy: retry,
  slotsRefreshTimeout: CONNECT_MS,
  shardedSubscribers: true,
  redisOptions: connectionOptions(url),
  // The certificates of nodes are those of their names.
  ...(url.tls ? { dnsLookup: takeName } : {}),
});

const takeName: DNSLookupFunction = (name, callback) => callback(null, name);

/** For one node of a cluster. It does not reconnect. @throws StartError if a file cannot be read. */
export const nodeOptions = (url: RedisUrl) => ({ ...connectionOptions(url), retryStrategy: () => null });

function connectionOptions({ username, password, tls, ca }: RedisUrl) {
  return {
    lazyConnect: true,
    connectTimeout: CONNECT_MS,
    commandTimeout: COMMAND_MS,
    disconnectTimeout: DISCONNECT_MS,
    // A command whose connection breaks fails, since it may have been executed.
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    connectionName: 'gatehouse',
    ...(username === null ? {} : { username }),
    ...(password === null ? {} : { password }),
    ...(tls ? { tls: tlsOptions(ca) } : {}),
  };
}

function tlsOptions(ca: string | null): ConnectionOptions {
  if (ca === null) return {};
  try {
    return { ca: readFileSync(ca, 'utf8') };
  } catch (error) {
    const reason = types.isNativeError(error) ? error.message : String(error);
    throw new StartError(`The file of ca in REDIS_URL cannot be read (${reason}).`);
  }
}
