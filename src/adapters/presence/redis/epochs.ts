import { randomBytes } from 'node:crypto';
import type { Clock } from '../../../clock.js';
import type { DeviceTable } from '../../../devices/presence/device-table.js';
import { patienceOf } from '../../../devices/presence/patience.js';
import { restoredLease } from '../../../devices/presence/restored-lease.js';
import type {
  PresenceStore,
  RestoredDevice,
  SavedPresence,
} from '../../../devices/transitions/presence-store.js';
import type { JobLeases } from '../../../jobs/job-leases.js';
import type { RedisClient } from '../../../redis/client.js';
import { scoreOf, sessionTag } from './lease-score.js';
import { MAX_DEVICES, shardOf } from './presence-shard.js';
import { CLEAR, COMMIT, READ_EPOCH, RESTORE } from './scripts.js';

/** How long another node waits for one that has died while it started an epoch. */
const START_MS = 10_000;

export interface EpochOptions {
  readonly client: RedisClient;
  /** The keys of each shard. */
  readonly shards: readonly (readonly string[])[];
  readonly store: PresenceStore;
  /** Decides which node starts an epoch. */
  readonly leases: JobLeases;
  readonly clock: Clock;
  /** Has the intervals of devices that have their own. */
  readonly devices: DeviceTable;
  readonly intervalMs: number;
  /** Whether Redis keeps all data over a restart. */
  readonly isDurable: boolean;
}

/**
 * The epochs of a fleet's shards. Offsets count within an epoch. A Redis that may have lost data gets a new one: what was
 * saved in the database is all that is known then, and devices get time to reconnect as after a restart of the only node.
 */
export class Epochs {
  constructor(private readonly options: EpochOptions) {}

  /** The epoch of all shards; null if they need a new one. */
  async read(): Promise<string | null> {
    const isDurable = this.options.isDurable ? 1 : 0;
    const epochs = new Set(await this.#runOnAll(READ_EPOCH, isDurable));
    const [epoch] = epochs;
    return epochs.size === 1 && typeof epoch === 'string' ? epoch : null;
  }

  /**
   * Starts an epoch.
   * @param after the epoch that it follows, as `read` has returned it.
   * @returns whether it has succeeded: another node may be starting one, or have done so.
   */
  async start(after: string | null): Promise<boolean> {
    const { leases, store, shards } = this.options;
    if ((await leases.acquire('presence epoch', START_MS)) === null) return false;
    try {
      if ((await this.read()) !== after) return false;
      const epoch = randomBytes(6).toString('base64url');
      await this.#runOnAll(CLEAR, epoch);
      const saved = await store.startEpoch(epoch, shards.length);
      for (const [shard, keys] of shards.entries()) {
        const own = saved.online.filter(({ id }) => shardOf(id, shards.length) === shard);
        if (!(await this.#restore(keys, epoch, own, saved))) return false;
      }
      const committed = await this.#runOnAll(COMMIT, epoch);
      return committed.every((is) => is === 1);
    } finally {
      await leases.release('presence epoch');
    }
  }

  async #restore(
    keys: readonly string[],
    epoch: string,
    devices: readonly RestoredDevice[],
    { aliveAt }: SavedPresence,
  ): Promise<boolean> {
    const { devices: table, clock, leases } = this.options;
    for (let at = 0; at < devices.length; at += MAX_DEVICES) {
      if ((await leases.acquire('presence epoch', START_MS)) === null) return false;
      const now = clock();
      const values = devices.slice(at, at + MAX_DEVICES).flatMap((device) => {
        const intervalMs = table.ownInterval(table.intern(device.id)) || this.options.intervalMs;
        const patienceMs = patienceOf(device.id) * intervalMs;
        const { deadline, authEnds } = restoredLease({ ...device, aliveAt }, now, intervalMs, patienceMs);
        const score = scoreOf({
          remainingMs: Math.min(deadline, authEnds) - now,
          session: sessionTag(device.sessionId ?? ''),
          endsWithSession: authEnds <= deadline,
        });
        return [device.id, score];
      });
      if ((await this.#run(RESTORE, keys, epoch, ...values)) !== 1) return false;
    }
    return true;
  }

  #runOnAll(script: string, ...values: readonly (string | number)[]): Promise<unknown[]> {
    return Promise.all(this.options.shards.map((keys) => this.#run(script, keys, ...values)));
  }

  #run(script: string, keys: readonly string[], ...values: readonly (string | number)[]): Promise<unknown> {
    return this.options.client.eval(script, keys.length, ...keys, ...values);
  }
}
