import type { Caller } from '../sessions/sessions.js';
import type { Batch, LiveSource } from '../streams/event-stream.js';
import type { Events } from '../streams/events.js';
import type { Device } from './device.entity.js';
import { type DeviceFilter, selectDevices } from './device-filter.js';
import { type Devices, deviceScope } from './devices.js';
import { type Heartbeats, TRANSITIONS } from './heartbeats.js';
import type { OfflineReason } from './presence-event.entity.js';
import type { Transition } from './transition-log.js';

/** Transitions told at once: so much of a mass expiry is in memory, and in the queues of its readers, in one go. */
const BATCH = 500;

export enum DeviceStatusKind {
  SNAPSHOT = 'SNAPSHOT',
  ONLINE = 'ONLINE',
  OFFLINE = 'OFFLINE',
  RESET = 'RESET',
}

/** One thing a reader of device status is told. */
export interface DeviceStatusEvent {
  readonly kind: DeviceStatusKind;
  /** Where to go on after this event. */
  readonly cursor: string;
  readonly at: Date;
  /** All that are online (SNAPSHOT). */
  readonly devices: readonly Device[] | null;
  /** The one that changed (ONLINE, OFFLINE). */
  readonly device: Device | null;
  readonly reason: OfflineReason | null;
}

/** What a live source stands on. */
export interface LiveServices {
  readonly heartbeats: Heartbeats;
  readonly devices: Devices;
  readonly events: Events;
  readonly clock: () => number;
}

/**
 * Which devices are online: a snapshot, then every transition once, in order. A reader that comes back with a
 * cursor is told what it missed; if that is not kept, or cannot be told any more, RESET and a new snapshot.
 */
export class StatusSource implements LiveSource<DeviceStatusEvent> {
  readonly scope: string;
  /** Where to start; null with a snapshot, or where `since` is not kept any more. */
  readonly #start: number | null;

  /** @throws DomainError INVALID_INPUT for a cursor that never was one. */
  constructor(
    private readonly services: LiveServices,
    private readonly caller: Caller,
    private readonly filter: DeviceFilter,
    private readonly since: string | null,
  ) {
    this.scope = deviceScope(caller);
    this.#start = since === null ? null : services.heartbeats.log.resume(since, this.scope);
  }

  open(): Promise<Batch<DeviceStatusEvent>> {
    if (this.#start !== null) return this.after(this.#start);
    return this.#snapshot(this.since);
  }

  async after(place: number): Promise<Batch<DeviceStatusEvent>> {
    const { log } = this.services.heartbeats;
    const transitions = log.since(place, BATCH);
    const events = transitions && (await this.#present(transitions));
    if (!transitions || !events) return this.#snapshot(log.cursor(place, this.scope));
    return { events, place: place + transitions.length };
  }

  onNews(listener: () => void): () => void {
    return this.services.events.subscribe(TRANSITIONS, listener);
  }

  /** @param lost the cursor that cannot be gone on from, of a reader who had one. */
  async #snapshot(lost: string | null): Promise<Batch<DeviceStatusEvent>> {
    const { heartbeats, devices, clock } = this.services;
    // The place and the state in it are taken together, before anything else can happen.
    const place = heartbeats.log.length;
    const online = [...heartbeats.onlineIds()];
    const cursor = heartbeats.log.cursor(place, this.scope);
    const told = { cursor, at: new Date(clock()), device: null, reason: null };
    const ids = await devices.narrow(this.caller, this.filter, online);
    const found = await devices.pick(this.caller, this.filter, ids);
    for (const device of found) device.online = true;
    const snapshot = { event: { ...told, kind: DeviceStatusKind.SNAPSHOT, devices: found }, place };
    if (lost === null) return { events: [snapshot], place };
    // Whoever is cut off before the snapshot has to get it the next time: its cursor stays the lost one.
    const forget = { event: { ...told, kind: DeviceStatusKind.RESET, cursor: lost, devices: null }, place };
    return { events: [forget, snapshot], place };
  }

  /** @returns null when one of the devices was deleted, with its account: nothing of it can be told any more. */
  async #present(transitions: readonly Transition[]) {
    const { heartbeats, devices } = this.services;
    const ids = [...new Set(transitions.map(({ deviceId }) => deviceId))];
    // Once: between two looks one could be deleted, and be passed over as if it were not selected.
    const known = await devices.recall(ids);
    if (known.length < ids.length) return null;
    const selected = known.filter(selectDevices(this.caller, this.filter).matches);
    const found = new Map(selected.map((device) => [device.id, device]));
    return transitions.flatMap(({ offset, deviceId, online, reason, at }) => {
      const changed = found.get(deviceId);
      if (!changed) return [];
      const device = { ...changed, online };
      const kind = online ? DeviceStatusKind.ONLINE : DeviceStatusKind.OFFLINE;
      const cursor = heartbeats.log.cursor(offset + 1, this.scope);
      return { event: { kind, cursor, at: new Date(at), devices: null, device, reason }, place: offset + 1 };
    });
  }
}
