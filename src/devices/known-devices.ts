import { LRUCache } from 'lru-cache';
import type { Database } from '../database/database.js';
import type { Sessions } from '../sessions/sessions.js';
import { type Events, topic } from '../streams/events.js';
import { Device } from './device.entity.js';

/** Devices in memory, each a few kilobytes with its owner. */
const CAPACITY = 10_000;

/** Ids in one query. */
const BATCH_SIZE = 10_000;

/** The id of a device that was created or deleted, or whose row was changed by a heartbeat. */
export const BINDINGS = topic<number>('device bindings');

/**
 * A cache of devices with their owners. Subscribers ask for the same few devices at the same moment: each device is
 * read once for all of them, and kept until it or its owner changes.
 */
export class KnownDevices {
  readonly #known = new LRUCache<number, { device: Promise<Device | null>; userId: number | null }>({
    max: CAPACITY,
  });

  constructor(
    private readonly db: Database,
    events: Events,
    sessions: Pick<Sessions, 'onChange'>,
  ) {
    events.subscribe(BINDINGS, (id) => this.#known.delete(id));
    sessions.onChange((userId) => {
      // A read that is under way may return the old owner.
      for (const [id, known] of this.#known.entries()) {
        if (known.userId === userId || known.userId === null) this.#known.delete(id);
      }
    });
  }

  /** The existing devices among `ids`, in that order. They are shared and must not be changed. */
  async get(ids: readonly number[]): Promise<Device[]> {
    const known = ids.map((id) => this.#known.get(id)?.device);
    const read = this.#read(ids.filter((_id, at) => known[at] === undefined));
    const devices = await Promise.all(ids.map((id, at) => known[at] ?? read.get(id)));
    return devices.filter((device) => device instanceof Device);
  }

  #read(ids: readonly number[]): Map<number, Promise<Device | null>> {
    const read = new Map<number, Promise<Device | null>>();
    for (let at = 0; at < ids.length; at += BATCH_SIZE) {
      const some = ids.slice(at, at + BATCH_SIZE);
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
