import { raw } from '@mikro-orm/core';
import type { Database } from '../../database/database.js';
import { integerArray } from '../../database/queries/integer-array.js';
import { type Row, readRows } from '../../database/queries/rows.js';
import { amongFew } from '../../database/queries/search.js';
import type { Caller } from '../../sessions/sessions.js';
import { Turns } from '../../streams/turns.js';
import { Device } from '../device.entity.js';
import { type DeviceFilter, seesAllDevices, selectDevices } from '../device-filter.js';
import { DEVICE_PROPERTIES } from '../known-devices.js';

/** Devices of one part. Presenting them with their owners takes some milliseconds. */
const PART_SIZE = 200;

/** A row of `devices`, with the id of its owner. */
export type OnlineDevice = Row<Device, (typeof DEVICE_PROPERTIES)[number] | 'user'>;

/** Some of the devices, and the read of the next ones; null after the last part. */
export interface DevicesPart {
  readonly devices: readonly OnlineDevice[];
  readonly readNext: (() => Promise<DevicesPart>) | null;
}

/**
 * Reads the devices that were online at one moment. They come in parts, and the parts of all callers come one at a
 * time: however large the fleet is, others wait for one part at most.
 */
export class OnlineDevices {
  readonly #turns = new Turns();

  constructor(private readonly db: Database) {}

  /**
   * The first part of the devices that the filter selects and the caller may see, in the order of their ids.
   * @param online the ids of the devices that were online; becomes sorted.
   */
  async read(caller: Caller, filter: DeviceFilter, online: Int32Array): Promise<DevicesPart> {
    const candidates = await this.#preselect(caller, filter, online.sort());
    return this.#readPart(caller, filter, candidates);
  }

  #readPart(caller: Caller, filter: DeviceFilter, candidates: Int32Array): Promise<DevicesPart> {
    return this.#turns.take(async () => {
      const devices: OnlineDevice[] = [];
      let left = candidates;
      // A filter may select few of the candidates.
      while (left.length > 0 && devices.length < PART_SIZE) {
        devices.push(...(await this.#find(caller, filter, left.subarray(0, PART_SIZE))));
        left = left.subarray(PART_SIZE);
      }
      return { devices, readNext: left.length > 0 ? () => this.#readPart(caller, filter, left) : null };
    });
  }

  async #find(caller: Caller, filter: DeviceFilter, ids: Int32Array): Promise<OnlineDevice[]> {
    const among = { [raw((alias) => `${alias}.id = any(?::int[])`, [integerArray(ids)])]: [] };
    const where = { $and: [amongFew(selectDevices(caller, filter)), among] };
    const rows = await readRows(this.db.em, Device, where, [...DEVICE_PROPERTIES, 'user']);
    return rows.map((row) => ({ ...row, online: true })).sort((a, b) => a.id - b.id);
  }

  /** Rules out candidates by id and owner, without reading each device. */
  async #preselect(
    caller: Caller,
    { ids, userId }: DeviceFilter,
    candidates: Int32Array,
  ): Promise<Int32Array> {
    if (ids != null) return only(new Set(ids), candidates);
    const ownerId = seesAllDevices(caller) ? userId : caller.user.id;
    if (ownerId == null) return candidates;
    const owned = await this.db.em.execute<{ id: number }[]>('select id from devices where user_id = ?', [
      ownerId,
    ]);
    return only(new Set(owned.map(({ id }) => id)), candidates);
  }
}

const only = (wanted: ReadonlySet<number>, candidates: Int32Array): Int32Array =>
  candidates.filter((id) => wanted.has(id));
