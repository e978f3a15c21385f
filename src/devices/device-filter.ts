import { type QBFilterQuery, raw } from '@mikro-orm/postgresql';
import { substringSearch } from '../database/substring-search.js';
import { hasPermission } from '../sessions/authorization.js';
import { type Caller, MAX_CLIENT_TEXT_LENGTH } from '../sessions/caller.js';
import type { Api } from '../sessions/session.entity.js';
import type { Device } from './device.entity.js';
import type { DeviceCount } from './device-count.entity.js';

/** Which devices. Omitted fields match everything. */
export interface DeviceFilter {
  readonly ids?: readonly number[] | null;
  readonly userId?: number | null;
  readonly online?: boolean | null;
  readonly api?: Api | null;
  readonly clientVersion?: string | null;
  /** Part of the device's name, of its client id, or of a name or the phone of its owner. */
  readonly search?: string | null;
}

/** The same devices, as a condition of the database and as predicates in memory. */
export interface DeviceSelection {
  readonly where: QBFilterQuery<Device>;
  /** The same condition on the counts; null where it needs more than they distinguish. */
  readonly counted: QBFilterQuery<DeviceCount> | null;
  /** @param device with its owner loaded. */
  matches(device: Device): boolean;
  /** Rules out devices by their id and owner alone; a device that passes may still not match. */
  mayMatch(deviceId: number, ownerId: number): boolean;
}

/** The devices that the filter selects among those that the caller may see. */
export function selectDevices(caller: Caller, filter: DeviceFilter): DeviceSelection {
  const { ids, userId, online, api, clientVersion, search } = filter;
  const term = search?.trim() ?? '';
  return allOf([
    visibleTo(caller),
    ids == null ? everything : withId(ids),
    userId == null ? everything : ownedBy(userId),
    online == null ? everything : withValue('online', online),
    api == null ? everything : withValue('api', api),
    clientVersion == null ? everything : withValue('clientVersion', clientVersion),
    term === '' ? everything : containing(term),
  ]);
}

/** All devices with the permission to read them, else the caller's own. */
export function visibleTo(caller: Caller): DeviceSelection {
  return seesAllDevices(caller) ? everything : ownedBy(caller.user.id);
}

export const seesAllDevices = (caller: Caller): boolean => hasPermission(caller, 'devices:read');

const everything: DeviceSelection = { where: {}, counted: {}, matches: () => true, mayMatch: () => true };
const nothing: DeviceSelection = {
  where: { id: { $in: [] } },
  counted: null,
  matches: () => false,
  mayMatch: () => false,
};

function allOf(selections: readonly DeviceSelection[]): DeviceSelection {
  const narrowing = selections.filter((selection) => selection !== everything);
  const counted = narrowing.flatMap((selection) => selection.counted ?? []);
  return {
    where: { $and: narrowing.map(({ where }) => where) },
    counted: counted.length < narrowing.length ? null : { $and: counted },
    matches: (device) => narrowing.every((selection) => selection.matches(device)),
    mayMatch: (deviceId, ownerId) => narrowing.every((selection) => selection.mayMatch(deviceId, ownerId)),
  };
}

function withId(ids: readonly number[]): DeviceSelection {
  const wanted = new Set(ids);
  return {
    where: { id: { $in: [...wanted] } },
    counted: null,
    matches: ({ id }) => wanted.has(id),
    mayMatch: (deviceId) => wanted.has(deviceId),
  };
}

function ownedBy(userId: number): DeviceSelection {
  return {
    where: { user: userId },
    counted: null,
    matches: ({ user }) => user.id === userId,
    mayMatch: (_deviceId, ownerId) => ownerId === userId,
  };
}

function withValue<K extends 'online' | 'api' | 'clientVersion'>(
  field: K,
  value: Device[K],
): DeviceSelection {
  return {
    where: { [field]: value },
    counted: { [field]: value },
    matches: (device) => device[field] === value,
    mayMatch: () => true,
  };
}

function containing(term: string): DeviceSelection {
  // PostgreSQL would compile a pattern of any length.
  if (term.length > MAX_CLIENT_TEXT_LENGTH) return nothing;
  const { pattern, matches } = substringSearch(term);
  return {
    counted: null,
    where: { $or: [{ name: { $re: pattern } }, { clientId: { $re: pattern } }, ownerContains(pattern)] },
    matches: ({ name, clientId, user }) =>
      [name, clientId, ...ownerFields.map((field) => user[field])].some(
        (text) => text !== null && matches(text),
      ),
    mayMatch: () => true,
  };
}

const ownerFields = ['username', 'phone', 'name', 'nickname'] as const;

/** A subquery and no join, which would make the columns of other conditions ambiguous. */
const ownerContains = (pattern: string): QBFilterQuery<Device> => ({
  [raw(
    (alias) =>
      `${alias}.user_id in (select id from users where ${ownerFields.map((field) => `${field} ~ ?`).join(' or ')})`,
    ownerFields.map(() => pattern),
  )]: [],
});
