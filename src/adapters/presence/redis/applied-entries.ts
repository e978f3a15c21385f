import type { Clock } from '../../../clock.js';
import type { PresenceOptions } from '../../../devices/presence.js';
import type { SavedPresence } from '../../../devices/transitions/presence-store.js';
import type { JoinedEpoch } from './joining.js';
import type { LeaseQueue } from './lease-queue.js';
import type { StreamEntry } from './stream-entry.js';

interface Options extends Pick<PresenceOptions, 'devices' | 'onEntry'> {
  readonly clock: Clock;
}

/** Brings the devices and leases of this node up to what the fleet's streams say. */
export class AppliedEntries {
  constructor(
    private readonly options: Options,
    private readonly leases: LeaseQueue,
  ) {}

  /** Applies an entry that was read from a shard. */
  apply(joined: JoinedEpoch, shard: number, entry: StreamEntry): void {
    const { devices } = this.options;
    const device = devices.intern(entry.entry.deviceId);
    if (entry.owner !== null) devices.setOwner(device, entry.owner);
    if (entry.online !== null) devices.setOnline(device, entry.online);
    this.note(joined, shard, entry);
  }

  /** Notes an entry whose effect the table has already. */
  note(joined: JoinedEpoch, shard: number, { entry, offset, online, ended }: StreamEntry): void {
    const device = this.options.devices.intern(entry.deviceId);
    if (online === false) {
      if ('isHidden' in entry) this.leases.drop(device);
      else if (ended === null) this.leases.expired(device);
      else this.leases.left(device, ended, this.options.clock());
    }
    joined.offsets[shard] = offset;
    this.options.onEntry({ entry, shard, isSaved: true });
  }

  /** Starts from what the database has. */
  restore({ online }: SavedPresence): void {
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
