import { setTimeout } from 'node:timers/promises';
import type { Clock } from '../../../clock.js';
import type { DeviceTable } from '../../../devices/presence/device-table.js';
import { LONGEST_HOLD } from '../../../devices/presence/expiry-hold.js';
import { ExpiryHolds, type Sample } from '../../../devices/presence/expiry-holds.js';
import { LATE, LONGEST_PATIENCE, patienceOf } from '../../../devices/presence/patience.js';
import type { PresenceStore } from '../../../devices/transitions/presence-store.js';
import type { JobLeases } from '../../../jobs/job-leases.js';
import { endsWithSession, sessionOf } from './lease-score.js';
import { MAX_DEVICES, type PresenceShard, type ShardSweep, type StoredLease } from './presence-shard.js';

/** A sweep that is later than this, in multiples of its period, means that leases could not be renewed. */
const STALL_TICKS = 2;
/** How long a node that ends delays the sweeps of the next one, in periods. */
const LEASE_TICKS = 3;
/** From so many expiries on, others are compared with them. */
const SAMPLE_FROM = 50;
/** How long a sweep waits for the database. */
const ANSWER_MS = 1000;

/** The name of the lease of the sweep. */
export const SWEEP_LEASE = 'presence sweep';

export interface SweepOptions {
  /** Decides which node sweeps. */
  readonly leases: JobLeases;
  readonly devices: DeviceTable;
  readonly store: Pick<PresenceStore, 'lastSeenOf'>;
  readonly clock: Clock;
  readonly intervalMs: number;
  /** The time between two calls of `run`. */
  readonly tickMs: number;
}

/** Expires the devices of all shards, on one node at a time. Whether to believe in many expiries is decided for all. */
export class PresenceSweep {
  #holds: ExpiryHolds;
  /** Of the latest sweep. */
  #token = 0;
  /** A database that hangs is asked once. */
  #isAsking = false;

  constructor(private readonly options: SweepOptions) {
    this.#holds = new ExpiryHolds(options.intervalMs);
  }

  /** Whether this node holds expiries. */
  get degraded(): boolean {
    return this.#holds.isOn;
  }

