/**
 * Simulates how the nodes of a fleet share presence: with their leases and the scripts in Redis, without HTTP and a
 * database. The simulated time passes as fast as the machine can follow.
 */
import { Redis } from 'ioredis';
import type * as queues from '../../../src/adapters/presence/redis/lease-queue.js';
import type * as presenceShards from '../../../src/adapters/presence/redis/presence-shard.js';
import type * as tables from '../../../src/devices/presence/device-table.js';
import { importBuilt } from '../support/servers/built.ts';
import type { Peer } from '../support/servers/host.ts';

const { LeaseQueue } = await importBuilt<typeof queues>('adapters/presence/redis/lease-queue.js');
const { keysOfShard, MAX_DEVICES, PresenceShard } = await importBuilt<typeof presenceShards>(
  'adapters/presence/redis/presence-shard.js',
);
const { DeviceTable } = await importBuilt<typeof tables>('devices/presence/device-table.js');

const SHARDS = 16;
const INTERVAL_MS = 30_000;
const TICK_MS = 100;
const TICKS = INTERVAL_MS / TICK_MS;
const SESSION = { sessionId: '00000000-0000-4000-8000-000000000000', expiresAt: Number.MAX_SAFE_INTEGER };
const EPOCH = 'benchmark';

interface Options {
  readonly redisUrl: string;
  readonly devices: number;
  readonly nodes: number;
}

type Shard = InstanceType<typeof PresenceShard>;

/** A node, and the devices that send their heartbeats to it. */
class FleetNode {
  readonly #table = new DeviceTable();
  readonly #queue: InstanceType<typeof LeaseQueue>;
  readonly #offsets = new Array<number>(SHARDS).fill(0);
  readonly #shards: readonly Shard[];
  readonly #name: string;
  /** Indexes of devices by the tick of their heartbeats. */
  readonly #beating: Int32Array[];

  constructor(ids: readonly number[], shards: readonly Shard[], name: string, now: number) {
    this.#shards = shards;
    this.#name = name;
    this.#queue = new LeaseQueue(this.#table, INTERVAL_MS, TICK_MS, now);
    const beating = Array.from({ length: TICKS }, (): number[] => []);
    for (const id of ids) beating[scattered(id) % TICKS]?.push(this.#table.intern(id));
    this.#beating = beating.map((devices) => Int32Array.from(devices));
  }

  /** The heartbeats of a tick, and the leases that the node hands to Redis in it. @returns their number. */
  async renew(tick: number, now: number): Promise<number> {
    for (const device of this.#beating[tick % TICKS] ?? []) this.#queue.beat(device, now, SESSION, false);
    // Redis adds its own time.
    const ahead = now - Date.now();
    const leases = this.#shards.map((): Parameters<Shard['renew']>[0][number][] => []);
    let count = 0;
    for (const { device, remainingMs, ...lease } of this.#queue.take(now)) {
      const deviceId = this.#table.idOf(device);
      leases[deviceId % SHARDS]?.push({ ...lease, deviceId, owner: 1, remainingMs: remainingMs + ahead });
      count += 1;
    }
    await Promise.all(
      this.#shards.flatMap((shard, index) => chunksOf(leases[index] ?? []).map((some) => shard.renew(some))),
    );
    return count;
  }

  /** Reads the transitions of all nodes. */
  async read(): Promise<void> {
    const pages = await Promise.all(
      this.#shards.map((shard, index) => shard.read(this.#offsets[index] ?? 0, this.#name)),
    );
    for (const [index, { entries }] of pages.entries()) {
      this.#offsets[index] = entries.at(-1)?.offset ?? this.#offsets[index] ?? 0;
    }
  }
}

export async function start({ redisUrl, devices, nodes }: Options): Promise<Peer> {
  const client = new Redis(redisUrl);
  const keys = Array.from({ length: SHARDS }, (_, shard) => keysOfShard('benchmark', shard));
  for (const [, , state = ''] of keys) await client.hset(state, 'epoch', EPOCH);
  const shards = keys.map((some) => new PresenceShard(client, some, EPOCH));
  let now = Date.now();
  let tick = 0;
  const ids = Array.from({ length: nodes }, (): number[] => []);
  for (let id = 0; id < devices; id++) ids[Math.floor(id / SHARDS) % nodes]?.push(id);
  const all = ids.map((own, index) => new FleetNode(own, shards, `node-${index}`, now));
  /** One tick of each node. One after another, so that no call waits in Redis for those of all nodes. */
  const renewAll = async () => {
    let leases = 0;
    for (const node of all) leases += await node.renew(tick, now);
    now += TICK_MS;
    tick += 1;
    return leases;
  };
  const trim = () => Promise.all(shards.map((shard) => shard.trim(Number.MAX_SAFE_INTEGER)));
  return {
    url: '',
    answers: {
      /** Lets all devices come online, which takes an interval, and renew their leases once. */
      async comeOnline() {
        for (let ticks = 0; ticks < 2 * TICKS; ticks++) {
          await renewAll();
          // A node does so when it has saved the transitions.
          await trim();
        }
      },
      /** Lets so many seconds pass. @returns the number of leases that were handed to Redis. */
      async pass(seconds) {
        let leases = 0;
        for (let ticks = (Number(seconds) * 1000) / TICK_MS; ticks > 0; ticks--) {
          leases += await renewAll();
          for (const node of all) await node.read();
        }
        return leases;
      },
    },
  };
}

/** A number that looks random. */
const scattered = (id: number): number => Math.imul(id, 0x9e3779b1) >>> 8;

function chunksOf<T>(items: readonly T[]): T[][] {
  const chunks: T[][] = [];
  for (let at = 0; at < items.length; at += MAX_DEVICES) chunks.push(items.slice(at, at + MAX_DEVICES));
  return chunks;
}
