import { type QBFilterQuery, raw } from '@mikro-orm/postgresql';
import type { Search } from '../database/queries/search.js';
import { type SubstringSearch, substringSearch } from '../database/queries/substring-search.js';
import { hasPermission, isDevice } from '../sessions/authorization.js';
import { type Caller, MAX_CLIENT_TEXT_LENGTH } from '../sessions/caller.js';
import type { Api } from '../sessions/session.entity.js';
import { NAMES, usersWith } from '../users/user-search.js';
import type { DeviceCount } from './counts/device-count.entity.js';
import { DEVICE_GRAMS, type Device, IS_LABELED, LABEL_GRAMS, tagArray } from './device.entity.js';
import { isTag, normalizedTag } from './editing/device-metadata.js';
import type { CachedDevice } from './known-devices.js';

/** Which devices. Omitted fields match everything. */
export interface DeviceFilter {
  readonly ids?: readonly number[] | null;
  readonly userId?: number | null;
  readonly online?: boolean | null;
  readonly api?: Api | null;
  readonly clientVersion?: string | null;
  readonly channel?: string | null;
  /** Devices with all of these. */
  readonly tags?: readonly string[] | null;
  /** Only retired devices, or only others; null for both. By default others, unless `ids` names the devices. */
  readonly retired?: boolean | null | undefined;
  /** Part of one of the device's names, of a tag, of its client id, or of a name or the phone of its owner. */
  readonly search?: string | null;
}

/** The same devices, as conditions of the database and as predicates in memory. */
export interface DeviceSelection extends Search<Device> {
  /** The same condition on the counts; null where it needs more than they distinguish. */
  readonly counted: QBFilterQuery<DeviceCount> | null;
  /** The owner of all these devices; null if they may have several. */
  readonly ownerId: number | null;
  matches(device: CachedDevice): boolean;
  /** Rules out devices by their id and owner alone; a device that passes may still not match. */
  mayMatch(deviceId: number, ownerId: number): boolean;
}

/** The devices that the filter selects among those that the caller may see. */
export const selectDevices = (caller: Caller, filter: DeviceFilter): DeviceSelection =>
  selectAmong(visibleTo(caller), filter);

/** The devices that the filter selects. @param ownerId among the devices of this user; null for all. */
export const selectOwned = (ownerId: number | null, filter: DeviceFilter): DeviceSelection =>
  selectAmong(ownerId === null ? everything : ownedBy(ownerId), filter);

function selectAmong(visible: DeviceSelection, filter: DeviceFilter): DeviceSelection {
  const { ids, userId, online, api, clientVersion, channel, tags, retired, search } = filter;
  const term = search?.trim() ?? '';
  return allOf([
    visible,
    ids == null ? everything : withId(ids),
    userId == null ? everything : ownedBy(userId),
    online == null ? everything : withValue('online', online),
    api == null ? everything : withValue('api', api),
    clientVersion == null ? everything : withValue('clientVersion', clientVersion),
    channel == null ? everything : inChannel(channel),
    tags == null || tags.length === 0 ? everything : withTags(tags),
    byRetirement(retired === undefined ? (ids == null ? false : null) : retired),
    term === '' ? everything : containing(term),
  ]);
}

/** All devices with the permission to read them, else the caller's own; only itself for a device. */
export function visibleTo(caller: Caller): DeviceSelection {
  if (isDevice(caller)) return itself(caller);
  return seesAllDevices(caller) ? everything : ownedBy(caller.user.id);
}

export const seesAllDevices = (caller: Caller): boolean => hasPermission(caller, 'devices:read');

const everything = byColumn({}, { counted: {}, matches: () => true });
const nothing = byColumn({ id: { $in: [] } }, { matches: () => false });

/** A selection by a column of the devices. */
function byColumn(
  where: QBFilterQuery<Device>,
  rest: Pick<DeviceSelection, 'matches'> & Partial<Pick<DeviceSelection, 'counted' | 'ownerId' | 'mayMatch'>>,
): DeviceSelection {
  const unknown = { matching: null, found: null, counted: null, ownerId: null, mayMatch: () => true };
  return { filter: where, ...unknown, ...rest };
}

function allOf(selections: readonly DeviceSelection[]): DeviceSelection {
  const narrowing = selections.filter((selection) => selection !== everything);
  // One at most: a filter has one term.
  const searching = narrowing.find(({ matching }) => matching !== null);
  const counted = narrowing.flatMap((selection) => selection.counted ?? []);
  return {
    filter: { $and: narrowing.map(({ filter }) => filter) },
    matching: searching?.matching ?? null,
    found: searching?.found ?? null,
    counted: counted.length < narrowing.length ? null : { $and: counted },
    ownerId: narrowing.find(({ ownerId }) => ownerId !== null)?.ownerId ?? null,
    matches: (device) => narrowing.every((selection) => selection.matches(device)),
    mayMatch: (deviceId, ownerId) => narrowing.every((selection) => selection.mayMatch(deviceId, ownerId)),
  };
}

