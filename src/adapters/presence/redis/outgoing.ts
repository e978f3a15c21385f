import type { Clock } from '../../../clock.js';
import type { DeviceTable } from '../../../devices/presence/device-table.js';
import type { NewChange } from '../../../devices/presence.js';
import type { OfflineReason } from '../../../devices/presence-event.entity.js';
import { type DueLease, LeaseQueue } from './lease-queue.js';
import { sessionTag } from './lease-score.js';
import { type Leaving, MAX_DEVICES, type PresenceShard, shardOf } from './presence-shard.js';

/** What this node hands to the shards in Redis: leases, devices that leave, and changes of what is shown. */
export class Outgoing {
  readonly leases: LeaseQueue;
  #leaving: Leaving[] = [];
  #changes: NewChange[] = [];

  /** @param tickMs the time between two calls of `send`. */
  constructor(
    private readonly devices: DeviceTable,
    private readonly clock: Clock,
    intervalMs: number,
    tickMs: number,
  ) {
    this.leases = new LeaseQueue(devices, intervalMs, tickMs, clock());
  }

  /** See `Presence.leave`. */
  leave(device: number, sessionId: string | null, reason: OfflineReason | null): void {
    const session = sessionId === null ? null : sessionTag(sessionId);
    if (session === null) this.leases.drop(device);
    else this.leases.leave(device, session);
    this.#leaving.push({ deviceId: this.devices.idOf(device), session, reason });
  }

  /** See `Presence.append`. */
  append(change: NewChange): void {
    this.#changes.push(change);
  }

  /**
   * Sends what is due, each shard its part, before it returns a promise. What fails is sent once more by the next call:
   * if it was done all the same, that changes nothing, but for a change that is shown, which is then repeated.
   * @throws the first failure.
   */
  async send(shards: readonly PresenceShard[]): Promise<void> {
    const due = this.leases.take(this.clock());
    const [leaving, changes] = [this.#leaving, this.#changes];
    this.#leaving = [];
    this.#changes = [];
    const idOf = ({ device }: DueLease) => this.devices.idOf(device);
    const newSessions = due.filter(({ isNewSession }) => isNewSession);
    const results = await Promise.allSettled([
      // Before the leases, which may be shorter than those of the former sessions.
      ...parts(newSessions, shards, idOf).map(([shard, some]) =>
        orUndo(shard.changeSessions(some.map((lease) => this.#named(lease))), () =>
          this.leases.giveBack(some),
        ),
      ),
      ...parts(due, shards, idOf).map(([shard, some]) =>
        orUndo(this.#renew(shard, some), () => this.leases.giveBack(some)),
      ),
      ...parts(leaving, shards, deviceIdOf).map(([shard, some]) =>
        orUndo(shard.leave(some), () => this.#leaving.unshift(...some)),
      ),
      ...parts(changes, shards, deviceIdOf).map(([shard, some]) =>
        orUndo(shard.append(some), () => this.#changes.unshift(...some)),
      ),
    ]);
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }

  async #renew(shard: PresenceShard, leases: readonly DueLease[]): Promise<void> {
    const refused = new Set(await shard.renew(leases.map((lease) => this.#named(lease))));
    if (refused.size === 0) return;
    for (const { device, session } of leases) {
      if (refused.has(this.devices.idOf(device))) this.leases.leave(device, session);
    }
  }

  #named({ device, ...lease }: DueLease) {
    return { ...lease, deviceId: this.devices.idOf(device), owner: this.devices.ownerOf(device) };
  }
}

const deviceIdOf = ({ deviceId }: { readonly deviceId: number }): number => deviceId;

async function orUndo(sent: Promise<void>, undo: () => void): Promise<void> {
  try {
    await sent;
  } catch (error) {
    undo();
    throw error;
  }
}

/** The items of each shard, in parts that fit into one call. */
function parts<T>(
  items: readonly T[],
  shards: readonly PresenceShard[],
  idOf: (item: T) => number,
): [PresenceShard, T[]][] {
  const found: [PresenceShard, T[]][] = [];
  const latest = new Map<number, T[]>();
  for (const item of items) {
    const index = shardOf(idOf(item), shards.length);
    const shard = shards[index];
    if (!shard) continue;
    let part = latest.get(index);
    if (!part || part.length === MAX_DEVICES) {
      part = [];
      latest.set(index, part);
      found.push([shard, part]);
    }
    part.push(item);
  }
  return found;
}
