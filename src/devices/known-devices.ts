import { LRUCache } from 'lru-cache';
import type { Database } from '../database/database.js';
import type { Sessions } from '../sessions/sessions.js';
import { type Events, topic } from '../streams/events.js';
import { Device } from './device.entity.js';

/** Devices in memory, a few kilobytes each with their owners. */
const REMEMBERED = 10_000;

/** Ids in one query. */
const LARGEST_READ = 10_000;

/** The id of a device that was made or changed by what it says of itself. */
export const BINDINGS = topic<number>('device bindings');

/**
 * Devices that are in the news, owners loaded. Everybody who follows the fleet asks for the same few at the same
 * moment: each is read once for all of them, and kept until it or its owner changes.
 */
export class KnownDevices {
  readonly #known = new LRUCache<number, { device: Promise<Device | null>; userId: number | null }>({
    max: REMEMBERED,
  });

  constructor(
    private readonly db: Database,
    events: Events,
    sessions: Pick<Sessions, 'onChange'>,
  ) {
    events.subscribe(BINDINGS, (id) => this.#known.delete(id));
    sessions.onChange((userId) => {
      // One that is still being read may be read as it was before.
      for (const [id, known] of this.#known.entries()) {
        if (known.userId === userId || known.userId === null) this.#known.delete(id);
      }
    });
  }

  /** Those of `ids` that exist, in that order. They are shared: change none. */
  async get(ids: readonly number[]): Promise<Device[]> {
    const known = ids.map((id) => this.#known.get(id)?.device);
    const read = this.#read(ids.filter((_id, at) => known[at] === undefined));
    const devices = await Promise.all(ids.map((id, at) => known[at] ?? read.get(id)));
    return devices.filter((device) => device instanceof Device);
  }

  #read(ids: readonly number[]): Map<number, Promise<Device | null>> {
    const read = new Map<number, Promise<Device | null>>();
    for (let at = 0; at < ids.length; at += LARGEST_READ) {
      const some = ids.slice(at, at + LARGEST_READ);
      const found = this.#find(some);
      for (const id of some) read.set(id, this.#keep(id, found));
    }
    return read;
  }

  #keep(id: number, found: Promise<Map<number, Device>>): Promise<Device | null> {
    const known = { device: found.then((devices) => devices.get(id) ?? null), userId: null as number | null };
    this.#known.set(id, known);
    known.device.then(
      (device) => {
        if (device) known.userId = device.user.id;
        else this.#known.delete(id);
      },
      () => this.#known.delete(id),
    );
    return known.device;
  }

  async #find(ids: readonly number[]): Promise<Map<number, Device>> {
    const devices = await this.db.em
      .fork()
      .find(Device, { id: { $in: [...ids] } }, { populate: ['user.roles'] });
    return new Map(devices.map((device) => [device.id, device]));
  }
}
