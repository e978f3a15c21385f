import { z } from 'zod';
import type { OfflineReason } from '../../../devices/presence-event.entity.js';
import type { RedisClient } from '../../../redis/client.js';
import { type Lease, scoreOf } from './lease-score.js';
import { EXPIRE, LEAVE, OVERDUE, RENEW } from './scripts.js';

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

/** A device whose lease has ended. */
export interface EndedLease {
  readonly deviceId: number;
  /** As Redis has it. */
  readonly score: string;
}

const Overdue = z.tuple([z.int(), z.array(z.string())]);

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

  /** The number of online devices, and those whose leases have ended, at most `MAX_DEVICES`. */
  async overdue(): Promise<{ readonly online: number; readonly ended: readonly EndedLease[] }> {
    const [online, flat] = Overdue.parse(await this.#run(OVERDUE, [MAX_DEVICES]));
    const ended: EndedLease[] = [];
    for (let at = 0; at < flat.length; at += 2) {
      ended.push({ deviceId: Number(flat[at]), score: flat[at + 1] ?? '' });
    }
    return { online, ended };
  }

  /**
   * Takes devices offline whose leases have ended, unless they were renewed since.
   * @param token of the lease of the sweep.
   * @returns false if a later holder of that lease has swept.
   */
  async expire(token: number, ended: readonly EndedLease[]): Promise<boolean> {
    const values = ended.flatMap(({ deviceId, score }) => [deviceId, score]);
    return (await this.#run(EXPIRE, [token, ...values])) === 1;
  }

  #run(script: string, values: readonly (string | number)[]): Promise<unknown> {
    return this.client.eval(script, this.#keys.length, ...this.#keys, ...values);
  }
}
