import type { HeartbeatsSubscription, MachineFragment } from '../../../generated/graphql.js';
import { DEFAULT_ORDER, type FleetOrder, mayMove } from '../filters/fleet-order.js';

type Heartbeat = HeartbeatsSubscription['heartbeats'][number];

/** A device as listed. Immutable: a change makes a new row. */
export interface Row {
  readonly device: MachineFragment;
  readonly online: boolean;
  /** The last heartbeat, in milliseconds since the epoch. */
  readonly seenAt: number;
}

export type Presence = 'all' | 'online' | 'offline';

/** Which devices of a fleet are listed, and in which order. */
export interface Listing {
  readonly order: FleetOrder;
  readonly presence: Presence;
}

/**
 * Devices with their presence, merged from loaded pages and live events. The gateway has sorted the pages. A device that
 * an event adds is in front until the list is sorted again.
 */
export class DeviceTable {
  readonly #rows = new Map<string, Row>();
  #listing: Listing = { order: DEFAULT_ORDER, presence: 'all' };
  /** In the order of the gateway. */
  #sorted: string[] = [];
  /** Devices that events have added since, the latest first. */
  #arrived: string[] = [];
  /** Whether the gateway has more devices than were loaded. */
  #isPartial = false;
  #isOutdated = false;
  /** The ids of online devices. Null before the first snapshot, when the loaded pages decide. */
  #online: Set<string> | null = null;
  #selected: readonly string[] | null = null;

  get size(): number {
    return this.#rows.size;
  }

  /** Null before the first snapshot. */
  get onlineCount(): number | null {
    return this.#online?.size ?? null;
  }

  /** Whether the gateway would sort the devices differently by now. */
  get isOutdated(): boolean {
    return this.#isOutdated;
  }

  row(id: string): Row | undefined {
    return this.#rows.get(id);
  }

  /** The ids of the listed devices, in their order. Returns the same array until the list changes. */
  select(): readonly string[] {
    this.#selected ??= [...this.#arrived, ...this.#sorted].filter((id) => this.#isShown(this.#rows.get(id)));
    return this.#selected;
  }

  /** Starts another list, which has no devices yet. */
  begin(listing: Listing): void {
    this.#listing = listing;
    this.#forgetRows();
  }

  /** Adds a loaded page. Devices known from live events are newer and stay. */
  add(devices: readonly MachineFragment[]): void {
    const arrived = new Set(this.#arrived);
    for (const device of devices) {
      const { id } = device;
      if (!this.#rows.has(id)) this.#put(device, this.#online?.has(id) ?? device.online);
      else if (!arrived.delete(id)) continue;
      this.#sorted.push(id);
    }
    this.#arrived = this.#arrived.filter((id) => arrived.has(id));
    this.#selected = null;
  }

  /** All devices are loaded, or as many as are shown: then, events add no others. */
  end(isPartial: boolean): void {
    this.#isPartial = isPartial;
    if (!isPartial) return;
    for (const id of this.#arrived) this.#rows.delete(id);
    this.#arrived = [];
    this.#selected = null;
  }

  /** Forgets that the list is outdated: it is loaded again, for `sortAgain`. */
  beginAgain(): void {
    this.#isOutdated = false;
  }

  /** Sorts the list as the gateway has sorted its devices meanwhile. */
  sortAgain(devices: readonly MachineFragment[]): void {
    // A device that is not known has left the list since it was loaded, or was not among the first ones before.
    const known = devices.filter(({ id }) => this.#isPartial || this.#rows.has(id));
    const ids = new Set(known.map(({ id }) => id));
    for (const id of this.#sorted) if (!ids.has(id)) this.#rows.delete(id);
    for (const device of known) {
      if (!this.#rows.has(device.id)) this.#put(device, this.#online?.has(device.id) ?? device.online);
    }
    this.#sorted = [...ids];
    this.#arrived = this.#arrived.filter((id) => !ids.has(id));
    this.#selected = null;
  }

  /** Applies a snapshot. @param ids of all online devices. */
  setOnline(ids: readonly string[]): void {
    const online = new Set(ids);
    this.#online = online;
    this.#selected = null;
    for (const [id, row] of this.#rows) {
      if (row.online !== online.has(id)) this.#rows.set(id, { ...row, online: !row.online });
    }
  }

  /** Applies an ONLINE, OFFLINE or ENTERED event. @returns whether the presence changed. */
  applyStatus(device: MachineFragment): boolean {
    const { id, online } = device;
    const row = this.#rows.get(id);
    const before = this.#online?.has(id) ?? row?.online;
    if (online) this.#online?.add(id);
    else this.#online?.delete(id);
    if (row) this.#change(row, device);
    else this.#arrive(device);
    return before !== online;
  }

  /** Removes a device that the filter no longer selects. */
  remove(id: string): void {
    this.#online?.delete(id);
    if (!this.#rows.delete(id)) return;
    this.#sorted = this.#sorted.filter((other) => other !== id);
    this.#arrived = this.#arrived.filter((other) => other !== id);
    this.#selected = null;
  }

  /** Updates the version and the time of a listed device. */
  applyHeartbeat({ device: { id, clientVersion }, at }: Heartbeat): void {
    const row = this.#rows.get(id);
    if (!row) return;
    const isSameVersion = row.device.clientVersion === clientVersion;
    const device = isSameVersion ? row.device : { ...row.device, clientVersion };
    this.#rows.set(id, { ...row, device, seenAt: Date.parse(at) });
    if (!isSameVersion) this.#isOutdated ||= mayMove(this.#listing.order, row.device, device);
  }

  clear(): void {
    this.#forgetRows();
    this.#online = null;
  }

  #forgetRows(): void {
    this.#rows.clear();
    this.#sorted = [];
    this.#arrived = [];
    this.#isPartial = false;
    this.#isOutdated = false;
    this.#selected = null;
  }

  #isShown(row: Row | undefined): boolean {
    const { presence } = this.#listing;
    return row !== undefined && (presence === 'all' || row.online === (presence === 'online'));
  }

  #change(row: Row, device: MachineFragment): void {
    this.#put(device, device.online);
    this.#isOutdated ||= mayMove(this.#listing.order, { ...row.device, online: row.online }, device);
    if (row.online !== device.online && this.#listing.presence !== 'all') this.#selected = null;
  }

  #arrive(device: MachineFragment): void {
    const row = rowOf(device, device.online);
    if (this.#isPartial || !this.#isShown(row)) return;
    this.#rows.set(device.id, row);
    this.#arrived.unshift(device.id);
    this.#isOutdated = true;
    this.#selected = null;
  }

  #put(device: MachineFragment, online: boolean): void {
    this.#rows.set(device.id, rowOf(device, online));
  }
}

const rowOf = (device: MachineFragment, online: boolean): Row => ({
  device,
  online,
  seenAt: Date.parse(device.lastSeenAt),
});
