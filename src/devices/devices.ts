import type { Database } from '../database/database.js';
import type { PropertyOf } from '../database/queries/columns.js';
import type { Page, PageRequest } from '../database/queries/page.js';
import { countsByParent, pagesByParent } from '../database/queries/pages-by-parent.js';
import { countRowsBy, type Row, readRows } from '../database/queries/rows.js';
import { inTable, searchPage } from '../database/queries/search.js';
import { isDevice } from '../sessions/authorization.js';
import type { Caller } from '../sessions/sessions.js';
import type { VersionCount } from './counts/adoption.js';
import { DeviceCount } from './counts/device-count.entity.js';
import { Device } from './device.entity.js';
import {
  type DeviceFilter,
  type DeviceSelection,
  seesAllDevices,
  selectDevices,
  visibleTo,
} from './device-filter.js';
import type { Heartbeats } from './heartbeats/heartbeats.js';
import { ofVisibleDevices } from './history/of-visible-devices.js';
import type { CachedDevice, KnownDevices } from './known-devices.js';
import { PresenceEvent } from './presence-event.entity.js';

/** How many of some devices are online. */
export interface PresenceSummary {
  readonly total: number;
  readonly online: number;
  readonly offline: number;
  /** Whether expiries are delayed after a fault that may be the gateway's own: some online devices may be offline. */
  readonly degraded: boolean;
}

/** A period of time, without its end; null is unbounded. */
export interface Period {
  readonly from: Date | null;
  readonly to: Date | null;
}

/** Versions are texts of the devices: a list of all of them could be as long as that of the devices. */
const MAX_VERSIONS = 1000;

/** The sum of some counts. */
const COUNTED = 'coalesce(sum(devices), 0)::int';

/** Lists and statistics of the devices that a caller may see. */
export class Devices {
  constructor(
    private readonly db: Database,
    private readonly heartbeats: Heartbeats,
    private readonly known: KnownDevices,
  ) {}

  /** @returns null if the device does not exist or the caller may not see it. */
  async find<K extends PropertyOf<Device>>(
    caller: Caller,
    id: number,
    properties: readonly K[],
  ): Promise<Row<Device, K | 'id'> | null> {
    const [device = null] = await this.findVisible(caller, [id], properties);
    return device;
  }

  async list<K extends PropertyOf<Device>>(
    caller: Caller,
    filter: DeviceFilter,
    request: PageRequest<K>,
  ): Promise<Page<Row<Device, K>>> {
    await this.heartbeats.saveTransitions();
    return searchPage(this.db.em, Device, selectDevices(caller, filter), request);
  }

  /** The number of devices that `list` selects. */
  async count(caller: Caller, filter: DeviceFilter): Promise<number> {
    return (await this.summary(caller, filter)).total;
  }

  /** The existing devices among `ids`, of any owner. */
  async findAll<K extends PropertyOf<Device>>(
    ids: readonly number[],
    properties: readonly K[],
  ): Promise<Row<Device, K | 'id'>[]> {
    await this.heartbeats.saveTransitions();
    return readRows(this.db.em, Device, { id: { $in: [...new Set(ids)] } }, properties);
  }

  /** The existing devices among `ids` that the caller may see. */
  async findVisible<K extends PropertyOf<Device>>(
    caller: Caller,
    ids: readonly number[],
    properties: readonly K[],
  ): Promise<Row<Device, K | 'id'>[]> {
    await this.heartbeats.saveTransitions();
    const where = { $and: [{ id: { $in: [...ids] } }, visibleTo(caller).filter] };
    return readRows(this.db.em, Device, where, properties);
  }

  /** The same page of the devices of each user. */
  async listByUser<K extends PropertyOf<Device>>(
    userIds: readonly number[],
    request: PageRequest<K>,
  ): Promise<Map<number, Page<Row<Device, K>>>> {
    await this.heartbeats.saveTransitions();
    return pagesByParent(this.db.em, devicesOfUser, userIds, request);
  }

