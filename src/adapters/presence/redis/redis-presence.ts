import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { Clock } from '../../../clock.js';
import type { BeatingSession, NewChange, Presence, PresenceOptions } from '../../../devices/presence.js';
import type { OfflineReason } from '../../../devices/presence-event.entity.js';
import type { JobLeases } from '../../../jobs/job-leases.js';
import type { RedisClient } from '../../../redis/client.js';
import { AppliedEntries } from './applied-entries.js';
import { Epochs } from './epochs.js';
import { type JoinedEpoch, Joining } from './joining.js';
import { Outgoing } from './outgoing.js';
import { EpochEnded, keysOfShard } from './presence-shard.js';
import { PresenceSweep, SWEEP_LEASE } from './presence-sweep.js';
import { SharedRuns } from './shared-runs.js';
import { TransitionCopier } from './transition-copier.js';
import { UnleasedDevices } from './unleased-devices.js';

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

/**
 * The presence of a fleet's devices, on each of its nodes. Heartbeats stay in the memory of the node. In each tick, it
 * hands leases, leaving devices and changes to the shards in Redis, and reads the transitions of all nodes from them.
 */
export class RedisPresence implements Presence {
  readonly tickMs = TICK_MS;
  readonly #node = randomUUID();
  readonly #outgoing: Outgoing;
  readonly #applied: AppliedEntries;
  readonly #epochs: Epochs;
  readonly #joining: Joining;
  readonly #sweep: PresenceSweep;
  readonly #sweepMs: number;
  /** One at a time: each hands over what has come before it. */
  readonly #exchanges = new SharedRuns(() => this.#watched(() => this.#exchange()), MIN_EXCHANGE_MS);
  readonly #copies: SharedRuns;
  #joined: JoinedEpoch | null = null;
  /** Whether this node has been in an epoch. */
  #hasJoined = false;
  #isReachable = true;
  #holds = false;
  /** By `performance.now()`. */
  #sweptAt = 0;
  #checkedAt = 0;

