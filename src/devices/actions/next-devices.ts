import type { QBFilterQuery } from '@mikro-orm/postgresql';
import type { Database } from '../../database/database.js';
import { conditionOf } from '../../database/queries/filter.js';
import { integerArray } from '../../database/queries/integer-array.js';
import { amongFew, inTable } from '../../database/queries/search.js';
import { Device } from '../device.entity.js';
import { type DeviceSelection, selectOwned } from '../device-filter.js';
import type { DeviceAction } from './device-action.entity.js';

/** Ids that are read ahead: a filter with a term takes as long to find a few devices as to find many. */
const READ_SIZE = 5000;
/** Ids that were read earlier are read again: devices that the filter selects since then are not among them. */
const KEPT_MS = 10_000;

/** A part of an action: the devices to act on, and the id up to which all devices are visited then. */
export interface Visit {
  readonly ids: readonly number[];
  readonly untilId: number;
}

/** The devices that an action visits next, in the order of their ids. */
export class NextDevices {
  #actionId = 0;
  #ids: readonly number[] = [];
  /** By `performance.now()`. */
  #readAt = 0;

  constructor(private readonly db: Database) {}

  /**
   * The devices that the filter selects now, among the next `size` that it has selected.
   * @returns null once all are visited.
   */
  async read(action: DeviceAction, size: number): Promise<Visit | null> {
    const selection = selectOwned(action.ownerId, action.filter);
    const kept = this.#kept(action);
    this.#ids = kept.length > 0 ? kept : await this.#readAhead(action, selection);
    const next = this.#ids.slice(0, size);
    const last = next.at(-1);
    if (last === undefined) return null;
    const ids = await this.#select(amongFew(selection), 'item.id = any(?::int[])', [integerArray(next)]);
    return { ids, untilId: last };
  }

  #kept({ id, afterId }: DeviceAction): readonly number[] {
    if (id !== this.#actionId || performance.now() > this.#readAt + KEPT_MS) return [];
    return this.#ids.filter((id) => id > afterId);
  }

  #readAhead({ id, afterId, untilId }: DeviceAction, selection: DeviceSelection): Promise<number[]> {
    this.#actionId = id;
    this.#readAt = performance.now();
    return this.#select(inTable(selection), 'item.id > ? and item.id <= ?', [afterId, untilId]);
  }

  async #select(
    where: QBFilterQuery<Device>,
    range: string,
    rangeParams: readonly unknown[],
  ): Promise<number[]> {
    const em = this.db.em.fork();
    const { sql, params } = conditionOf(em.getMetadata().get(Device), where);
    const rows = await em.execute<{ id: number }[]>(
      `select item.id from devices as item where ${sql} and ${range} order by item.id limit ${READ_SIZE}`,
      [...params, ...rangeParams],
    );
    return rows.map(({ id }) => id);
  }
}
