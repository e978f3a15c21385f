import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { Clock } from '../../../clock.js';
import type { BeatingSession, NewChange, Presence, PresenceOptions } from '../../../devices/presence.js';
import type { OfflineReason } from '../../../devices/presence-event.entity.js';
import type { SavedPresence } from '../../../devices/transitions/presence-store.js';
import type { JobLeases } from '../../../job-leases.js';
import type { RedisClient } from '../../../redis/client.js';
import { Epochs } from './epochs.js';
import { LeaseQueue } from './lease-queue.js';
import { sessionTag } from './lease-score.js';
import { EpochEnded, keysOfShard, type Leaving, MAX_DEVICES, PresenceShard } from './presence-shard.js';
import { PresenceSweep, SWEEP_LEASE } from './presence-sweep.js';
import { SharedRuns } from './shared-runs.js';
import type { StreamEntry } from './stream-entry.js';
import { TransitionCopier } from './transition-copier.js';

const SHARDS = 16;
/** What nodes do within a tick, others see within two. */
const TICK_MS = 200;
/** The least time between two exchanges: the more leases go together, the less each one costs Redis. */
const MIN_EXCHANGE_MS = 100;
/** Sweeps in one interval, unless they would be closer than the second value. */
const SWEEPS = 10;
const MIN_SWEEP_MS = 500;
/** How often a node checks that Redis has lost nothing. */
const CHECK_MS = 1000;
export interface RedisPresenceOptions extends PresenceOptions {
  readonly client: RedisClient;
  readonly leases: JobLeases;
  readonly fleetId: string;
  readonly clock: Clock;
  /** Whether Redis keeps all data over a restart. */
  readonly isDurable: boolean;
  /** Receives what the operator should know. */
  warn(sentence: string): void;
}

/** The epoch that this node takes part in. */
interface Joined {
  readonly epoch: string;
  readonly shards: readonly PresenceShard[];
  /** By shard: up to which entries were read. */
  readonly offsets: number[];
}

/**
 * The presence of a fleet's devices, on each of its nodes. Heartbeats stay in the memory of the node. In each tick, it
 * hands leases, leaving devices and changes to the shards in Redis, and reads the transitions of all nodes from them.
 */
