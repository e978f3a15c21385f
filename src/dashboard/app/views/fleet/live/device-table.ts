import type { HeartbeatsSubscription, MachineFragment } from '../../../generated/graphql.js';
import { compare, DEFAULT_ORDER, type FleetOrder, type SortKey, sortKeyOf } from '../filters/fleet-order.js';

type Heartbeat = HeartbeatsSubscription['heartbeats'][number];

/** A device as listed. Immutable: a change makes a new row. */
export interface Row {
  readonly device: MachineFragment;
  readonly online: boolean;
  /** The last heartbeat, in milliseconds since the epoch. */
  readonly seenAt: number;
}

export type Presence = 'all' | 'online' | 'offline';

/** Sorted devices with their presence, merged from loaded pages and live events. */
export class DeviceTable {
  readonly #rows = new Map<string, Row>();
  #order: FleetOrder = DEFAULT_ORDER;
  readonly #sortKeys = new Map<string, SortKey>();
  #sorted: readonly string[] = [];
  #isSorted = true;
  /** The ids of online devices. Null before the first snapshot, when the loaded pages decide. */
  #online: Set<string> | null = null;
  #selected: { presence: Presence; ids: readonly string[] } | null = null;

  get size(): number {
    return this.#rows.size;
  }

  /** Null before the first snapshot. */
  get onlineCount(): number | null {
    return this.#online?.size ?? null;
  }

  row(id: string): Row | undefined {
    return this.#rows.get(id);
  }

  /** Any of the rows. */
  get first(): Row | undefined {
    return this.#rows.values().next().value;
  }

  sortBy(order: FleetOrder): void {
    if (order === this.#order) return;
    this.#order = order;
    this.#sortKeys.clear();
    this.#isSorted = false;
  }

  /** Sorted ids. Returns the same array until the list changes. */
  select(presence: Presence): readonly string[] {
    if (!this.#isSorted) this.#sort();
    if (presence === 'all') return this.#sorted;
    if (this.#selected?.presence !== presence) {
      const ids = this.#sorted.filter((id) => this.#rows.get(id)?.online === (presence === 'online'));
      this.#selected = { presence, ids };
    }
    return this.#selected.ids;
  }

  /** Adds a loaded page. Devices known from live events are newer and stay. */
  add(devices: readonly MachineFragment[]): void {
    for (const device of devices) {
      if (!this.#rows.has(device.id)) this.#put(device, this.#online?.has(device.id) ?? device.online);
    }
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
    const before = this.#online?.has(id) ?? this.#rows.get(id)?.online;
    if (online) this.#online?.add(id);
    else this.#online?.delete(id);
    this.#put(device, online);
    return before !== online;
  }

  /** Removes a device that the filter no longer selects. */
  remove(id: string): void {
    this.#rows.delete(id);
    this.#unsort(id);
    this.#online?.delete(id);
  }

  /** Updates the version and the time of a listed device. */
  applyHeartbeat({ device: { id, clientVersion }, at }: Heartbeat): void {
    const row = this.#rows.get(id);
    if (!row) return;
    const isSameVersion = row.device.clientVersion === clientVersion;
    const device = isSameVersion ? row.device : { ...row.device, clientVersion };
    this.#rows.set(id, { ...row, device, seenAt: Date.parse(at) });
    if (!isSameVersion) this.#unsort(id);
  }

  clear(): void {
    this.#rows.clear();
    this.#sortKeys.clear();
    this.#sorted = [];
    this.#isSorted = true;
    this.#online = null;
    this.#selected = null;
  }

  #put(device: MachineFragment, online: boolean): void {
    const before = this.#sortKeys.get(device.id);
    this.#rows.set(device.id, { device, online, seenAt: Date.parse(device.lastSeenAt) });
    this.#selected = null;
    // Most events change nothing that the list is sorted by.
    if (!before || compare(this.#order, before, sortKeyOf(this.#order, device)) !== 0)
      this.#unsort(device.id);
  }

  #sort(): void {
    for (const [id, { device }] of this.#rows) {
      if (!this.#sortKeys.has(id)) this.#sortKeys.set(id, sortKeyOf(this.#order, device));
    }
    this.#sorted = [...this.#sortKeys.entries()]
      .sort(([, a], [, b]) => compare(this.#order, a, b))
      .map(([id]) => id);
    this.#isSorted = true;
    this.#selected = null;
  }

  #unsort(id: string): void {
    this.#sortKeys.delete(id);
    this.#isSorted = false;
  }
}
