import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { RedisClient } from '../redis/client.js';
import { type NodeInfo, NodeInfoJson, type OwnNode } from './node-info.js';
import type { Fingerprints } from './node-settings.js';

/** A node that has not renewed its entry for this long has ended. */
const FORGET_MS = 20_000;

/** When each node was last seen, and its settings. In one slot of a cluster, as a script requires. */
const KEYS = ['gatehouse:{nodes}:seen', 'gatehouse:{nodes}:settings'] as const;

/** ARGV: the node, its settings, how long entries stay. Returns the time in milliseconds, and the settings of others. */
const RENEW = `
local time = redis.call('time')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for _, gone in ipairs(redis.call('zrangebyscore', KEYS[1], '-inf', now - ARGV[3])) do
  redis.call('zrem', KEYS[1], gone)
  redis.call('hdel', KEYS[2], gone)
end
redis.call('hdel', KEYS[2], ARGV[1])
local others = redis.call('hvals', KEYS[2])
redis.call('zadd', KEYS[1], now, ARGV[1])
redis.call('hset', KEYS[2], ARGV[1], ARGV[2])
return {now, others}
`;

const Reply = z.tuple([z.number(), z.array(z.string())]);
const Settings = z.record(z.string(), z.unknown());

/** What a node learns when it renews its entry. */
export interface Renewal {
  /** The time of Redis, in milliseconds since the epoch. */
  readonly now: number;
  /** The settings of each other node, as far as this version can read them. */
  readonly others: readonly Fingerprints[];
  /** The other nodes, without those of versions that show nothing of themselves. */
  readonly nodes: readonly NodeInfo[];
}

/** The list of the nodes that run, in Redis. */
export class NodeRegistry {
  readonly #node = randomUUID();

  constructor(
    private readonly client: RedisClient,
    private readonly settings: Fingerprints,
    private readonly own: OwnNode,
  ) {}

  /** Adds this node, or tells the others that it still runs. */
  async renew(): Promise<Renewal> {
    const entry = JSON.stringify({ ...this.settings, node: this.own.info });
    const values = [this.#node, entry, FORGET_MS];
    const [now, others] = Reply.parse(await this.client.eval(RENEW, KEYS.length, ...KEYS, ...values));
    return { now, others: others.map(readSettings), nodes: others.flatMap(readNode) };
  }

  async leave(): Promise<void> {
    const [seen, settings] = KEYS;
    await this.client.multi().zrem(seen, this.#node).hdel(settings, this.#node).exec();
  }
}

/** Other versions may write other entries, but must not keep this node from starting. */
function readSettings(text: string): Fingerprints {
  try {
    const settings = Object.entries(Settings.parse(JSON.parse(text)));
    return Object.fromEntries(
      settings.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    );
  } catch {
    return {};
  }
}

function readNode(text: string): NodeInfo[] {
  try {
    return [z.object({ node: NodeInfoJson }).parse(JSON.parse(text)).node];
  } catch {
    return [];
  }
}
