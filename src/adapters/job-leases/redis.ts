import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { JobLeases } from '../../jobs/job-leases.js';
import type { RedisClient } from '../../redis/client.js';

/**
 * KEYS: the holder, the last token. ARGV: the node, milliseconds. A token is at least the time in milliseconds, so that
 * it is greater than earlier ones even if Redis has lost them.
 */
const ACQUIRE = `
local holder = redis.call('get', KEYS[1])
if holder == ARGV[1] then
  redis.call('pexpire', KEYS[1], ARGV[2])
  return tonumber(redis.call('get', KEYS[2]))
end
if holder then return false end
local time = redis.call('time')
local token = math.max(time[1] * 1000 + math.floor(time[2] / 1000), tonumber(redis.call('get', KEYS[2]) or 0) + 1)
redis.call('set', KEYS[1], ARGV[1], 'px', ARGV[2])
redis.call('set', KEYS[2], string.format('%.0f', token))
return token
`;

/** KEYS: the holder. ARGV: the node. */
const RELEASE = `if redis.call('get', KEYS[1]) == ARGV[1] then redis.call('del', KEYS[1]) end`;

const Token = z.int().nullable();

/** Leases in Redis, by its clock. */
export class RedisJobLeases implements JobLeases {
  readonly #node = randomUUID();

  constructor(private readonly client: RedisClient) {}

  async acquire(name: string, durationMs: number): Promise<number | null> {
    return Token.parse(await this.client.eval(ACQUIRE, 2, ...keysOf(name), this.#node, durationMs));
  }

  async release(name: string): Promise<void> {
    const [holder] = keysOf(name);
    await this.client.eval(RELEASE, 1, holder, this.#node);
  }
}

/** In one slot of a cluster, as a script requires. */
const keysOf = (name: string): [holder: string, token: string] => [
  `gatehouse:job-lease:{${name}}:holder`,
  `gatehouse:job-lease:{${name}}:token`,
];
