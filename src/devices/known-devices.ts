import type { Database } from '../database/database.js';
import { columnsOf, type PropertyOf } from '../database/queries/columns.js';
import { integerArray } from '../database/queries/integer-array.js';
import { type Row, toRows } from '../database/queries/rows.js';
import type { Sessions } from '../sessions/sessions.js';
import { type Events, sharedTopic } from '../streams/events.js';
import type { User } from '../users/user.entity.js';
import type { UserNames } from '../users/users.js';
import { Device } from './device.entity.js';

/** Devices in memory, of about 500 bytes each: as many as one gateway serves. */
const CAPACITY = 1_000_000;

/** One list for all devices without tags. */
const NO_TAGS: string[] = [];

/** Ids in one query. */
const BATCH_SIZE = 10_000;

/** The ids of devices whose metadata was changed, with commas between them; null if they may be any. */
export const METADATA = sharedTopic<string>('device metadata');

export const idsOf = (event: string): number[] => event.split(',').map(Number);

/** The id of a device that was created or deleted, or whose row was changed by a heartbeat; null if it may be any. */
export const BINDINGS = sharedTopic<number>('device bindings');

/** What is shown of a device. */
export const DEVICE_PROPERTIES = [
  'id',
  'clientId',
  'api',
  'name',
  'clientVersion',
  'displayName',
  'notes',
  'tags',
  'channel',
  'ownIntervalSeconds',
  'retiredAt',
  'returnedAt',
  'sessionId',
  'online',
  'firstSeenAt',
  'lastSeenAt',
] as const satisfies readonly PropertyOf<Device>[];

/** The owner of a device, with the names that devices can be searched by. */
export type DeviceOwner = Pick<User, 'id'> & UserNames;

/** A row of `devices`, with the owner. */
export type CachedDevice = Row<Device, (typeof DEVICE_PROPERTIES)[number]> & { readonly user: DeviceOwner };

/** A query that is under way, and what has changed since it began: its rows of these may be outdated. */
interface Read {
  readonly found: Promise<ReadonlyMap<number, CachedDevice>>;
  readonly changedDevices: Set<number>;
  readonly changedOwners: Set<number>;
}

/**
 * A cache of devices with their owners. Subscribers ask for the same devices at the same moment: each device is read
 * once for all of them, and kept until it or its owner changes.
 */
export class KnownDevices {
  /** The one that was read first is dropped first. */
  readonly #known = new Map<number, CachedDevice>();
  /** Shared by their devices. A device whose owner is not this object is outdated. */
  readonly #owners = new Map<number, DeviceOwner>();
  readonly #reads = new Set<Read>();
  readonly #pending = new Map<number, Read>();

  constructor(
    private readonly db: Database,
    events: Events,
    sessions: Pick<Sessions, 'onChange'>,
  ) {
    events.subscribe(BINDINGS, (id) => (id === null ? this.#allChanged() : this.#deviceChanged(id)));
    events.subscribe(METADATA, (ids) => {
      if (ids === null) this.#allChanged();
      else for (const id of idsOf(ids)) this.#deviceChanged(id);
    });
    sessions.onChange((userId) => this.#ownerChanged(userId));
  }

  /** The existing devices among `ids`, in that order. They are shared and must not be changed. */
  async get(ids: readonly number[]): Promise<CachedDevice[]> {
    const known = ids.map((id) => this.#current(id));
    this.#read(ids.filter((id, at) => known[at] === undefined && !this.#pending.has(id)));
    const devices: CachedDevice[] = [];
    for (const [at, read] of ids.map((id) => this.#pending.get(id)).entries()) {
      const device = known[at] ?? (await read?.found)?.get(ids[at] ?? 0);
      if (device) devices.push(device);
    }
    return devices;
  }

  #current(id: number): CachedDevice | undefined {
    const device = this.#known.get(id);
    return device && this.#owners.get(device.user.id) === device.user ? device : undefined;
  }

  #deviceChanged(id: number): void {
    this.#known.delete(id);
    this.#pending.delete(id);
    for (const { changedDevices } of this.#reads) changedDevices.add(id);
  }

  #allChanged(): void {
    this.#known.clear();
    this.#pending.clear();
    this.#reads.clear();
  }

  #ownerChanged(userId: number): void {
    this.#owners.delete(userId);
    // The owners of the devices that are being read are not known yet.
    this.#pending.clear();
    for (const { changedOwners } of this.#reads) changedOwners.add(userId);
  }

  #read(ids: readonly number[]): void {
    for (let at = 0; at < ids.length; at += BATCH_SIZE) {
      const some = ids.slice(at, at + BATCH_SIZE);
      const read = {
        found: this.#find(some),
        changedDevices: new Set<number>(),
        changedOwners: new Set<number>(),
      };
      this.#reads.add(read);
      for (const id of some) this.#pending.set(id, read);
      void this.#keep(read, some);
    }
  }

  async #keep(read: Read, ids: readonly number[]): Promise<void> {
    try {
      const found = await read.found;
      // All devices may have changed meanwhile.
      if (!this.#reads.has(read)) return;
      for (const [id, device] of found) {
        if (read.changedDevices.has(id) || read.changedOwners.has(device.user.id)) continue;
        const owner = this.#owners.get(device.user.id) ?? device.user;
        this.#owners.set(owner.id, owner);
        this.#known.set(id, {
          ...device,
          user: owner,
          tags: device.tags.length === 0 ? NO_TAGS : device.tags,
        });
      }
      for (const [oldest] of this.#known) {
        if (this.#known.size <= CAPACITY) break;
        this.#known.delete(oldest);
      }
    } catch {
      // Those who wait for the devices report the failure.
    } finally {
      this.#reads.delete(read);
      for (const id of ids) if (this.#pending.get(id) === read) this.#pending.delete(id);
    }
  }

  /** One statement for devices and owners: together they are as of one moment. */
  async #find(ids: readonly number[]): Promise<Map<number, CachedDevice>> {
    const { em } = this.db;
    const meta = em.getMetadata().get(Device);
    const found = await em.execute<{ readonly user: DeviceOwner }[]>(
      `select ${columnsOf(meta, DEVICE_PROPERTIES, 'd')}, json_build_object(
         'id', u.id, 'username', u.username, 'phone', u.phone, 'name', u.name, 'nickname', u.nickname) as "user"
       from devices d join users u on u.id = d.user_id where d.id = any(?)`,
      [integerArray(ids)],
    );
    const rows = toRows(em, meta, DEVICE_PROPERTIES, found);
    return new Map(found.flatMap(({ user }, at) => (rows[at] ? [[rows[at].id, { ...rows[at], user }]] : [])));
  }
}
