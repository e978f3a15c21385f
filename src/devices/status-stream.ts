import type { Caller } from '../sessions/sessions.js';
import { type Batch, EventStream, type Publication } from '../streams/event-stream.js';
import type { Events } from '../streams/events.js';
import type { Device } from './device.entity.js';
import { type DeviceFilter, type DeviceSelection, selectDevices } from './device-filter.js';
import { type Devices, deviceScope } from './devices.js';
import type { Heartbeats } from './heartbeats.js';
import type { OfflineReason } from './presence-event.entity.js';
import type { Transition } from './transition-log.js';
import { TRANSITIONS } from './transition-queue.js';

/** Transitions of one batch: bounds what a mass expiry puts into memory, and into the queues of subscribers. */
const BATCH_SIZE = 500;

export enum DeviceStatusKind {
  SNAPSHOT = 'SNAPSHOT',
  ONLINE = 'ONLINE',
  OFFLINE = 'OFFLINE',
  RESET = 'RESET',
}

export interface DeviceStatusEvent {
  readonly kind: DeviceStatusKind;
  /** Value of `since` for a client that has received this event. */
  readonly cursor: string;
  readonly at: Date;
  /** All devices that are online (SNAPSHOT). */
  readonly devices: readonly Device[] | null;
  /** The device that changed (ONLINE, OFFLINE). */
  readonly device: Device | null;
  readonly reason: OfflineReason | null;
}

export interface LiveServices {
  readonly heartbeats: Heartbeats;
  readonly devices: Devices;
  readonly events: Events;
  readonly clock: () => number;
}

/**
 * A snapshot of the devices that are online, then every transition once and in order. With `since`, the missed
 * transitions come instead of the snapshot; RESET and a new snapshot when they are no longer kept.
 */
export class DeviceStatusStream extends EventStream<DeviceStatusEvent> {
  readonly scope: string;
  readonly #start: number | null;
  readonly #selection: DeviceSelection;

  /** @throws DomainError INVALID_INPUT for a `since` that is not a cursor. */
  constructor(
    private readonly services: LiveServices,
    private readonly caller: Caller,
    private readonly filter: DeviceFilter,
    private readonly cursor: string | null,
  ) {
    super();
    this.scope = deviceScope(caller);
    this.#selection = selectDevices(caller, filter);
    this.#start = cursor === null ? null : services.heartbeats.log.recover(cursor, this.scope);
  }

  open(): Promise<Batch<DeviceStatusEvent>> {
    return this.#start === null ? this.#snapshot(this.cursor) : this.since(this.#start);
  }

  async since(offset: number): Promise<Batch<DeviceStatusEvent>> {
    const { log } = this.services.heartbeats;
    const transitions = log.since(offset, BATCH_SIZE);
    const publications = transitions && (await this.#present(transitions));
    if (!publications) return this.#snapshot(log.cursor(offset, this.scope));
    const status = transitions.length === BATCH_SIZE ? 'behind' : 'current';
    return { publications, offset: offset + transitions.length, status };
  }

  onAppend(listener: () => void): () => void {
    return this.services.events.subscribe(TRANSITIONS, listener);
  }

  /** @param staleCursor the cursor of a subscriber that is reset. */
  async #snapshot(staleCursor: string | null): Promise<Batch<DeviceStatusEvent>> {
    const { heartbeats, devices, clock } = this.services;
    // Synchronously, so that no transition comes between the offset and the state.
    const { offset } = heartbeats.log;
    const online = [...heartbeats.onlineIds()];
    const common = {
      cursor: heartbeats.log.cursor(offset, this.scope),
      at: new Date(clock()),
      device: null,
      reason: null,
    };
    const ids = await devices.preselectIds(this.caller, this.filter, online);
    const found = await devices.findSelected(this.caller, this.filter, ids);
    for (const device of found) device.online = true;
    const snapshot = { event: { ...common, kind: DeviceStatusKind.SNAPSHOT, devices: found }, offset };
    if (staleCursor === null) return { publications: [snapshot], offset, status: 'current' };
    // A client that disconnects before the snapshot keeps the stale cursor, and is reset again.
    const reset = {
      event: { ...common, kind: DeviceStatusKind.RESET, cursor: staleCursor, devices: null },
      offset,
    };
    return { publications: [reset, snapshot], offset, status: 'current' };
  }

  /** @returns null when a device was deleted meanwhile: its transitions can no longer be shown. */
  async #present(transitions: readonly Transition[]): Promise<Publication<DeviceStatusEvent>[] | null> {
    const { heartbeats, devices } = this.services;
    const ids = [...new Set(transitions.map(({ deviceId }) => deviceId))];
    // One read: a device deleted between two reads would look like one that the filter leaves out.
    const known = await devices.findCached(ids);
    if (known.length < ids.length) return null;
    const selected = new Map(known.filter(this.#selection.matches).map((device) => [device.id, device]));
    return transitions.flatMap(({ offset, deviceId, online, reason, at }) => {
      const device = selected.get(deviceId);
      if (!device) return [];
      const kind = online ? DeviceStatusKind.ONLINE : DeviceStatusKind.OFFLINE;
      const cursor = heartbeats.log.cursor(offset, this.scope);
      const event = { kind, cursor, at: new Date(at), devices: null, device: { ...device, online }, reason };
      return { event, offset };
    });
  }
}