  /** Expires overdue devices, unless another node does. */
  async run(shards: readonly PresenceShard[]): Promise<void> {
    const { leases, tickMs, clock } = this.options;
    const token = await leases.acquire(SWEEP_LEASE, LEASE_TICKS * tickMs);
    if (token === null) return;
    // Another node may have decided since.
    if (token !== this.#token) this.#holds = new ExpiryHolds(this.options.intervalMs);
    this.#token = token;
    const found = await Promise.all(shards.map((shard) => shard.find(token, this.#holds.isOn)));
    const swept = found.filter((one) => one !== null);
    // Another node has begun to sweep.
    if (swept.length < shards.length) return;
    const seen = await this.#lastSeen(swept.flatMap(({ ended }) => ended));
    const sweeps = await Promise.all(swept.map((sweep, index) => this.#prolong(shards[index], sweep, seen)));
    const overdue = sweeps.flatMap(({ ended }) => ended).map((lease) => this.#overdue(lease));
    const sample = overdue.length < SAMPLE_FROM ? [] : await this.#sample(shards, sweeps);
    const sinceLast = Math.max(...sweeps.map(({ sinceLastMs }) => sinceLastMs));
    const stalledMs = sinceLast > STALL_TICKS * tickMs ? sinceLast - tickMs : 0;
    // The devices of a lost node have time to reach another one.
    const isHeldAnyway = sweeps.some(({ lostNodes, isHoldTakenOver }) => lostNodes > 0 || isHoldTakenOver);
    this.#holds.decide(
      {
        overdue,
        online: onlineToCompare(sweeps, overdue.length),
        stalledMs: Math.max(stalledMs, isHeldAnyway ? tickMs : 0),
        sample: () => sample,
      },
      clock(),
    );
    await Promise.all(shards.map((shard, index) => this.#expire(shard, token, sweeps[index]?.ended ?? [])));
  }

  /** When devices were seen, as far as the database says so in time. Without it, what Redis says has to do. */
  async #lastSeen(ended: readonly StoredLease[]): Promise<ReadonlyMap<number, number>> {
    const ids = ended.filter(isSilent).map(({ deviceId }) => deviceId);
    if (ids.length === 0 || this.#isAsking) return new Map();
    this.#isAsking = true;
    const answer = this.options.store
      .lastSeenOf(ids)
      .catch(() => new Map<number, number>())
      .finally(() => {
        this.#isAsking = false;
      });
    return Promise.race([answer, setTimeout(ANSWER_MS, new Map<number, number>(), { ref: false })]);
  }

  /**
   * What a shard has found, without the devices that beat on a node that has lost its connection to Redis, but not to
   * the database: their leases are prolonged. So are those of held devices with longer intervals, see `#patience`.
   */
  async #prolong(
    shard: PresenceShard | undefined,
    sweep: ShardSweep,
    seen: ReadonlyMap<number, number>,
  ): Promise<ShardSweep> {
    const now = this.options.clock();
    const leases = sweep.ended.filter(isSilent).flatMap(({ deviceId, score }) => {
      const seenAt = seen.get(deviceId) ?? Number.NEGATIVE_INFINITY;
      const remainingMs = seenAt + this.#patience(deviceId) - now;
      if (remainingMs <= 0) return [];
      const session = sessionOf(score);
      return { deviceId, remainingMs, session, endsWithSession: false, owner: this.#ownerOf(deviceId) };
    });
    if (leases.length === 0) return sweep;
    await shard?.renew(leases);
    const renewed = new Set(leases.map(({ deviceId }) => deviceId));
    const ended = sweep.ended.filter(({ deviceId }) => !renewed.has(deviceId));
    return { ...sweep, ended, endedCount: sweep.endedCount - leases.length };
  }

  async #expire(shard: PresenceShard, token: number, ended: readonly StoredLease[]): Promise<void> {
    const believed = ended.filter(({ deviceId }) => !this.#holds.isHeld(this.#ownerOf(deviceId)));
    if (believed.length > 0) await shard.expire(token, believed.slice(0, MAX_DEVICES));
  }

  #overdue({ deviceId, score }: StoredLease) {
    const reason = endsWithSession(score) ? ('AUTH_EXPIRED' as const) : ('TIMEOUT' as const);
    return { owner: this.#ownerOf(deviceId), reason };
  }

  /** Online devices of all shards, with whether they have missed a heartbeat. */
  async #sample(shards: readonly PresenceShard[], sweeps: readonly ShardSweep[]): Promise<Sample[]> {
    const samples = await Promise.all(shards.map((shard) => shard.sample()));
    return samples.flatMap((leases, shard) =>
      leases.map(({ deviceId, score }) => ({
        owner: this.#ownerOf(deviceId),
        isLate:
          Number(score) - (sweeps[shard]?.now ?? 0) < (LONGEST_PATIENCE - LATE) * this.#intervalOf(deviceId),
      })),
    );
  }

  /** A device with a longer interval may not beat during a hold: it gets as many intervals of its own, once. */
  #patience(deviceId: number): number {
    const { intervalMs } = this.options;
    const own = this.#intervalOf(deviceId);
    const isHeld = own > intervalMs && this.#holds.isHeld(this.#ownerOf(deviceId));
    return (patienceOf(deviceId) + (isHeld ? LONGEST_HOLD : 0)) * own;
  }

  #intervalOf(deviceId: number): number {
    const { devices, intervalMs } = this.options;
    return devices.ownInterval(devices.intern(deviceId)) || intervalMs;
  }

  #ownerOf(deviceId: number): number {
    const { devices } = this.options;
    return devices.ownerOf(devices.intern(deviceId));
  }
}

/** Of more overdue devices than a sweep takes, those taken are compared with as large a part of the online ones. */
function onlineToCompare(sweeps: readonly ShardSweep[], taken: number): number {
  const online = sweeps.reduce((sum, shard) => sum + shard.online, 0);
  const ended = sweeps.reduce((sum, shard) => sum + shard.endedCount, 0);
  return ended === 0 ? online : (online * taken) / ended;
}

const isSilent = ({ score }: StoredLease): boolean => !endsWithSession(score);
