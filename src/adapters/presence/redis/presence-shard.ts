import { z } from 'zod';
import type { OfflineReason } from '../../../devices/presence-event.entity.js';
import type { RedisClient } from '../../../redis/client.js';
import { type Lease, scoreOf } from './lease-score.js';
import { EXPIRE, FIND, LEAVE, RENEW } from './scripts.js';

/** Devices in one call: a script can unpack 8,000 values, and others must not wait for it for long. */
export const MAX_DEVICES = 3000;

/** A device that leaves. */
export interface Leaving {
  readonly deviceId: number;
  /** The tag of the session that must have sent its latest heartbeat; null for any. */
  readonly session: number | null;
  /** Null for a deleted device. */
  readonly reason: OfflineReason | null;
}

/** A lease as Redis has it. */
export interface StoredLease {
  readonly deviceId: number;
  readonly score: string;
}

/** What a sweep finds. Times of Redis, in milliseconds. */
export interface ShardSweep {
  readonly now: number;
  /** 0 for the first sweep. */
  readonly sinceLastMs: number;
  /** The number of online devices. */
  readonly online: number;
  /** Leases that have ended, at most `MAX_DEVICES`. */
  readonly ended: readonly StoredLease[];
}

/** Online devices of each shard that are enough to judge the others by. */
const SAMPLE_SIZE = 1250;

const Scores = z.array(z.string());
const Found = z.tuple([z.int(), z.int(), z.int(), Scores]).nullable();

/**
 * The part of a fleet's devices whose leases and transitions are in one slot of a cluster. A transition is appended to
 * the shard's stream in the script that causes it, and so once, whichever nodes notice it.
 */
export class PresenceShard {
  readonly #keys: readonly [leases: string, transitions: string, state: string];

  constructor(
    private readonly client: RedisClient,
    fleetId: string,
    shard: number,
  ) {
    const slot = `gatehouse:{${fleetId}:s${shard}}`;
    this.#keys = [`${slot}:leases`, `${slot}:transitions`, `${slot}:state`];
  }

  /** Hands leases to Redis: each device once, at most `MAX_DEVICES`. Those without a lease come online. */
  async renew(leases: readonly Lease[]): Promise<void> {
    await this.#run(
      RENEW,
      leases.flatMap((lease) => [lease.deviceId, scoreOf(lease)]),
    );
  }

  /** Takes devices offline, at most `MAX_DEVICES`, unless another session beats for them. */
  async leave(devices: readonly Leaving[]): Promise<void> {
    await this.#run(
      LEAVE,
      devices.flatMap(({ deviceId, session, reason }) => [deviceId, session ?? '', reason ?? 'DELETED']),
    );
  }

  /**
   * Begins a sweep.
   * @param token of the lease of the sweep.
   * @returns null if a later holder of that lease has begun one.
   */
  async find(token: number): Promise<ShardSweep | null> {
    const found = Found.parse(await this.#run(FIND, [token, MAX_DEVICES]));
    if (found === null) return null;
    const [now, sinceLastMs, online, ended] = found;
    return { now, sinceLastMs, online, ended: storedLeases(ended) };
  }

  /** Leases of online devices, all of them or chosen by chance. */
  async sample(): Promise<StoredLease[]> {
    const [leases] = this.#keys;
    return storedLeases(Scores.parse(await this.client.zrandmember(leases, SAMPLE_SIZE, 'WITHSCORES')));
  }

  /**
   * Takes devices offline whose leases have ended, unless they were renewed since.
   * @param token of the lease of the sweep.
   * @returns false if a later holder of that lease has swept.
   */
  async expire(token: number, ended: readonly StoredLease[]): Promise<boolean> {
    const values = ended.flatMap(({ deviceId, score }) => [deviceId, score]);
    return (await this.#run(EXPIRE, [token, ...values])) === 1;
  }

  #run(script: string, values: readonly (string | number)[]): Promise<unknown> {
    return this.client.eval(script, this.#keys.length, ...this.#keys, ...values);
  }
}

function storedLeases(flat: readonly string[]): StoredLease[] {
  const leases: StoredLease[] = [];
  for (let at = 0; at < flat.length; at += 2) {
    leases.push({ deviceId: Number(flat[at]), score: flat[at + 1] ?? '' });
  }
  return leases;
}
