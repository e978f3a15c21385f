import type { DeviceTable } from './presence/device-table.js';
import type { OfflineReason } from './presence-event.entity.js';

/** A device came online, or went offline for a reason. */
export interface PresenceChange {
  /** Its index in the table of devices. */
  readonly device: number;
  readonly online: boolean;
  /** Null for a device that came online. */
  readonly reason: OfflineReason | null;
  readonly at: number;
  /** Whether the database has the change already. */
  readonly isSaved: boolean;
}

/** What the database has of a device that was online when the previous process stopped. */
export interface SavedPresence {
  /** When it was last seen. */
  readonly seenAt: number;
  /** When the previous process was last alive. */
  readonly aliveAt: number;
  /** When its token expires; 0 when its session has ended. */
  readonly authEnds: number;
}

/**
 * Decides which devices are online, and notes it in the table of devices. A device is its index in that table. Times are
 * milliseconds since the Unix epoch.
 */
export interface Presence {
  /** Milliseconds between two calls of `tick`. */
  readonly tickMs: number;
  /** Whether expiries are held, so that some online devices may in fact be offline. */
  readonly degraded: boolean;
  /** Keeps a device online for as long as it could not beat, and until it has had time to reconnect. */
  restore(device: number, saved: SavedPresence): void;
  /**
   * A heartbeat. It allocates nothing unless the device comes online.
   * @param authEnds when the session of this heartbeat ends.
   * @param isOther whether the previous heartbeat was sent by another session.
   * @param isSaved whether the database has the device online already.
   */
  beat(device: number, authEnds: number, isOther: boolean, isSaved: boolean): void;
  /** The session of the latest heartbeat was prolonged. */
  prolong(device: number, authEnds: number): void;
  /** Takes a device offline. @param reason null for a deleted device, whose leaving is not reported. */
  leave(device: number, reason: OfflineReason | null): void;
  /** Expires overdue devices. Must be called every `tickMs`. */
  tick(): void;
}

/** What an adapter is made with. */
export interface PresenceOptions {
  /** Expected time between two heartbeats of a device. */
  readonly intervalMs: number;
  readonly devices: DeviceTable;
  onChange(change: PresenceChange): void;
}