  countByUser(userIds: readonly number[]): Promise<Map<number, number>> {
    return countsByParent(this.db.em, devicesOfUser, userIds);
  }

  async summary(caller: Caller, filter: DeviceFilter): Promise<PresenceSummary> {
    await this.heartbeats.saveTransitions();
    const counts = await this.#countByState(selectDevices(caller, filter));
    const count = (online: boolean) => counts.find((row) => row.online === online)?.rows ?? 0;
    const [online, offline] = [count(true), count(false)];
    return { total: online + offline, online, offline, degraded: this.heartbeats.degraded };
  }

  /** The same page of the transitions of each device, within a period. */
  async historyByDevice<K extends PropertyOf<PresenceEvent>>(
    deviceIds: readonly number[],
    period: Period,
    request: PageRequest<K>,
  ): Promise<Map<number, Page<Row<PresenceEvent, K>>>> {
    await this.heartbeats.saveTransitions();
    return pagesByParent(this.db.em, transitionsIn(period), deviceIds, request);
  }

  async countHistoryByDevice(deviceIds: readonly number[], period: Period): Promise<Map<number, number>> {
    await this.heartbeats.saveTransitions();
    return countsByParent(this.db.em, transitionsIn(period), deviceIds);
  }

  /** The existing transitions among `ids`, of devices that the caller may see. */
  findEvents<K extends PropertyOf<PresenceEvent>>(
    caller: Caller,
    ids: readonly number[],
    properties: readonly K[],
  ): Promise<Row<PresenceEvent, K | 'id'>[]> {
    const where = { $and: [{ id: { $in: [...ids] } }, ofVisibleDevices(caller)] };
    return readRows(this.db.em, PresenceEvent, where, properties);
  }

  /**
   * The id of the caller's device: that of a client id, else of the session; null before its first heartbeat, and for the
   * credential of another device.
   */
  async idOf(caller: Caller, clientId: string | null): Promise<number | null> {
    const { user, sessionId } = caller;
    if (isDevice(caller) && clientId !== caller.deviceId) return null;
    const where = clientId === null ? { sessionId } : { user: user.id, clientId };
    const [device] = await readRows(this.db.em, Device, where, []);
    return device?.id ?? null;
  }

  /** The existing devices among `ids`, in that order, from the cache. They are shared and must not be changed. */
  findCached(ids: readonly number[]): Promise<CachedDevice[]> {
    return this.known.get(ids);
  }

  /** The number of devices per client version, largest first: of the most frequent versions. */
  async adoption(): Promise<VersionCount[]> {
    return this.db.em.fork().execute(
      `select client_version as "clientVersion", ${COUNTED} as devices from device_counts
         group by client_version having sum(devices) > 0
         order by 2 desc, client_version limit ${MAX_VERSIONS}`,
    );
  }

  /** One statement, since two could count at different times. */
  #countByState(selection: DeviceSelection): Promise<{ online: boolean; rows: number }[]> {
    const { em } = this.db;
    return selection.counted
      ? countRowsBy(em, DeviceCount, selection.counted, 'online', COUNTED)
      : countRowsBy(em, Device, inTable(selection), 'online');
  }
}

/** Callers with the same scope see the same devices and the same fields of them. */
export function deviceScope(caller: Caller): string {
  if (isDevice(caller)) return caller.sessionId;
  return `${seesAllDevices(caller) ? 'all' : caller.user.id} ${[...caller.permissions].sort()}`;
}

const devicesOfUser = { entity: Device, parentColumn: 'user_id', where: { retiredAt: null } };

const transitionsIn = ({ from, to }: Period) => ({
  entity: PresenceEvent,
  parentColumn: 'device_id',
  where: { at: { ...(from ? { $gte: from } : {}), ...(to ? { $lt: to } : {}) } },
});
