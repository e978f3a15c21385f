import { raw } from '@mikro-orm/core';
import type { Database } from '../database/database.js';
import { type Page, type PageRequest, pageQuery, toPage } from '../database/page.js';
import { countsByParent, pagesByParent } from '../database/pages-by-parent.js';
import type { Caller } from '../sessions/sessions.js';
import { Device } from './device.entity.js';
import { type DeviceFilter, seesAllDevices, selectDevices, visibleTo } from './device-filter.js';
import type { Heartbeats } from './heartbeats.js';
import type { KnownDevices } from './known-devices.js';
import { PresenceEvent } from './presence-event.entity.js';

/** How many of some devices are online. */
export interface PresenceSummary {
  readonly total: number;
  readonly online: number;
  readonly offline: number;
  /** Devices shown online may not be: expiries are being held after a fault that may be ours. */
  readonly degraded: boolean;
}

/** A time, its end excluded; null is unbounded. */
export interface Period {
  readonly from: Date | null;
  readonly to: Date | null;
}

/** Ids in one query. */
const LARGEST_PICK = 10_000;

/** Devices as people ask for them. Whoever may not read all devices sees their own. */
export class Devices {
  constructor(
    private readonly db: Database,
    private readonly heartbeats: Heartbeats,
    private readonly known: KnownDevices,
  ) {}

  /** Null when there is none, or not for this caller. */
  async find(caller: Caller, id: number): Promise<Device | null> {
    await this.heartbeats.saveTransitions();
    return this.db.em.fork().findOne(Device, { $and: [{ id }, visibleTo(caller).where] });
  }

  async list(caller: Caller, filter: DeviceFilter, request: PageRequest): Promise<Page<Device>> {
    await this.heartbeats.saveTransitions();
    const { where, ...options } = pageQuery<Device>(request);
    const rows = await this.db.em
      .fork()
      .find(Device, { $and: [selectDevices(caller, filter).where, where] }, options);
    return toPage(rows, request);
  }

  /** How many devices `list` selects. */
  async count(caller: Caller, filter: DeviceFilter): Promise<number> {
    await this.heartbeats.saveTransitions();
    return this.db.em.fork().count(Device, selectDevices(caller, filter).where);
  }

  /** Those of these devices that exist, whoever owns them. */
  async findAll(ids: readonly number[]): Promise<Device[]> {
    await this.heartbeats.saveTransitions();
    return this.db.em.fork().find(Device, { id: { $in: [...new Set(ids)] } });
  }

  /** The same page of the devices of each of these users. */
  async listByUser(userIds: readonly number[], request: PageRequest): Promise<Map<number, Page<Device>>> {
    await this.heartbeats.saveTransitions();
    return pagesByParent(this.db.em.fork(), devicesOfUser, userIds, request);
  }

  countByUser(userIds: readonly number[]): Promise<Map<number, number>> {
    return countsByParent(this.db.em.fork(), devicesOfUser, userIds);
  }

  async summary(caller: Caller, filter: DeviceFilter): Promise<PresenceSummary> {
    await this.heartbeats.saveTransitions();
    // In one statement: two could count at different moments.
    const counts = await this.db.em
      .fork()
      .createQueryBuilder(Device)
      .select(['online', raw('count(*)::int as devices')])
      .where(selectDevices(caller, filter).where)
      .groupBy('online')
      .execute<{ online: boolean; devices: number }[]>();
    const count = (online: boolean) => counts.find((row) => row.online === online)?.devices ?? 0;
    const [online, offline] = [count(true), count(false)];
    return { total: online + offline, online, offline, degraded: this.heartbeats.degraded };
  }

  /** The same page of the transitions of each of these devices, within a time. */
  async historyByDevice(
    deviceIds: readonly number[],
    period: Period,
    request: PageRequest,
  ): Promise<Map<number, Page<PresenceEvent>>> {
    await this.heartbeats.saveTransitions();
    return pagesByParent(this.db.em.fork(), transitionsIn(period), deviceIds, request);
  }

  async countHistoryByDevice(deviceIds: readonly number[], period: Period): Promise<Map<number, number>> {
    await this.heartbeats.saveTransitions();
    return countsByParent(this.db.em.fork(), transitionsIn(period), deviceIds);
  }

  /** Those of these transitions that exist, of devices that the caller may see. */
  findEvents(caller: Caller, ids: readonly number[]): Promise<PresenceEvent[]> {
    return this.db.em.fork().find(PresenceEvent, { id: { $in: [...ids] }, device: visibleTo(caller).where });
  }

  /** Those of `ids` that the filter selects and the caller may see, owners loaded, by id. */
  async pick(caller: Caller, filter: DeviceFilter, ids: readonly number[]): Promise<Device[]> {
    const { where: selected } = selectDevices(caller, filter);
    const found: Device[] = [];
    for (let at = 0; at < ids.length; at += LARGEST_PICK) {
      const where = { $and: [{ id: { $in: ids.slice(at, at + LARGEST_PICK) } }, selected] };
      const options = { orderBy: { id: 'asc' }, populate: ['user.roles'] } as const;
      found.push(...(await this.db.em.fork().find(Device, where, options)));
    }
    return found;
  }

  /** Those of `ids` that exist still, from memory where it can, in that order. They are shared: change none. */
  recall(ids: readonly number[]): Promise<Device[]> {
    return this.known.get(ids);
  }

  /** As `pick`, of those that `recall` finds. */
  async follow(caller: Caller, filter: DeviceFilter, ids: readonly number[]): Promise<Device[]> {
    const { matches } = selectDevices(caller, filter);
    return (await this.recall(ids)).filter(matches);
  }

  /** Narrows ids without looking at each: by the filter's own ids, and to the caller's devices. */
  async narrow(caller: Caller, { ids }: DeviceFilter, among: readonly number[]): Promise<readonly number[]> {
    let wanted = ids == null ? null : new Set(ids);
    if (wanted === null && !seesAllDevices(caller)) {
      const mine = await this.db.em.fork().find(Device, { user: caller.user.id }, { fields: ['id'] });
      wanted = new Set(mine.map(({ id }) => id));
    }
    return wanted === null ? among : among.filter((id) => wanted.has(id));
  }

  /** How many devices report each client version, the most first; null for those that report none. */
  async adoption(): Promise<{ clientVersion: string | null; devices: number }[]> {
    return this.db.em.fork().execute(
      `select client_version as "clientVersion", count(*)::int as devices from devices
         group by client_version order by devices desc, client_version`,
    );
  }
}

/** Callers with the same scope see the same devices, in the same way. */
export const deviceScope = (caller: Caller): string =>
  `${seesAllDevices(caller) ? 'all' : caller.user.id} ${[...caller.permissions].sort()}`;

const devicesOfUser = { entity: Device, parentColumn: 'user_id', where: {} };

const transitionsIn = ({ from, to }: Period) => ({
  entity: PresenceEvent,
  parentColumn: 'device_id',
  where: { at: { ...(from ? { $gte: from } : {}), ...(to ? { $lt: to } : {}) } },
});
