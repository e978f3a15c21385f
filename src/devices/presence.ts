import type { Position } from '../streams/position.js';
import type { DeviceTable } from './presence/device-table.js';
import type { OfflineReason } from './presence-event.entity.js';
import type { PresenceStore } from './transitions/presence-store.js';
import type { DetailsChange, NewEntry, OwnerChange } from './transitions/transition-log.js';

/** The session of a heartbeat. */
export interface BeatingSession {
  readonly sessionId: string;
  /** When it ends unless it is prolonged. */
  readonly expiresAt: number;
}

/** A change of what is shown of a device. */
export type NewChange = Omit<DetailsChange, 'offset'> | Omit<OwnerChange, 'offset'>;

/** An entry of the log of transitions, in the order of its shard. */
export interface PresenceEntry {
  readonly entry: NewEntry;
  readonly shard: number;
  /** Whether the database has a transition already, or gets it from another node. */
  readonly isSaved: boolean;
}

/**
 * Decides which devices are online, and notes it in the table of devices. A device is its index in that table. Times are
 * milliseconds since the Unix epoch.
 */
export interface Presence {
  /** Milliseconds between two calls of `tick`. */
  readonly tickMs: number;
  /** Whether some devices may be shown online that are in fact offline, or the reverse. */
  readonly degraded: boolean;
  /** Restores the devices that were online when the previous process stopped. Must be called first. */
  restore(): Promise<void>;
  /**
   * A heartbeat. It allocates nothing unless the device comes online.
   * @param isOther whether the previous heartbeat was sent by another session.
   * @param isSaved whether the database has the device online already.
   */
  beat(device: number, session: BeatingSession, isOther: boolean, isSaved: boolean): void;
  /** The interval of the device was changed in the table: its lease follows. */
  adapt(device: number): void;
  /** The session of the latest heartbeat was prolonged. */
  prolong(device: number, expiresAt: number): void;
  /**
   * Takes a device offline.
   * @param sessionId that must have sent the latest heartbeat; null for any.
   * @param reason null for a deleted device, whose leaving is not shown.
   */
  leave(device: number, sessionId: string | null, reason: OfflineReason | null): void;
  /** Another node has the latest heartbeat of the device: those of this node keep it online no longer. */
  forget(device: number): void;
  /** Adds a change to the log of transitions. */
  append(change: NewChange): void;
  /** Expires overdue devices. Must be called every `tickMs`. */
  tick(): Promise<void>;
  /** Lets heartbeats and the like take effect on all nodes. Returns at once while that is impossible. */
  flush(): Promise<void>;
  /** Saves the transitions of all nodes so far. Those of the only node are saved by `TransitionQueue`. */
  save(): Promise<void>;
}

/** What an adapter is made with. */
export interface PresenceOptions {
  /** Expected time between two heartbeats of a device without an interval of its own. */
  readonly intervalMs: number;
  readonly devices: DeviceTable;
  readonly store: PresenceStore;
  onEntry(entry: PresenceEntry): void;
  /** The log of transitions starts again after a position. */
  onRestart(position: Position): void;
}
