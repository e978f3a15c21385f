import { deviceName } from '../../domain/device-name.js';
import type { HeartbeatsSubscription, MachineFragment } from '../../generated/graphql.js';

type Beat = HeartbeatsSubscription['heartbeats'][number];

/** A device as it is shown. Never changed: what changes is a new row. */
export interface Row {
  readonly device: MachineFragment;
  readonly online: boolean;
  /** When it beat last, in milliseconds since the epoch. */
  readonly seenAt: number;
}

export type Presence = 'all' | 'online' | 'offline';

/** Some devices in the order of their names, and which of them are online: as pages and live events tell. */
export class DeviceTable {
  readonly #rows = new Map<string, Row>();
  readonly #sortKeys = new Map<string, string>();
  #sorted: readonly string[] = [];
  /** Null until a snapshot says: then a page's word counts. */
  #online: Set<string> | null = null;
  #selected: { presence: Presence; ids: readonly string[] } | null = null;

  get size(): number {
    return this.#rows.size;
  }

  /** Null until a snapshot says. */
  get onlineCount(): number | null {
    return this.#online?.size ?? null;
  }

  row(id: string): Row | undefined {
    return this.#rows.get(id);
  }

  /** The ids of a list by name; the same array as long as nothing in it changes. */
  select(presence: Presence): readonly string[] {
    if (this.#sorted.length !== this.#rows.size) this.#sort();
    if (presence === 'all') return this.#sorted;
    if (this.#selected?.presence !== presence) {
      const ids = this.#sorted.filter((id) => this.#rows.get(id)?.online === (presence === 'online'));
      this.#selected = { presence, ids };
    }
    return this.#selected.ids;
  }

  /** A page of devices. What live events said of them before is newer. */
  add(devices: readonly MachineFragment[]): void {
    for (const device of devices) {
      if (!this.#rows.has(device.id)) this.#put(device, this.#online?.has(device.id) ?? device.online);
    }
  }

  /** Exactly these are online. */
  setOnline(ids: readonly string[]): void {
    const online = new Set(ids);
    this.#online = online;
    this.#selected = null;
    for (const [id, row] of this.#rows) {
      if (row.online !== online.has(id)) this.#rows.set(id, { ...row, online: !row.online });
    }
  }

  /** A device came online or went offline. @returns whether that was news. */
  applyStatus(device: MachineFragment): boolean {
    const { id, online } = device;
    const known = this.#online?.has(id) ?? this.#rows.get(id)?.online;
    if (online) this.#online?.add(id);
    else this.#online?.delete(id);
    this.#put(device, online);
    return known !== online;
  }

  /** A device was heard, and said which version it runs. */
  applyHeartbeat({ device: { id, clientVersion }, at }: Beat): void {
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

/** Gate 2 before gate 10. Plain texts to compare: `Intl.Collator` takes too long for a frame. */
const sortKey = (device: MachineFragment): string =>
  `${deviceName(device) ?? '\uffff'} ${device.id}`
    .toLowerCase()
    .replace(/\d+/g, (digits) => digits.padStart(12, '0'));
