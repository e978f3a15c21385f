import { wrap } from '@mikro-orm/core';
import DataLoader from 'dataloader';
import type { PropertyOf } from '../database/queries/columns.js';
import type { PageRequest } from '../database/queries/page.js';
import type { Row } from '../database/queries/rows.js';
import type { Device } from '../devices/device.entity.js';
import type { Period } from '../devices/devices.js';
import type { VersionChange } from '../devices/history/version-change.entity.js';
import type { PresenceEvent } from '../devices/presence-event.entity.js';
import type { Passkey } from '../passkeys/passkey.entity.js';
import type { Services } from '../services.js';
import type { Session } from '../sessions/session.entity.js';
import type { Role } from '../users/role.entity.js';
import { User } from '../users/user.entity.js';

export type Loaders = ReturnType<typeof createLoaders>;

/** A row with the properties that were selected. */
export type Selected<T> = Row<T, PropertyOf<T>>;

/** A user by id alone, as an entity, or as a row with some of the properties. */
type UserReference = Pick<User, 'id'>;

/**
 * Readers that take one statement for all rows of an answer that refer to the same kind of object. They keep
 * nothing: the context of a subscription lives as long as its socket.
 */
export function createLoaders({
  users,
  devices,
  deviceGroups,
  openSessions,
  passkeys,
  secondFactors,
  versionHistory,
}: Pick<
  Services,
  'users' | 'devices' | 'deviceGroups' | 'openSessions' | 'passkeys' | 'secondFactors' | 'versionHistory'
>) {
  const userById = byKey<User>((ids, properties) => users.findAll(ids, properties));
  const rolesByUser = byParent(async (userIds, properties: readonly PropertyOf<Role>[]) => {
    const found = await users.rolesOf(userIds, properties);
    return new Map(userIds.map((id) => [id, found.get(id) ?? []]));
  });
  return {
    /** Null when there is none. */
    userById,
    /** A referenced user, which is read unless it is loaded or its id is enough; null when it was deleted meanwhile. */
    user: async (reference: UserReference, properties: readonly PropertyOf<User>[]) =>
      hasAll(reference, properties) ? reference : userById(reference.id, properties),
    /** The roles of a user, which are read unless they are loaded. */
    roles: async (user: UserReference, properties: readonly PropertyOf<Role>[]) =>
      isLoaded(user) && user.roles.isInitialized() ? user.roles.getItems() : rolesByUser(user.id, properties),
    /** Null when it was deleted meanwhile. */
    device: byKey<Device>((ids, properties) => devices.findAll(ids, properties)),
    /** Null once it is purged. */
    session: byKey<Session>((ids, properties) => openSessions.findAll(ids, properties)),
    /** Oldest first. */
    passkeysOfUser: byParent((userIds, properties: readonly PropertyOf<Passkey>[]) =>
      passkeys.listByUser(userIds, properties),
    ),
    factorsOfUser: byParent((userIds) => secondFactors.listByUser(userIds)),
    devicesOfUser: byParent((userIds, request: PageRequest<PropertyOf<Device>>) =>
      devices.listByUser(userIds, request),
    ),
    deviceCountOfUser: byParent((userIds) => devices.countByUser(userIds)),
    deviceCountOfGroup: byParent((groupIds) => deviceGroups.countDevices(groupIds)),
    sessionsOfUser: byParent((userIds, request: PageRequest<PropertyOf<Session>>) =>
      openSessions.listByUser(userIds, request),
    ),
    sessionCountOfUser: byParent((userIds) => openSessions.countByUser(userIds)),
    versionsOfDevice: byParent((deviceIds, request: PageRequest<PropertyOf<VersionChange>>) =>
      versionHistory.listByDevice(deviceIds, request),
    ),
    versionCountOfDevice: byParent((deviceIds) => versionHistory.countByDevice(deviceIds)),
    historyOfDevice: byParent((deviceIds, { period, request }: HistoryRequest) =>
      devices.historyByDevice(deviceIds, period, request),
    ),
    historyCountOfDevice: byParent((deviceIds, period: Period) =>
      devices.countHistoryByDevice(deviceIds, period),
    ),
  };
}

interface HistoryRequest {
  readonly period: Period;
  readonly request: PageRequest<PropertyOf<PresenceEvent>>;
}

const isLoaded = (user: UserReference): user is User => user instanceof User && wrap(user).isInitialized();

/** A reference of the ORM has all properties, but only the id is set. */
const hasAll = (user: UserReference, properties: readonly PropertyOf<User>[]): user is Selected<User> =>
  isLoaded(user) || properties.every((name) => name === 'id' || (!(user instanceof User) && name in user));

/** One read for all keys, of all properties that any of them is asked for; null for those that are not found. */
function byKey<T extends { readonly id: number | string }>(
  read: (keys: readonly T['id'][], properties: readonly PropertyOf<T>[]) => Promise<readonly Selected<T>[]>,
): (key: T['id'], properties: readonly PropertyOf<T>[]) => Promise<Selected<T> | null> {
  interface Asked {
    readonly key: T['id'];
    readonly properties: readonly PropertyOf<T>[];
  }
  const loader = new DataLoader<Asked, Selected<T> | null>(
    async (asked) => {
      const keys = asked.map(({ key }) => key);
      const properties = new Set(asked.flatMap(({ properties }) => properties));
      const rows = await read(keys, [...properties]);
      const found = new Map<unknown, Selected<T>>(rows.map((row) => [row.id, row]));
      return keys.map((key) => found.get(key) ?? null);
    },
    { cache: false },
  );
  return (key, properties) => loader.load({ key, properties });
}

/** One read for all parents that are asked with the same options, which must be JSON. */
function byParent<V, O = null>(
  read: (parentIds: readonly number[], options: O) => Promise<ReadonlyMap<number, V>>,
): (parentId: number, options: O) => Promise<V> {
  const loader = new DataLoader<{ readonly parentId: number; readonly options: O }, V>(
    async (keys) => {
      const groups = Map.groupBy(keys, ({ options }) => JSON.stringify(options));
      const found = new Map<string, ReadonlyMap<number, V>>();
      for (const [name, [first, ...others]] of groups) {
        if (!first) continue;
        const parentIds = [first, ...others].map(({ parentId }) => parentId);
        found.set(name, await read(parentIds, first.options));
      }
      return keys.map(
        ({ parentId, options }) =>
          found.get(JSON.stringify(options))?.get(parentId) ??
          new Error(`Nothing was read for parent ${parentId}.`),
      );
    },
    { cache: false },
  );
  return (parentId, options) => loader.load({ parentId, options });
}