  constructor(private readonly options: RedisPresenceOptions) {
    const { devices, intervalMs, clock, fleetId } = options;
    const shards = Array.from({ length: SHARDS }, (_, shard) => keysOfShard(fleetId, shard));
    this.#outgoing = new Outgoing(devices, clock, intervalMs, TICK_MS);
    this.#applied = new AppliedEntries(options, this.#outgoing.leases);
    this.#epochs = new Epochs({ ...options, shards });
    this.#joining = new Joining({
      ...options,
      shards,
      epochs: this.#epochs,
      node: this.#node,
      onEpoch: () => this.#warnOfLoss(),
    });
    this.#sweepMs = Math.max(MIN_SWEEP_MS, intervalMs / SWEEPS);
    this.#sweep = new PresenceSweep({ ...options, tickMs: this.#sweepMs });
    const copier = new TransitionCopier(options.store, this.#node);
    const unleased = new UnleasedDevices(options.store, clock, intervalMs);
    this.#copies = new SharedRuns(() =>
      this.#inEpoch(async (joined) => {
        await copier.copy(joined);
        await unleased.expire(joined);
      }),
    );
  }

  get degraded(): boolean {
    return !this.#isWorking || this.#holds;
  }

  async restore(): Promise<void> {
    for (await this.#join(); this.#joined === null; await this.#join()) await setTimeout(TICK_MS);
  }

  beat(device: number, session: BeatingSession, isOther: boolean): void {
    this.#outgoing.leases.beat(device, this.options.clock(), session, isOther);
  }

  adapt(device: number): void {
    this.#outgoing.leases.adapt(device, this.options.clock());
  }

  prolong(device: number, expiresAt: number): void {
    this.#outgoing.leases.prolong(device, expiresAt);
  }

  leave(device: number, sessionId: string | null, reason: OfflineReason | null): void {
    this.#outgoing.leave(device, sessionId, reason);
  }

  forget(device: number): void {
    this.#outgoing.leases.drop(device);
  }

  append(change: NewChange): void {
    this.#outgoing.append(change);
  }

  async tick(): Promise<void> {
    await this.#exchanges.run();
    await this.#watched(() => this.#inEpoch((joined) => this.#sweepAndCheck(joined)));
  }

  async flush(): Promise<void> {
    // The next tick reports a failure.
    if (this.#isWorking) await this.#exchanges.run().catch(() => {});
  }

  async save(): Promise<void> {
    await this.flush();
    if (this.#isWorking) await this.#copies.run();
  }

  /**
   * The node ends: hands all leases over, so that its devices have time to reach another node. Without Redis it cannot:
   * the other nodes then count it as lost, and wait for its devices.
   */
  async close(): Promise<void> {
    this.#outgoing.leases.giveBackAll();
    await this.flush();
    if (!this.#isWorking) return;
    await this.#inEpoch(async ({ shards }) => {
      await Promise.all(shards.map((shard) => shard.forgetNode(this.#node)));
      await this.options.leases.release(SWEEP_LEASE);
    }).catch(() => {});
  }

  get #isWorking(): boolean {
    return this.#joined !== null && this.#isReachable;
  }

  /** Notes whether Redis can be reached. */
  async #watched(task: () => Promise<void>): Promise<void> {
    try {
      await task();
      this.#isReachable = true;
    } catch (error) {
      this.#isReachable = false;
      throw error;
    }
  }

  /** Does nothing without an epoch. If the epoch has ended, the next exchange joins another one. */
  async #inEpoch(task: (joined: JoinedEpoch) => Promise<void>): Promise<void> {
    const joined = this.#joined;
    if (joined === null) return;
    try {
      await task(joined);
    } catch (error) {
      if (!(error instanceof EpochEnded)) throw error;
      this.#end(joined);
    }
  }

  /** Another task may have joined the next epoch already. */
  #end(joined: JoinedEpoch): void {
    if (this.#joined === joined) this.#joined = null;
  }

  /** Hands leases, leaving devices and changes to Redis, and reads what all nodes have handed over. */
  async #exchange(): Promise<void> {
    // Redis may have been restarted without its latest data.
    if (!this.#isReachable) await this.#inEpoch((joined) => this.#check(joined));
    if (this.#joined === null) await this.#join();
    await this.#inEpoch(async (joined) => {
      // The connection keeps this order.
      const results = await Promise.allSettled([
        this.#outgoing.send(joined.shards),
        ...joined.shards.map((_, shard) => this.#readOn(joined, shard)),
      ]);
      const failed = results.find((result) => result.status === 'rejected');
      if (failed) throw failed.reason;
    });
  }

  /** Reads the new entries of a shard. */
  async #readOn(joined: JoinedEpoch, shard: number): Promise<void> {
    for (let hasMore = true; hasMore; ) {
      const offset = joined.offsets[shard] ?? 0;
      const page = await joined.shards[shard]?.read(offset, this.#node);
      if (page === undefined || this.#joined !== joined) return;
      const [first] = page.entries;
      // This node has slept for so long that the stream no longer keeps the next entry.
      if (first && first.offset > offset + 1) return this.#end(joined);
      for (const entry of page.entries) this.#applied.apply(joined, shard, entry);
      this.#holds = page.holds;
      hasMore = page.hasMore;
    }
  }

  async #sweepAndCheck(joined: JoinedEpoch): Promise<void> {
    const now = performance.now();
    if (now >= this.#sweptAt + this.#sweepMs) {
      this.#sweptAt = now;
      await this.#sweep.run(joined.shards);
    }
    if (now >= this.#checkedAt + CHECK_MS) {
      this.#checkedAt = now;
      await this.#check(joined);
    }
  }

  async #check(joined: JoinedEpoch): Promise<void> {
    if ((await this.#epochs.read()) !== joined.epoch) this.#end(joined);
  }

  /** Joins the epoch of the fleet, unless one must be started first, here or on another node. */
  async #join(): Promise<void> {
    const found = await this.#joining.run().catch((error: unknown) => {
      if (error instanceof EpochEnded) return null;
      throw error;
    });
    if (found === null) return;
    const { saved, savedOffsets, kept, joined } = found;
    this.#applied.restore(saved);
    this.options.onRestart(joined);
    for (const [shard, entries] of kept.entries()) {
      for (const entry of entries) {
        if (entry.offset > (savedOffsets[shard] ?? 0)) this.#applied.apply(joined, shard, entry);
        else this.#applied.note(joined, shard, entry);
      }
    }
    this.#outgoing.leases.giveBackAll();
    this.#hasJoined = true;
    this.#joined = joined;
  }

  #warnOfLoss(): void {
    if (!this.#hasJoined) return;
    this.options.warn(
      'Redis has lost data, or may have: live subscriptions start again with RESET, and devices get time to reconnect.',
    );
  }
}