function withId(ids: readonly number[]): DeviceSelection {
  const wanted = new Set(ids);
  return byColumn(
    { id: { $in: [...wanted] } },
    { matches: ({ id }) => wanted.has(id), mayMatch: (deviceId) => wanted.has(deviceId) },
  );
}

function ownedBy(userId: number): DeviceSelection {
  return byColumn(
    { user: userId },
    {
      ownerId: userId,
      matches: ({ user }) => user.id === userId,
      mayMatch: (_deviceId, ownerId) => ownerId === userId,
    },
  );
}

function itself({ user: owner, deviceId }: Caller): DeviceSelection {
  const owned = ownedBy(owner.id);
  return {
    ...owned,
    filter: { user: owner.id, clientId: deviceId },
    matches: (device) => owned.matches(device) && device.clientId === deviceId,
  };
}

function withValue<K extends 'online' | 'api' | 'clientVersion'>(
  field: K,
  value: Device[K],
): DeviceSelection {
  return byColumn(
    { [field]: value },
    { counted: { [field]: value }, matches: (device) => device[field] === value },
  );
}

function byRetirement(retired: boolean | null): DeviceSelection {
  if (retired === null) return inUseOrNot;
  return retired ? retiredOnly : inUse;
}

/** Not `everything`: the counts are of devices in use. */
const inUseOrNot = byColumn({}, { matches: () => true });
const retiredOnly = byColumn(
  { retiredAt: { $ne: null } },
  { matches: ({ retiredAt }) => retiredAt !== null },
);
const inUse = byColumn({ retiredAt: null }, { counted: {}, matches: ({ retiredAt }) => retiredAt === null });

const inChannel = (channel: string): DeviceSelection =>
  byColumn({ channel }, { matches: (device) => device.channel === channel });

function withTags(tags: readonly string[]): DeviceSelection {
  const wanted = tags.map(normalizedTag);
  if (!wanted.every(isTag)) return nothing;
  const where = raw((alias) => `${alias}.tags <> '{}' and ${alias}.tags @> ?::text[]`, [tagArray(wanted)]);
  return byColumn({ [where]: [] }, { matches: (device) => wanted.every((tag) => device.tags.includes(tag)) });
}

function containing(term: string): DeviceSelection {
  // PostgreSQL would compile a pattern of any length.
  if (term.length > MAX_CLIENT_TEXT_LENGTH) return nothing;
  const search = substringSearch(term);
  const { pattern, matches } = search;
  const [devices, deviceParams] = devicesWith(search);
  const [owners, ownerParams] = usersWith(search, NAMES);
  // A value and no `exists` or `in`, for which PostgreSQL would compare all users.
  const ownerMatches = (device: string) =>
    `(select ${NAMES.map((name) => `${name} ~ ?`).join(' or ')} from users where id = ${device}.user_id)`;
  const ownerPatterns = NAMES.map(() => pattern);
  const found = `${devices} union all select id from devices where user_id in (${owners})`;
  return {
    filter: {},
    matching: {
      $or: [
        { name: { $re: pattern } },
        { clientId: { $re: pattern } },
        { [raw(labelMatches, [pattern, pattern])]: [] },
        { [raw(ownerMatches, ownerPatterns)]: [] },
      ],
    },
    found: {
      [raw((alias) => `${alias}.id = any(array(${found}))`, [...deviceParams, ...ownerParams])]: [],
    },
    counted: null,
    ownerId: null,
    matches: ({ name, clientId, displayName, tags, user }) =>
      [name, clientId, displayName, ...tags, ...NAMES.map((field) => user[field])].some(
        (text) => text !== null && matches(text),
      ),
    mayMatch: () => true,
  };
}

const labelMatches = (device: string) =>
  `(${device}.display_name ~ ? or exists (select from unnest(${device}.tags) tag where tag ~ ?))`;

/** A statement for the ids of the devices with a term in a text of their own, and its parameters. */
export function devicesWith({ pattern, grams }: SubstringSearch): [string, string[]] {
  return [
    `select id from devices where ${DEVICE_GRAMS} @@ ?::tsquery and (name ~ ? or client_id ~ ?)
    union all select id from devices
      where ${IS_LABELED} and ${LABEL_GRAMS} @@ ?::tsquery and ${labelMatches('devices')}`,
    [grams, pattern, pattern, grams, pattern, pattern],
  ];
}

/** The same condition for one device, in SQL with four patterns. @param device the alias of its row. */
export const deviceHasTerm = (device: string): string =>
  `(${device}.name ~ ? or ${device}.client_id ~ ? or ${labelMatches(device)})`;
