import type { Clock } from '../../clock.js';
import type { Events } from '../../streams/events.js';
import type { DeviceDetails, FormerDetails } from '../device-details.js';
import { BINDINGS, METADATA } from '../known-devices.js';
import { OfflineReason } from '../presence-event.entity.js';
import type { PresenceRecorder } from './presence-recorder.js';
import type { RowChanges } from './row-changes.js';

/** What administrators have changed about devices in the database, as presence and subscribers must learn it. */
export class DeviceEdits {
  constructor(
    private readonly recorder: PresenceRecorder,
    private readonly rowChanges: RowChanges,
    private readonly events: Events,
    private readonly clock: Clock,
  ) {}

  /** A device is hidden until it sends a heartbeat in another session. @param details of the device. */
  retired(id: number, details: DeviceDetails): void {
    const device = this.recorder.devices.intern(id);
    this.rowChanges.add(device);
    this.recorder.presence.leave(device, null, OfflineReason.REVOKED);
    // Subscribers who are shown devices in use are shown that it went offline.
    const before = { ...details, retiredAt: null };
    this.recorder.presence.append({ deviceId: id, online: false, before, at: this.clock() });
    this.events.publish(BINDINGS, id);
  }

  /** The rows of these devices are gone: their sessions beat for new devices from now on. */
  deleted(ids: readonly number[]): void {
    for (const id of ids) {
      const device = this.recorder.devices.intern(id);
      this.rowChanges.add(device);
      this.recorder.presence.leave(device, null, null);
      this.events.publish(BINDINGS, id);
    }
  }

  /** Administrators have changed what is noted about a device. @param before its details before the change. */
  metadataChanged(id: number, before: FormerDetails): void {
    this.events.publish(METADATA, String(id));
    this.recorder.presence.append({
      deviceId: id,
      online: this.recorder.isOnline(id),
      before,
      at: this.clock(),
    });
  }

  /**
   * Many devices were changed in the database. Subscribers are not shown whether they match a filter now: so many changes
   * would displace the transitions that reconnecting subscribers need.
   */
  manyChanged(ids: readonly number[]): void {
    this.events.publish(METADATA, ids.join());
  }
}
