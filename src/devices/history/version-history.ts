import type { Database } from '../../database/database.js';
import type { PropertyOf } from '../../database/queries/columns.js';
import type { Page, PageRequest } from '../../database/queries/page.js';
import { countsByParent, pagesByParent } from '../../database/queries/pages-by-parent.js';
import { type Row, readRows } from '../../database/queries/rows.js';
import type { Caller } from '../../sessions/caller.js';
import { ofVisibleDevices } from './of-visible-devices.js';
import { VersionChange } from './version-change.entity.js';

const changesOfDevice = { entity: VersionChange, parentColumn: 'device_id', where: {} };

/** The versions that devices have reported. */
export class VersionHistory {
  constructor(private readonly db: Database) {}

  /** The same page of the changes of each device. */
  listByDevice<K extends PropertyOf<VersionChange>>(
    deviceIds: readonly number[],
    request: PageRequest<K>,
  ): Promise<Map<number, Page<Row<VersionChange, K>>>> {
    return pagesByParent(this.db.em, changesOfDevice, deviceIds, request);
  }

  countByDevice(deviceIds: readonly number[]): Promise<Map<number, number>> {
    return countsByParent(this.db.em, changesOfDevice, deviceIds);
  }

  /** The existing changes among `ids`, of devices that the caller may see. */
  find<K extends PropertyOf<VersionChange>>(
    caller: Caller,
    ids: readonly number[],
    properties: readonly K[],
  ): Promise<Row<VersionChange, K | 'id'>[]> {
    const where = { $and: [{ id: { $in: [...ids] } }, ofVisibleDevices(caller)] };
    return readRows(this.db.em, VersionChange, where, properties);
  }
}
