import { jest } from '@jest/globals';
import { RedisJobLeases } from '../../../src/adapters/job-leases/redis.js';
import { keysOfShard } from '../../../src/adapters/presence/redis/presence-shard.js';
import { RedisPresence } from '../../../src/adapters/presence/redis/redis-presence.js';
import type { Database } from '../../../src/database/database.js';
import { PresenceStore } from '../../../src/devices/transitions/presence-store.js';
import type { RedisClient } from '../../../src/redis/client.js';
import type { SharedNodes } from '../../support/infrastructure/shared-nodes.js';
import {
  type Failure,
  FleetNode,
  INTERVAL_MS,
  type PresenceFleet,
  type TestTransition,
} from './presence-fleet.js';

const SHARDS = 16;
const LEASES = ['presence sweep', 'presence epoch'].map((name) => `gatehouse:job-lease:{${name}}:holder`);

/** Moves all times in Redis into the past. KEYS: of a shard. ARGV: milliseconds. */
const PASS = `
local leases = redis.call('zrange', KEYS[1], 0, -1, 'withscores')
for i = 1, #leases, 2 do redis.call('zincrby', KEYS[1], -ARGV[1], leases[i]) end
local fields = redis.call('hgetall', KEYS[3])
for i = 1, #fields, 2 do
  if fields[i] == 'swept' or fields[i]:sub(1, 5) == 'node ' then redis.call('hincrby', KEYS[3], fields[i], -ARGV[1]) end
end
`;

/** Nodes over one Redis and one database, for whom time can be made to pass. */
export class TestFleet implements PresenceFleet {
  readonly maxNodes = 4;
  readonly outlivesNodes = true;
  #passed = 0;
  readonly nodes: FleetNode[] = [];
  readonly warnings: string[] = [];
  #read = new Map<number, string>();
  readonly #keys: string[][];

  private constructor(
    private readonly db: Database,
    private readonly shared: SharedNodes,
    private readonly client: RedisClient,
    private readonly fleetId: string,
  ) {
    this.#keys = Array.from({ length: SHARDS }, (_, shard) => keysOfShard(fleetId, shard));
  }

  /** As time passes for the nodes: faster than for others, see `pass`. */
  get now(): number {
    return Date.now() + this.#passed;
  }

  static async open(db: Database, shared: SharedNodes, fleetId: string): Promise<TestFleet> {
    const { client } = await shared.connect();
    for (const key of LEASES) await client.del(key);
    return new TestFleet(db, shared, client, fleetId);
  }

  async join(): Promise<FleetNode> {
    const { client } = await this.shared.connect();
    const node: FleetNode = new FleetNode(
      new PresenceStore(this.db, 30_000),
      () => this.now,
      (options) =>
        new RedisPresence({
          ...options,
          intervalMs: INTERVAL_MS,
          client: failing(client, () => node.failure),
          leases: new RedisJobLeases(failing(client, () => node.failure)),
          fleetId: this.fleetId,
          clock: () => this.now,
          isDurable: false,
          warn: (sentence) => this.warnings.push(sentence),
        }),
    );
    await node.presence.restore();
    node.recorder.transitions.publishSaved();
    this.nodes.push(node);
    return node;
  }

  /** The node ends without saying so. */
  kill(node: FleetNode): void {
    this.nodes.splice(this.nodes.indexOf(node), 1);
    node.isReliable = false;
  }

  async close(node: FleetNode): Promise<void> {
    this.nodes.splice(this.nodes.indexOf(node), 1);
    await (node.presence as RedisPresence).close();
  }

  /** Time passes on all nodes and in Redis. */
  async pass(ms: number, afterTick = async () => {}): Promise<void> {
    for (const end = this.#passed + ms; this.#passed < end; ) {
      const step = Math.min(INTERVAL_MS / 6, end - this.#passed);
      this.#passed += step;
      await Promise.all(this.#keys.map((keys) => this.client.eval(PASS, keys.length, ...keys, step)));
      for (const key of LEASES) {
        const left = await this.client.pttl(key);
        if (left > step) await this.client.pexpire(key, left - step);
        else await this.client.del(key);
      }
      const awake = this.nodes.filter(({ isAsleep }) => !isAsleep);
      for (const node of awake) await node.presence.flush();
      for (const node of awake) await node.tick();
      await afterTick();
    }
  }

  /** Redis loses everything. */
  async empty(): Promise<void> {
    for (const keys of this.#keys) await this.client.del(...keys);
    for (const key of LEASES) await this.client.del(key);
  }

  /** The transitions since the last call. */
  async transitions(): Promise<TestTransition[]> {
    const found: TestTransition[] = [];
    for (const [shard, [, stream = '', state = '']] of this.#keys.entries()) {
      const epoch = (await this.client.hget(state, 'epoch')) ?? '';
      const [of, last] = (this.#read.get(shard) ?? ' 0-0').split(' ');
      const from = of === epoch ? last : '0-0';
      const entries = await this.client.xrange(stream, `(${from}`, '+');
      this.#read.set(shard, `${epoch} ${entries.at(-1)?.[0] ?? from}`);
      for (const [, [, device, , , field, value = '']] of entries) {
        if (field === 'change') continue;
        found.push({ deviceId: Number(device), reason: field === 'reason' ? value : null });
      }
    }
    return found;
  }

  /** The number of entries of all streams. */
  async entryCount(): Promise<number> {
    const counts = await Promise.all(this.#keys.map(([, stream = '']) => this.client.xlen(stream)));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** Makes the lease of a device longer. */
  async lengthen(deviceId: number, ms: number): Promise<void> {
    await this.client.zincrby(this.#keysOf(deviceId).leases, ms, `${deviceId}`);
  }

  /** Drops the entries of a device's shard up to an offset. */
  async drop(deviceId: number, offset: number): Promise<void> {
    await this.client.xtrim(this.#keysOf(deviceId).stream, 'MINID', `${offset + 1}-0`);
  }

  /** The devices with a lease. */
  async leased(): Promise<number[]> {
    const leased: number[] = [];
    for (const [leases = ''] of this.#keys) {
      leased.push(...(await this.client.zrange(leases, '0', '-1')).map(Number));
    }
    return leased.sort((one, other) => one - other);
  }

  #keysOf(deviceId: number) {
    const [leases = '', stream = ''] = this.#keys[deviceId % SHARDS] ?? [];
    return { leases, stream };
  }
}

/** Makes each run of an exchange, a sweep or a check due at once. */
export function skipGaps() {
  let skipped = 0;
  const now = performance.now.bind(performance);
  const spy = jest.spyOn(performance, 'now').mockImplementation(() => {
    skipped += 1000;
    return now() + skipped;
  });
  return {
    /** Makes what runs less often due. */
    skip(ms: number) {
      skipped += ms;
    },
    restore: () => spy.mockRestore(),
  };
}

function failing(client: RedisClient, failure: () => Failure): RedisClient {
  return new Proxy(client, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return async (...args: unknown[]) => {
        if (failure() === 'before') throw new Error('Connection is closed.');
        const result = await Reflect.apply(value, target, args);
        if (failure() === 'after') throw new Error('Connection is closed.');
        return result;
      };
    },
  });
}
