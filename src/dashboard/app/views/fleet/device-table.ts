import { deviceName } from '../../domain/device-name.js';
import type { HeartbeatsSubscription, MachineFragment } from '../../generated/graphql.js';

type Heartbeat = HeartbeatsSubscription['heartbeats'][number];

/** A device as listed. Immutable: a change makes a new row. */
export interface Row {
  readonly device: MachineFragment;
  readonly online: boolean;
  /** The last heartbeat, in milliseconds since the epoch. */
  readonly seenAt: number;
}

export type Presence = 'all' | 'online' | 'offline';

/** Devices sorted by name, with their presence, merged from loaded pages and live events. */
export class DeviceTable {
  readonly #rows = new Map<string, Row>();
  readonly #sortKeys = new Map<string, string>();
  #sorted: readonly string[] = [];
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

  /** Ids sorted by name. Returns the same array until the list changes. */
  select(presence: Presence): readonly string[] {
    if (this.#sorted.length !== this.#rows.size) this.#sort();
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
    this.#sortKeys.delete(id);
    this.#online?.delete(id);
    this.#selected = null;
  }

  /** Updates the version and the time of a listed device. */
  applyHeartbeat({ device: { id, clientVersion }, at }: Heartbeat): void {
    const row = this.#rows.get(id);
    if (!row) return;
    const device = row.device.clientVersion === clientVersion ? row.device : { ...row.device, clientVersion };
    this.#rows.set(id, { ...row, device, seenAt: Date.parse(at) });
  }

  clear(): void {
    this.#rows.clear();
    this.#sortKeys.clear();
    this.#sorted = [];
    this.#online = null;
    this.#selected = null;
  }

  #put(device: MachineFragment, online: boolean): void {
    this.#rows.set(device.id, { device, online, seenAt: Date.parse(device.lastSeenAt) });
    this.#selected = null;
  }

  #sort(): void {
    for (const [id, { device }] of this.#rows) {
      if (!this.#sortKeys.has(id)) this.#sortKeys.set(id, sortKey(device));
    }
    this.#sorted = [...this.#sortKeys.entries()]
      .sort(([, a], [, b]) => (a < b ? -1 : Number(a > b)))
      .map(([id]) => id);
    this.#selected = null;
  }
}

/** Sorts Gate 2 before Gate 10 by plain string comparison: `Intl.Collator` is too slow for a frame. */
const sortKey = (device: MachineFragment): string =>
  `${deviceName(device) ?? '\uffff'} ${device.id}`
    .toLowerCase()
    .replace(/\d+/g, (digits) => digits.padStart(12, '0'));
