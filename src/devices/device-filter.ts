import type { QBFilterQuery } from '@mikro-orm/postgresql';
import { substringSearch } from '../database/substring-search.js';
import { hasPermission } from '../sessions/authorization.js';
import { type Caller, MAX_CLIENT_TEXT_LENGTH } from '../sessions/caller.js';
import type { Api } from '../sessions/session.entity.js';
import type { Device } from './device.entity.js';

/** Which devices. Omitted fields match everything. */
export interface DeviceFilter {
  readonly ids?: readonly number[] | null;
  readonly userId?: number | null;
  readonly online?: boolean | null;
  readonly api?: Api | null;
  readonly clientVersion?: string | null;
  /** Part of the device's name or of its client id. */
  readonly search?: string | null;
}

/** The same devices, as a condition of the database and as a predicate in memory. */
export interface DeviceSelection {
  readonly where: QBFilterQuery<Device>;
  matches(device: Device): boolean;
}

/** The devices that the filter selects among those that the caller may see. */
export function selectDevices(caller: Caller, filter: DeviceFilter): DeviceSelection {
  const { ids, userId, online, api, clientVersion, search } = filter;
  const term = search?.trim() ?? '';
  return allOf([
    visibleTo(caller),
    ids == null ? everything : withId(ids),
    userId == null ? everything : ownedBy([userId]),
    online == null ? everything : withValue('online', online),
    api == null ? everything : withValue('api', api),
    clientVersion == null ? everything : withValue('clientVersion', clientVersion),
    term === '' ? everything : containing(term),
  ]);
}

/** Rules out devices by their id and owner alone; a device that passes may still not match. */
export function preselectDevices(
  caller: Caller,
  { ids, userId }: DeviceFilter,
): (deviceId: number, ownerId: number) => boolean {
  const wanted = ids == null ? null : new Set(ids);
  const seesAll = seesAllDevices(caller);
  return (deviceId, ownerId) =>
    (seesAll || ownerId === caller.user.id) &&
    (wanted === null || wanted.has(deviceId)) &&
    (userId == null || ownerId === userId);
}

/** Own devices only, without the permission to read all. */
export function visibleTo(caller: Caller): DeviceSelection {
  return seesAllDevices(caller) ? everything : ownedBy([caller.user.id]);
}

export const seesAllDevices = (caller: Caller): boolean => hasPermission(caller, 'devices:read');

const everything: DeviceSelection = { where: {}, matches: () => true };
const nothing: DeviceSelection = { where: { id: { $in: [] } }, matches: () => false };

function allOf(selections: readonly DeviceSelection[]): DeviceSelection {
  return {
    where: { $and: selections.map(({ where }) => where) },
    matches: (device) => selections.every((selection) => selection.matches(device)),
  };
}

function withId(ids: readonly number[]): DeviceSelection {
  const wanted = new Set(ids);
  return { where: { id: { $in: [...wanted] } }, matches: ({ id }) => wanted.has(id) };
}

function ownedBy(userIds: readonly number[]): DeviceSelection {
  return { where: { user: { $in: userIds } }, matches: ({ user }) => userIds.includes(user.id) };
}

function withValue<K extends 'online' | 'api' | 'clientVersion'>(
  field: K,
  value: Device[K],
): DeviceSelection {
  return { where: { [field]: value }, matches: (device) => device[field] === value };
}

function containing(term: string): DeviceSelection {
  // No name is as long, and a pattern of any length would be compiled in vain.
  if (term.length > MAX_CLIENT_TEXT_LENGTH) return nothing;
  const { pattern, matches } = substringSearch(term);
  return {
    where: { $or: [{ name: { $re: pattern } }, { clientId: { $re: pattern } }] },
    matches: ({ name, clientId }) => [name, clientId].some((text) => text !== null && matches(text)),
  };
}
