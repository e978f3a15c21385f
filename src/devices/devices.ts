import { type FilterObject, raw } from '@mikro-orm/core';
import type { Database } from '../database/database.js';
import { containing } from '../database/like.js';
import type { Page } from '../database/page.js';
import { readId } from '../database/row-id.js';
import type { Caller } from '../sessions/sessions.js';
import { Device } from './device.entity.js';
import type { Heartbeats } from './heartbeats.js';
import type { KnownDevices } from './known-devices.js';
import { PresenceEvent } from './presence-event.entity.js';

/** Which devices; what is absent or null does not narrow. */
export interface DeviceFilter {
  readonly ids?: readonly string[] | null;
  readonly userId?: string | null;
  readonly online?: boolean | null;
  readonly door?: string | null;
  readonly clientVersion?: string | null;
  /** Part of the device's name or of the id it gives itself. */
  readonly search?: string | null;
}

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
    const where = { $and: [{ id }, visible(caller)] };
    return this.db.em.fork().findOne(Device, where, { populate: ['user.roles'] });
  }

  /** By id in a page, owner loaded; one more than the page has, where there is one more. */
  async list(caller: Caller, filter: DeviceFilter, { first, after }: Page): Promise<Device[]> {
    await this.heartbeats.saveTransitions();
    const where = { $and: [matching(filter), visible(caller), after === null ? {} : { id: { $gt: after } }] };
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
      .where(matching(filter))
      .andWhere(visible(caller))
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
    const found: Device[] = [];
    for (let at = 0; at < ids.length; at += LARGEST_PICK) {
      const where = {
        $and: [{ id: { $in: ids.slice(at, at + LARGEST_PICK) } }, matching(filter), visible(caller)],
      };
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
    return (await this.recall(ids)).filter(selecting(caller, filter));
  }

  /** Narrows ids without looking at each: by the filter's own ids, and to the caller's devices. */
  async narrow(caller: Caller, { ids }: DeviceFilter, among: readonly number[]): Promise<readonly number[]> {
    let wanted = ids == null ? null : new Set(asIds(ids));
    if (wanted === null && !caller.permissions.has('devices:read')) {
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
export const deviceScope = ({ permissions, user }: Caller): string =>
  `${permissions.has('devices:read') ? 'all' : user.id} ${[...permissions].sort()}`;

const visible = (caller: Caller): FilterObject<Device> =>
  caller.permissions.has('devices:read') ? {} : { user: caller.user.id };

/** Ids that never were ours select nothing, as unknown ones do. */
const asIds = (ids: readonly string[]) => ids.map(readId).filter((id) => id !== null);

function matching({ ids, userId, online, door, clientVersion, search }: DeviceFilter): FilterObject<Device> {
  const term = search?.trim() ? containing(search.trim()) : null;
  return {
    ...(ids == null ? {} : { id: { $in: asIds(ids) } }),
    ...(userId == null ? {} : { user: { $in: asIds([userId]) } }),
    ...(online == null ? {} : { online }),
    ...(door == null ? {} : { door }),
    ...(clientVersion == null ? {} : { clientVersion }),
    ...(term === null ? {} : { $or: [{ name: term }, { clientId: term }] }),
  };
}

/** The same in memory: what `matching` and `visible` select. */
export function selecting(caller: Caller, filter: DeviceFilter): (device: Device) => boolean {
  const { online, door, clientVersion } = filter;
  const ids = filter.ids == null ? null : new Set(asIds(filter.ids));
  const owners = filter.userId == null ? null : new Set(asIds([filter.userId]));
  const term = filter.search?.trim().toLowerCase() ?? '';
  const contains = (text: string | null) => text?.toLowerCase().includes(term) ?? false;
  return (device) =>
    (caller.permissions.has('devices:read') || device.user.id === caller.user.id) &&
    (ids === null || ids.has(device.id)) &&
    (owners === null || owners.has(device.user.id)) &&
    (online == null || device.online === online) &&
    (door == null || device.api === door) &&
    (clientVersion == null || device.clientVersion === clientVersion) &&
    (term === '' || contains(device.name) || contains(device.clientId));
}
