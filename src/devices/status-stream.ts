import type { Caller } from '../sessions/sessions.js';
import { type Batch, EventStream, type Publication } from '../streams/event-stream.js';
import type { Events } from '../streams/events.js';
import type { Device } from './device.entity.js';
import { type DeviceFilter, type DeviceSelection, selectDevices } from './device-filter.js';
import { type Devices, deviceScope } from './devices.js';
import type { Heartbeats } from './heartbeats.js';
import type { DevicesPart, OnlineDevices } from './online-devices.js';
import type { OfflineReason } from './presence-event.entity.js';
import type { Transition } from './transition-log.js';
import { TRANSITIONS } from './transition-queue.js';

/** Transitions of one batch: bounds what a mass expiry puts into memory, and into the queues of subscribers. */
const BATCH_SIZE = 500;

/** The scope of cursors that cannot be resumed since. */
const INCOMPLETE = 'incomplete snapshot';

export enum DeviceStatusKind {
  SNAPSHOT = 'SNAPSHOT',
  SNAPSHOT_CONTINUED = 'SNAPSHOT_CONTINUED',
  ONLINE = 'ONLINE',
  OFFLINE = 'OFFLINE',
  RESET = 'RESET',
}

export interface DeviceStatusEvent {
  readonly kind: DeviceStatusKind;
  /** Value of `since` for a client that has received this event. */
  readonly cursor: string;
  readonly at: Date;
  /** Whether a client that has received this event knows all devices that are online. */
  readonly complete: boolean;
  /** Devices that are online (SNAPSHOT, SNAPSHOT_CONTINUED). */
  readonly devices: readonly Device[] | null;
  /** The device that changed (ONLINE, OFFLINE). */
  readonly device: Device | null;
  readonly reason: OfflineReason | null;
}

export interface LiveServices {
  readonly heartbeats: Heartbeats;
  readonly devices: Devices;
  readonly onlineDevices: OnlineDevices;
  readonly events: Events;
  readonly clock: () => number;
}

/**
 * A snapshot of the devices that are online, in parts, then every transition once and in order. With `since`, the missed
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
    const { heartbeats, onlineDevices, clock } = this.services;
    // Synchronously, so that no transition comes between the offset and the state.
    const { offset } = heartbeats.log;
    const online = heartbeats.onlineIds();
    const at = new Date(clock());
    const first = await onlineDevices.read(this.caller, this.filter, online);
    const batch = this.#presentPart(DeviceStatusKind.SNAPSHOT, first, { offset, at });
    if (staleCursor === null) return batch;
    // A client that disconnects before the snapshot keeps the stale cursor, and is reset again.
    const reset = {
      kind: DeviceStatusKind.RESET,
      cursor: staleCursor,
      at,
      complete: false,
      devices: null,
      device: null,
      reason: null,
    };
    return { ...batch, publications: [{ event: reset, offset }, ...batch.publications] };
  }

  #presentPart(
    kind: DeviceStatusKind,
    { devices, readNext }: DevicesPart,
    moment: { readonly offset: number; readonly at: Date },
  ): Batch<DeviceStatusEvent> {
    const { offset, at } = moment;
    const complete = readNext === null;
    // No client can resume since a part of a snapshot: its cursor leads to RESET.
    const cursor = this.services.heartbeats.log.cursor(offset, complete ? this.scope : INCOMPLETE);
    const event = { kind, cursor, at, complete, devices, device: null, reason: null };
    return {
      publications: [{ event, offset }],
      offset,
      status: 'current',
      readNext:
        readNext &&
        (async () => this.#presentPart(DeviceStatusKind.SNAPSHOT_CONTINUED, await readNext(), moment)),
    };
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
      const present = { ...device, online };
      const event = {
        kind,
        cursor,
        at: new Date(at),
        complete: true,
        devices: null,
        device: present,
        reason,
      };
      return { event, offset };
    });
  }
}
