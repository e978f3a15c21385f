import type { Clock } from '../../clock.js';
import type { Caller } from '../../sessions/sessions.js';
import type { Events } from '../../streams/events.js';
import { BINDINGS } from '../known-devices.js';
import { BeatLog } from '../presence/beat-log.js';
import { DeviceTable } from '../presence/device-table.js';
import type { Presence, PresenceOptions } from '../presence.js';
import type { PresenceStore } from '../transitions/presence-store.js';
import { TransitionQueue } from '../transitions/transition-queue.js';
import type { CurrentPresence, WrittenDevice } from './bindings.js';
import { LatestSessions } from './latest-sessions.js';

/** Creates the presence of the devices in a table. */
export type CreatePresence = (options: Omit<PresenceOptions, 'intervalMs'>) => Presence;

/**
 * Records heartbeats in memory, and queues the transitions that follow from them. A device is its index in the table
 * of devices, unless named an id.
 */
export class PresenceRecorder implements CurrentPresence {
  readonly devices = new DeviceTable();
  readonly beats = new BeatLog();
  readonly presence: Presence;
  readonly latestSessions: LatestSessions;
  readonly transitions: TransitionQueue;
  #heartbeats = 0;

  constructor(
    store: PresenceStore,
    private readonly events: Events,
    private readonly clock: Clock,
    createPresence: CreatePresence,
  ) {
    this.transitions = new TransitionQueue(store, events);
    this.presence = createPresence({
      devices: this.devices,
      store,
      onEntry: ({ entry, shard, isSaved }) => this.transitions.add(entry, shard, isSaved),
      onRestart: (position) => this.transitions.log.restart(position),
    });
    this.latestSessions = new LatestSessions(this.devices, store);
  }

  /** The number of heartbeats that this node has received. */
  get heartbeats(): number {
    return this.#heartbeats;
  }

  isOnline(deviceId: number): boolean {
    return this.devices.isOnline(this.devices.intern(deviceId));
  }

  /** In milliseconds since the Unix epoch; null when the device has not been seen since the process started. */
  lastSeen(deviceId: number): number | null {
    return this.devices.lastSeen(this.devices.intern(deviceId)) || null;
  }

  /** The ids of devices that are online, though the database does not have it yet. */
  unsavedOnline(): number[] {
    return this.transitions.unsavedOnline();
  }

  /** As `Heartbeats.saveTransitions`. */
  async saveTransitions(): Promise<void> {
    await this.transitions.save();
    await this.presence.save();
  }

  /** Counts a heartbeat, which may be recorded twice: with its session, too. */
  count(): void {
    this.#heartbeats += 1;
  }

  /** @param isSaved whether the database has the device online already. */
  recordBeat(device: number, caller: Caller, isSaved = false): void {
    const seenBefore = this.devices.lastSeen(device);
    const isOther = this.latestSessions.set(device, caller.sessionId);
    this.presence.beat(device, caller, isOther, isSaved);
    this.devices.countBeat(device, seenBefore);
    this.beats.append(device, caller.user.id);
  }

  /** Announces that the row of a device was written. */
  recordChange({ id, before }: WrittenDevice): void {
    this.events.publish(BINDINGS, id);
    if (before === null) return;
    this.presence.append({ deviceId: id, online: this.isOnline(id), before, at: this.clock() });
  }
}
