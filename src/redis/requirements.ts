import { StartError } from '../errors.js';
import { type RedisUrl, redisName } from '../settings/redis-url.js';
import { primaries, type RedisClient } from './client.js';

const MIN_VERSION = 7;

/** What a server says about itself, by name (https://redis.io/docs/latest/commands/info/). */
type Info = ReadonlyMap<string, string>;

/**
 * Checks what the data of the gateway needs. The configuration is read from INFO, since hosted servers forbid CONFIG.
 * @returns warnings for the operator.
 * @throws StartError with one sentence
 */
export async function requireSuitable(client: RedisClient, url: RedisUrl): Promise<string[]> {
  const infos = await Promise.all(primaries(client).map(async (server) => parseInfo(await server.info())));
  for (const info of infos) {
    const problem = problemOf(info, url);
    if (problem !== null) throw new StartError(`Redis at ${redisName(url)} ${problem}.`);
  }
  if (infos.every((info) => info.get('aof_enabled') === '1')) return [];
  return [
    `Redis at ${redisName(url)} keeps no append-only file: when it restarts, live subscriptions start again with RESET. ` +
      'Set appendonly to yes.',
  ];
}

/**
 * Whether Redis has all its data after a restart. Otherwise, or where another server may take its place, some of the
 * latest may be lost.
 */
export async function keepsAllData(client: RedisClient, { isCluster, sentinel }: RedisUrl): Promise<boolean> {
  if (isCluster || sentinel) return false;
  // Hosted servers forbid CONFIG.
  const isWrittenAtOnce = await client.config('GET', 'appendfsync').then(
    (pair) => String(pair).endsWith('always'),
    () => false,
  );
  return isWrittenAtOnce && parseInfo(await client.info('persistence')).get('aof_enabled') === '1';
}

function problemOf(info: Info, { isCluster }: RedisUrl): string | null {
  const version = info.get('redis_version') ?? '';
  if (Number.parseInt(version, 10) < MIN_VERSION) {
    return `has version ${version}: version ${MIN_VERSION} of Redis or Valkey is required`;
  }
  const policy = info.get('maxmemory_policy');
  if (policy !== 'noeviction') {
    return `may evict data of the gateway: set its maxmemory-policy to noeviction instead of ${policy}`;
  }
  if (!isCluster && info.get('cluster_enabled') === '1') {
    return 'is part of a cluster: add cluster=true to REDIS_URL';
  }
  return info.get('role') === 'slave' ? 'is a replica: REDIS_URL must name the primary' : null;
}

const parseInfo = (text: string): Info =>
  new Map(
    text.split('\r\n').flatMap((line) => {
      const [, name = '', value = ''] = /^([^#:]+):(.*)$/.exec(line) ?? [];
      return name === '' ? [] : [[name, value]];
    }),
  );