export class RedisPresence implements Presence {
  readonly tickMs = TICK_MS;
  readonly #node = randomUUID();
  readonly #keys: readonly (readonly string[])[];
  readonly #queue: LeaseQueue;
  readonly #epochs: Epochs;
  readonly #sweep: PresenceSweep;
  readonly #sweepMs: number;
  readonly #exchanges = new SharedRuns(
    () =>
      this.#watched(async () => {
        const joined = this.#joined ?? (await this.#join());
        if (joined !== null) await this.#exchange(joined);
      }),
    MIN_EXCHANGE_MS,
  );
  readonly #copies: SharedRuns;
  #leaving: Leaving[] = [];
  #changes: NewChange[] = [];
  #joined: Joined | null = null;
  /** Whether this node has been in an epoch. */
  #hasJoined = false;
  #isReachable = true;
  #holds = false;
  /** By `performance.now()`. */
  #sweptAt = 0;
  #checkedAt = 0;

  constructor(private readonly options: RedisPresenceOptions) {
    const { devices, intervalMs, clock, fleetId } = options;
    this.#keys = Array.from({ length: SHARDS }, (_, shard) => keysOfShard(fleetId, shard));
    this.#queue = new LeaseQueue(devices, intervalMs, TICK_MS, clock());
    this.#epochs = new Epochs({ ...options, shards: this.#keys });
    this.#sweepMs = Math.max(MIN_SWEEP_MS, intervalMs / SWEEPS);
    this.#sweep = new PresenceSweep({ ...options, tickMs: this.#sweepMs });
    const copier = new TransitionCopier(options.store, this.#node);
    this.#copies = new SharedRuns(async () => {
      if (this.#joined !== null) await copier.copy(this.#joined);
    });
  }

  get degraded(): boolean {
    return !this.#isWorking || this.#holds;
  }

  async restore(): Promise<void> {
    while ((await this.#join()) === null) await setTimeout(TICK_MS);
  }

  beat(device: number, session: BeatingSession, isOther: boolean): void {
    this.#queue.beat(device, this.options.clock(), session, isOther);
  }

  prolong(device: number, expiresAt: number): void {
    this.#queue.prolong(device, expiresAt);
  }

  leave(device: number, sessionId: string | null, reason: OfflineReason | null): void {
    const session = sessionId === null ? null : sessionTag(sessionId);
    if (session === null) this.#queue.drop(device);
    else this.#queue.expired(device, session);
    this.#leaving.push({ deviceId: this.options.devices.idOf(device), session, reason });
  }

  append(change: NewChange): void {
    this.#changes.push(change);
  }

  async tick(): Promise<void> {
    await this.#exchangeSoon();
    const joined = this.#joined;
    if (joined !== null) await this.#watched(() => this.#sweepAndCheck(joined));
  }

  async flush(): Promise<void> {
    // The next tick reports a failure.
    if (this.#isWorking) await this.#exchangeSoon().catch(() => {});
  }

  async save(): Promise<void> {
    await this.flush();
    if (this.#isWorking) await this.#copies.run();
  }

  /** The node ends: hands all leases over, so that its devices have time to reach another node. */
  async close(): Promise<void> {
    // Where that fails, the others find out that the node is lost.
    await this.#handOver().catch(() => {});
  }

  get #isWorking(): boolean {
    return this.#joined !== null && this.#isReachable;
  }

  async #handOver(): Promise<void> {
    const joined = this.#joined;
    if (joined === null) return;
    this.#queue.giveBackAll();
    await this.#exchangeSoon();
    await Promise.all(joined.shards.map((shard) => shard.forgetNode(this.#node)));
    await this.options.leases.release(SWEEP_LEASE);
  }

  /** Exchanges leases and entries with Redis, after what is under way. Calls that come meanwhile share the next one. */
  #exchangeSoon(): Promise<void> {
    return this.#exchanges.run();
  }

  /** Notes whether Redis can be reached, and whether the epoch has ended. */
  async #watched(task: () => Promise<void>): Promise<void> {
    try {
      await task();
      this.#isReachable = true;
    } catch (error) {
      if (error instanceof EpochEnded) this.#joined = null;
      else {
        this.#isReachable = false;
        throw error;
      }
    }
  }

  async #exchange(joined: Joined): Promise<void> {
    const { devices, clock } = this.options;
    const due = this.#queue.take(clock());
    const [leaving, changes] = [this.#leaving, this.#changes];
    this.#leaving = [];
    this.#changes = [];
    const leases = byShard(
      due.map(({ device, ...lease }) => ({
        ...lease,
        deviceId: devices.idOf(device),
        owner: devices.ownerOf(device),
      })),
    );
    const [left, changed] = [byShard(leaving), byShard(changes)];
    // All at once and in this order, which the connection keeps.
    const results = await Promise.allSettled(
      joined.shards.flatMap((shard, index) => [
        ...chunksOf(leases[index] ?? []).map((some) => shard.renew(some)),
        ...chunksOf(left[index] ?? []).map((some) => shard.leave(some)),
        ...chunksOf(changed[index] ?? []).map((some) => shard.append(some)),
        this.#readOn(joined, index),
      ]),
    );
    const failed = results.find((result) => result.status === 'rejected');
    if (!failed) return;
    // Some may have been done: they are done once more, which changes nothing but for repeated changes.
    this.#queue.giveBack(due);
    this.#leaving = [...leaving, ...this.#leaving];
    this.#changes = [...changes, ...this.#changes];
    throw failed.reason;
  }

  /** Reads the new entries of a shard. */
  async #readOn(joined: Joined, shard: number): Promise<void> {
    for (let hasMore = true; hasMore; ) {
      const page = await joined.shards[shard]?.read(joined.offsets[shard] ?? 0, this.#node);
      if (page === undefined || this.#joined !== joined) return;
      for (const entry of page.entries) this.#apply(joined, shard, entry);
      this.#holds = page.holds;
      hasMore = page.hasMore;
    }
  }

  #apply(joined: Joined, shard: number, { entry, offset, online, owner, session }: StreamEntry): void {
    const { devices } = this.options;
    const device = devices.intern(entry.deviceId);
    if (owner !== null) devices.setOwner(device, owner);
    if (online !== null) devices.setOnline(device, online);
    if (online === false) this.#queue.expired(device, session);
    joined.offsets[shard] = offset;
    this.options.onEntry({ entry, shard, isSaved: true });
  }

  async #sweepAndCheck(joined: Joined): Promise<void> {
    const now = performance.now();
    if (now >= this.#sweptAt + this.#sweepMs) {
      this.#sweptAt = now;
      await this.#sweep.run(joined.shards);
    }
    if (now >= this.#checkedAt + CHECK_MS) {
      this.#checkedAt = now;
      if ((await this.#epochs.read()) !== joined.epoch) this.#joined = null;
    }
  }

  /** @returns null if an epoch must be started first, here or on another node. */
  async #join(): Promise<Joined | null> {
    const { store, onRestart, client } = this.options;
    const epoch = await this.#epochs.read();
    if (epoch === null) return this.#startEpoch();
    const saved = await store.load();
    const { position } = saved;
    if (position?.epoch !== epoch || position.offsets.length !== SHARDS) {
      // Another node may have started one since.
      return (await this.#epochs.read()) === epoch ? this.#startEpoch() : null;
    }
    const shards = this.#keys.map((keys) => new PresenceShard(client, keys, epoch));
    const kept = await Promise.all(shards.map((shard) => readAll(shard, this.#node)));
    const base = kept.map(([first], shard) => (first ? first.offset - 1 : (position.offsets[shard] ?? 0)));
    // The database was restored from a backup.
    if (base.some((offset, shard) => offset > (position.offsets[shard] ?? 0))) return this.#startEpoch();
    this.#restoreTable(saved);
    onRestart({ epoch, offsets: base });
    const joined = { epoch, shards, offsets: base };
    for (const [shard, entries] of kept.entries()) {
      for (const entry of entries) {
        if (entry.offset > (position.offsets[shard] ?? 0)) this.#apply(joined, shard, entry);
        else this.options.onEntry({ entry: entry.entry, shard, isSaved: true });
      }
    }
    this.#queue.giveBackAll();
    this.#hasJoined = true;
    this.#joined = {
      ...joined,
      offsets: kept.map((entries, shard) => entries.at(-1)?.offset ?? base[shard] ?? 0),
    };
    return this.#joined;
  }

  async #startEpoch(): Promise<null> {
    if ((await this.#epochs.start()) && this.#hasJoined) {
      this.options.warn(
        'Redis has lost data, or may have: live subscriptions start again with RESET, and devices get time to reconnect.',
      );
    }
    return null;
  }

  #restoreTable({ online }: SavedPresence): void {
    const { devices } = this.options;
    devices.clearOnline();
    for (const { id, userId, seenAt } of online) {
      const device = devices.intern(id);
      devices.setOwner(device, userId);
      devices.setSeen(device, Math.max(seenAt, devices.lastSeen(device)));
      devices.setOnline(device, true);
    }
  }
}

function byShard<T extends { readonly deviceId: number }>(items: readonly T[]): T[][] {
  const shards = Array.from({ length: SHARDS }, (): T[] => []);
  for (const item of items) shards[item.deviceId % SHARDS]?.push(item);
  return shards;
}

function chunksOf<T>(items: readonly T[]): T[][] {
  const chunks: T[][] = [];
  for (let at = 0; at < items.length; at += MAX_DEVICES) chunks.push(items.slice(at, at + MAX_DEVICES));
  return chunks;
}

/** All entries that the shard keeps. */
async function readAll(shard: PresenceShard, node: string): Promise<StreamEntry[]> {
  const all: StreamEntry[] = [];
  for (let hasMore = true; hasMore; ) {
    const page = await shard.read(all.at(-1)?.offset ?? 0, node);
    for (const entry of page.entries) all.push(entry);
    hasMore = page.hasMore;
  }
  return all;
}
