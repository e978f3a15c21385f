import type { Redis } from 'ioredis';
import { StartError } from '../errors.js';
import { type RedisHost, type RedisUrl, redisName } from '../settings/redis-url.js';
import type { RedisClient } from './client.js';
import { clusterOptions, nodeOptions, serverOptions } from './options.js';
import { requireSuitable } from './requirements.js';

const PING_MS = 1000;
const MIN_RETRY_MS = 50;
const MAX_RETRY_MS = 1000;

const retryDelay = (times: number): number => Math.min(MIN_RETRY_MS * 2 ** times, MAX_RETRY_MS);

/** Connections to Redis. They reconnect by themselves, and commands fail at once meanwhile. */
export interface RedisConnection {
  readonly client: RedisClient;
  /** What the operator should know about the server. */
  readonly warnings: readonly string[];
  /** Creates a client of its own for subscriptions, which must connect. */
  subscriber(): RedisClient;
  close(): void;
}

/**
 * Connects to Redis or Valkey, and checks that it is suitable. The client is loaded here, so that a gateway without
 * Redis does not.
 * @throws StartError with one sentence
 */
export async function connectRedis(url: RedisUrl): Promise<RedisConnection> {
  const { Redis, Cluster } = await import('ioredis');
  // A cluster client does not report why it cannot connect.
  if (url.isCluster) await connectToAny(url, (host) => new Redis({ ...nodeOptions(url), ...host }));
  let isStarting = true;
  const retry = (times: number) => (isStarting ? null : retryDelay(times));
  const clients = new Set<RedisClient>();
  let supervision: NodeJS.Timeout | undefined;
  const close = () => {
    clearInterval(supervision);
    for (const client of clients) client.disconnect();
  };
  const create = () => {
    const client = url.isCluster
      ? new Cluster([...url.hosts], clusterOptions(url, retry))
      : new Redis(serverOptions(url, retry));
    // A client reports each failed attempt to reconnect, which would end the process without a listener.
    client.on('error', () => {});
    clients.add(client);
    client.once('end', () => clients.delete(client));
    return client;
  };
  try {
    const client = create();
    await connect(client, url);
    isStarting = false;
    supervision = setInterval(() => breakIfSilent(client), PING_MS);
    return { client, warnings: await requireSuitable(client, url), subscriber: create, close };
  } catch (error) {
    close();
    throw error;
  }
}

/**
 * Breaks the connection to a server that hangs: commands fail at once until it answers again, instead of timing out one
 * by one. A cluster replaces such a server by itself.
 */
function breakIfSilent(client: RedisClient): void {
  if ('nodes' in client || client.status !== 'ready') return;
  client.ping().catch(() => {
    if (client.status === 'ready') client.disconnect(true);
  });
}

/** @throws StartError if no node of the cluster accepts a connection. */
async function connectToAny(url: RedisUrl, create: (host: RedisHost) => Redis): Promise<void> {
  let failure: unknown;
  for (const host of url.hosts) {
    const node = create(host);
    try {
      await connect(node, url);
      node.disconnect();
      return;
    } catch (error) {
      failure ??= error;
    }
  }
  throw failure;
}

/** @throws StartError unless the first attempt succeeds. */
async function connect(client: RedisClient, url: RedisUrl): Promise<void> {
  // The rejection of `connect` may say no more than "Connection is closed."
  const failed = Promise.withResolvers<never>();
  const fail = (error: unknown) => {
    failed.reject(startError(url, error));
    return failed.promise;
  };
  client.once('error', fail);
  try {
    await Promise.race([failed.promise, client.connect().catch(fail)]);
  } finally {
    client.off('error', fail);
  }
}

function startError(url: RedisUrl, error: unknown): StartError {
  const reason = reasonOf(url, error);
  if (/^(WRONGPASS|NOAUTH|NOPERM|ERR AUTH)\b/.test(reason)) {
    return new StartError(`Redis at ${redisName(url)} refuses the credentials of REDIS_URL: ${reason}.`);
  }
  return new StartError(`Redis at ${redisName(url)}, which REDIS_URL names, cannot be reached: ${reason}.`);
}

function reasonOf({ sentinel, tls }: RedisUrl, error: unknown): string {
  const [line = ''] = messageOf(error).split('\n');
  // The client says so, too, where sentinels answer that they do not know the name.
  if (sentinel && line.startsWith('All sentinels are unreachable')) {
    return `no sentinel knows the address of the primary ${sentinel.primary}`;
  }
  return `${line.replace(/\.$/, '')}${adviceOn(error, tls)}`;
}

/** The codes of certificates of an authority that is not trusted (https://docs.openssl.org/3.0/man1/openssl-verification-options/). */
const UNTRUSTED: ReadonlySet<unknown> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

function adviceOn(error: unknown, tls: boolean): string {
  if (!hasProperty(error, 'code')) return '';
  if (UNTRUSTED.has(error.code)) return ': set the parameter ca to the file of its authority';
  // A server without TLS waits for the rest of a command.
  return tls && error.code === 'ETIMEDOUT'
    ? ': if the server has no TLS, use redis:// instead of rediss://'
    : '';
}

/** Of the last node, where a cluster client reports that all have failed. */
function messageOf(error: unknown): string {
  if (hasProperty(error, 'lastNodeError') && error.lastNodeError) return messageOf(error.lastNodeError);
  return String(hasProperty(error, 'message') ? error.message : error);
}

/** Not by `instanceof Error`, which is false for errors of another realm. */
const hasProperty = <K extends string>(error: unknown, name: K): error is Record<K, unknown> =>
  typeof error === 'object' && error !== null && name in error;
