import type { Caller } from '../../sessions/sessions.js';
import { type Batch, EventStream, type Publication } from '../../streams/event-stream.js';
import type { Events } from '../../streams/events.js';
import { decodeCursor, type Position } from '../../streams/position.js';
import { until } from '../../streams/until.js';
import { type DeviceFilter, type DeviceSelection, selectDevices } from '../device-filter.js';
import { type Devices, deviceScope } from '../devices.js';
import type { Heartbeats } from '../heartbeats/heartbeats.js';
import type { CachedDevice } from '../known-devices.js';
import type { OfflineReason } from '../presence-event.entity.js';
import type {
  DetailsChange,
  LogEntry,
  OwnerChange,
  Recovery,
  ShownEntry,
} from '../transitions/transition-log.js';
import { TRANSITIONS } from '../transitions/transition-queue.js';
import type { DevicesPart, OnlineDevice, OnlineDevices } from './online-devices.js';

/** Entries of the log in one batch: bounds what a mass expiry puts into memory, and into the queues of subscribers. */
const BATCH_SIZE = 500;

/** A node may be this much later than another one; after that, a cursor of the other one leads to RESET. */
const CATCH_UP_MS = 2000;

/** The scope of cursors that lead to RESET. */
const INCOMPLETE = 'incomplete snapshot';

export enum DeviceStatusKind {
  SNAPSHOT = 'SNAPSHOT',
  SNAPSHOT_CONTINUED = 'SNAPSHOT_CONTINUED',
  ONLINE = 'ONLINE',
  OFFLINE = 'OFFLINE',
  ENTERED = 'ENTERED',
  LEFT = 'LEFT',
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
  readonly devices: readonly OnlineDevice[] | null;
  /** The device that changed (ONLINE, OFFLINE, ENTERED, LEFT). */
  readonly device: CachedDevice | null;
  readonly reason: OfflineReason | null;
}

export interface LiveServices {
  readonly heartbeats: Heartbeats;
  readonly devices: Devices;
  readonly onlineDevices: OnlineDevices;
  readonly events: Events;
  readonly clock: () => number;
}

/** When a snapshot was taken. */
interface Moment {
  readonly offset: number;
  readonly offsets: readonly number[];
  readonly at: Date;
}

/**
 * A snapshot of the online devices that the filter selects, in parts, then each change of which they are, once and in
 * order. With `since`, the missed changes come instead of the snapshot; RESET and a new snapshot when they are no longer
 * kept.
 */
export class DeviceStatusStream extends EventStream<DeviceStatusEvent> {
  readonly scope: string;
  readonly #position: Position | null;
  readonly #selection: DeviceSelection;

  /** @throws DomainError INVALID_INPUT for a `since` that is not a cursor. */
  constructor(
    private readonly services: LiveServices,
    private readonly caller: Caller,
    private readonly filter: DeviceFilter,
    cursor: string | null,
  ) {
    super();
    this.scope = deviceScope(caller);
    this.#selection = selectDevices(caller, filter);
    this.#position = cursor === null ? null : decodeCursor(cursor);
  }

  async open(): Promise<Batch<DeviceStatusEvent>> {
    const recovery = this.#position && (await this.#recover(this.#position));
    return recovery ? this.#readMissed(recovery) : this.#snapshot(this.#position !== null);
  }

  since(offset: number): Promise<Batch<DeviceStatusEvent>> {
    return this.#read({ offset, received: [] });
  }

  onAppend(listener: () => void): () => void {
    return this.services.events.subscribe(TRANSITIONS, listener);
  }

