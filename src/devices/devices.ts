import { raw } from '@mikro-orm/core';
import type { Database } from '../database/database.js';
import type { Page } from '../database/page.js';
import type { Caller } from '../sessions/sessions.js';
import { Device } from './device.entity.js';
import { type DeviceFilter, readIds, seesAllDevices, selectDevices, visibleTo } from './device-filter.js';
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

/** Ids in one query. */
const LARGEST_PICK = 10_000;

/** Devices as people ask for them. Whoever may not read all devices sees their own. */
export class Devices {
  constructor(
    private readonly db: Database,
    private readonly heartbeats: Heartbeats,
    private readonly known: KnownDevices,
  ) {}

  /** By id, owner loaded; null when there is none, or not for this caller. */
  async find(caller: Caller, id: number): Promise<Device | null> {
    await this.heartbeats.saveTransitions();
    const where = { $and: [{ id }, visibleTo(caller).where] };
    return this.db.em.fork().findOne(Device, where, { populate: ['user.roles'] });
  }

  /** By id in a page, owner loaded; one more than the page has, where there is one more. */
  async list(caller: Caller, filter: DeviceFilter, { first, after }: Page): Promise<Device[]> {
    await this.heartbeats.saveTransitions();
    const { where: selected } = selectDevices(caller, filter);
    const where = { $and: [selected, after === null ? {} : { id: { $gt: after } }] };
    return this.db.em
      .fork()
      .find(Device, where, { orderBy: { id: 'asc' }, limit: first + 1, populate: ['user.roles'] });
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

  /** The transitions of a device in a time, oldest first. @param most the longest answer. */
  async history(deviceId: number, from: Date, to: Date, most: number): Promise<PresenceEvent[]> {
    await this.heartbeats.saveTransitions();
    return this.db.em
      .fork()
      .find(
        PresenceEvent,
        { device: deviceId, at: { $gte: from, $lt: to } },
        { orderBy: { at: 'asc', id: 'asc' }, limit: most },
      );
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
    let wanted = ids == null ? null : new Set(readIds(ids));
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
