import type { Clock } from '../../../clock.js';
import type { PresenceStore } from '../../../devices/transitions/presence-store.js';
import type { JoinedEpoch } from './joining.js';
import { shardOf } from './presence-shard.js';

/** How often the database is searched, which reads all online devices. */
const SEARCH_MS = 600_000;
/** Intervals without a heartbeat after which a device is offline, even if its expiry was held. */
const SILENT = 5;
/** Devices in one search. */
const MAX_FOUND = 1000;

/**
 * Devices that are online in the database, but have no lease in Redis: the database notes a new device as online, and
 * the node that received its heartbeat may end before it hands over the lease. They get a lease that ends at once, and
 * so go offline as all others do.
 */
export class UnleasedDevices {
  /** By `performance.now()`. */
  #searchedAt = 0;

  constructor(
    private readonly store: PresenceStore,
    private readonly clock: Clock,
    private readonly intervalMs: number,
  ) {}

  /** Must be called after the transitions so far were saved, by the node that saves them. */
  async expire({ shards }: JoinedEpoch): Promise<void> {
    const now = performance.now();
    if (now < this.#searchedAt + SEARCH_MS) return;
    this.#searchedAt = now;
    const silent = await this.store.onlineButSilent(this.clock(), SILENT, this.intervalMs, MAX_FOUND);
    const ended = { remainingMs: 0, session: 0, endsWithSession: false };
    await Promise.all(
      shards.map((shard, index) => {
        const own = silent.filter(({ id }) => shardOf(id, shards.length) === index);
        return (
          own.length > 0 &&
          shard.renew(own.map(({ id, userId }) => ({ ...ended, deviceId: id, owner: userId })))
        );
      }),
    );
  }
}