  /** Waits for what the subscriber has received from another node, and this one has not. */
  async #recover(position: Position): Promise<Recovery | null> {
    const { heartbeats, events } = this.services;
    if (heartbeats.log.isBehind(position, this.scope)) {
      const isCurrent = () => !heartbeats.log.isBehind(position, this.scope);
      await until(isCurrent, (check) => events.subscribe(TRANSITIONS, check), CATCH_UP_MS);
    }
    return heartbeats.log.recover(position, this.scope);
  }

  /** All that was missed: later events need not be compared with what was received. */
  async #readMissed(recovery: Recovery): Promise<Batch<DeviceStatusEvent>> {
    const batch = await this.#read(recovery);
    if (batch.status === 'current') return batch;
    return { ...batch, readNext: () => this.#readMissed({ ...recovery, offset: batch.offset }) };
  }

  async #read(start: Recovery): Promise<Batch<DeviceStatusEvent>> {
    const entries = this.services.heartbeats.log.since(start.offset, BATCH_SIZE);
    const publications = entries && (await this.#present(entries, start));
    if (!publications) return this.#snapshot(true);
    const status = entries.length === BATCH_SIZE ? 'behind' : 'current';
    return { publications, offset: start.offset + entries.length, status };
  }

  async #snapshot(isReset: boolean): Promise<Batch<DeviceStatusEvent>> {
    const { heartbeats, onlineDevices, clock } = this.services;
    // Synchronously, so that no transition comes between the offset and the state.
    const { offset } = heartbeats.log;
    const offsets = heartbeats.log.offsetsAt(offset);
    const online = heartbeats.onlineIds();
    const at = new Date(clock());
    const first = await onlineDevices.read(this.caller, this.filter, online);
    const batch = this.#presentPart(DeviceStatusKind.SNAPSHOT, first, { offset, offsets, at });
    if (!isReset) return batch;
    const reset = {
      kind: DeviceStatusKind.RESET,
      // A client that disconnects before the snapshot is reset again.
      cursor: heartbeats.log.cursor(offsets, INCOMPLETE),
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
    moment: Moment,
  ): Batch<DeviceStatusEvent> {
    const { offset, offsets, at } = moment;
    const complete = readNext === null;
    // No client can resume since a part of a snapshot: its cursor leads to RESET.
    const cursor = this.services.heartbeats.log.cursor(offsets, complete ? this.scope : INCOMPLETE);
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

  /** @returns null when a device was deleted meanwhile: its entries can no longer be shown. */
  async #present(
    all: readonly LogEntry[],
    { received }: Recovery,
  ): Promise<Publication<DeviceStatusEvent>[] | null> {
    const { log } = this.services.heartbeats;
    const entries = all
      .filter((entry) => this.#concerns(entry))
      .filter((entry) => !log.isReceived(entry, received))
      // Before the read, during which the log may drop entries.
      .map((entry) => ({ entry, offsets: log.offsetsAt(entry.offset, received) }));
    const ids = [...new Set(entries.map(({ entry }) => entry.deviceId))];
    // One read: a device deleted between two reads would look like one that the filter leaves out.
    const known = await this.services.devices.findCached(ids);
    if (known.length < ids.length) return null;
    const visible = known.filter(({ id, user }) => this.#selection.mayMatch(id, user.id));
    const current = new Map(visible.map((device) => [device.id, device]));
    return entries.flatMap(({ entry, offsets }) => {
      const device = current.get(entry.deviceId);
      return (device && this.#presentEntry(entry, offsets, device)) ?? [];
    });
  }

  /** Rules out entries without reading their devices. */
  #concerns(entry: LogEntry): entry is ShownEntry {
    if ('isHidden' in entry) return false;
    // Only a search selects by the owner, and a change of one can concern many devices.
    if ('ownerBefore' in entry && !this.filter.search?.trim()) return false;
    const ownerId = this.services.heartbeats.ownerOf(entry.deviceId);
    return ownerId === null || this.#selection.mayMatch(entry.deviceId, ownerId);
  }

  /** @returns null for an entry that does not change which online devices the filter selects. */
  #presentEntry(
    entry: ShownEntry,
    offsets: readonly number[],
    current: CachedDevice,
  ): Publication<DeviceStatusEvent> | null {
    const { log } = this.services.heartbeats;
    const { offset, deviceId, online } = entry;
    const device = { ...current, ...log.detailsAt(deviceId, offset), online };
    const kind = this.#kindOf(entry, device);
    if (kind === null) return null;
    const event = {
      kind,
      cursor: log.cursor(offsets, this.scope),
      at: new Date(entry.at),
      complete: true,
      devices: null,
      device,
      reason: 'reason' in entry ? entry.reason : null,
    };
    return { event, offset, cause: entry.cause };
  }

  /** @param device as it was after the entry. */
  #kindOf(entry: ShownEntry, device: CachedDevice): DeviceStatusKind | null {
    const isSelected = this.#selection.matches(device);
    if (!('reason' in entry)) {
      const wasSelected = this.#selection.matches(formerDevice(entry, device));
      if (!entry.online || isSelected === wasSelected) return null;
      return isSelected ? DeviceStatusKind.ENTERED : DeviceStatusKind.LEFT;
    }
    if (!isSelected) return null;
    return entry.online ? DeviceStatusKind.ONLINE : DeviceStatusKind.OFFLINE;
  }
}

/** The device before a change. */
function formerDevice(change: DetailsChange | OwnerChange, device: CachedDevice): CachedDevice {
  if ('before' in change) return { ...device, ...change.before };
  return { ...device, user: { ...device.user, ...change.ownerBefore } };
}
