import { wrap } from '@mikro-orm/core';
import DataLoader from 'dataloader';
import type { PageRequest } from '../database/page.js';
import type { Device } from '../devices/device.entity.js';
import type { Period } from '../devices/devices.js';
import type { Services } from '../services.js';
import type { Session } from '../sessions/session.entity.js';
import type { Role } from '../users/role.entity.js';
import type { User } from '../users/user.entity.js';

export type Loaders = ReturnType<typeof createLoaders>;

/**
 * Readers that take one statement for all rows of an answer that refer to the same kind of object. They keep
 * nothing: the context of a subscription lives as long as its socket.
 */
export function createLoaders({
  users,
  devices,
  openSessions,
}: Pick<Services, 'users' | 'devices' | 'openSessions'>) {
  const usersById = byKey(async (ids: readonly number[]) => users.findAll(ids));
  const devicesById = byKey(async (ids: readonly number[]) => devices.findAll(ids));
  const sessionsById = byKey(async (ids: readonly string[]) => openSessions.findAll(ids));
  const rolesByUser = byParent(async (userIds) => {
    const found = await users.rolesOf(userIds);
    return new Map(userIds.map((id) => [id, found.get(id) ?? []]));
  });
  return {
    /** Null when there is none. */
    userById: (id: number): Promise<User | null> => usersById.load(id),
    /** A referenced user, which is read unless it is loaded; null when it was deleted meanwhile. */
    user: async (reference: User): Promise<User | null> =>
      wrap(reference).isInitialized() ? reference : usersById.load(reference.id),
    /** The roles of a user, which are read unless they are loaded. */
    roles: async (user: User): Promise<readonly Role[]> =>
      wrap(user).isInitialized() && user.roles.isInitialized()
        ? user.roles.getItems()
        : rolesByUser(user.id, null),
    /** Null when it was deleted meanwhile. */
    device: (id: number): Promise<Device | null> => devicesById.load(id),
    /** Null once it is purged. */
    session: (id: string): Promise<Session | null> => sessionsById.load(id),
    devicesOfUser: byParent((userIds, request: PageRequest) => devices.listByUser(userIds, request)),
    deviceCountOfUser: byParent((userIds) => devices.countByUser(userIds)),
    sessionsOfUser: byParent((userIds, request: PageRequest) => openSessions.listByUser(userIds, request)),
    sessionCountOfUser: byParent((userIds) => openSessions.countByUser(userIds)),
    historyOfDevice: byParent((deviceIds, { period, request }: { period: Period; request: PageRequest }) =>
      devices.historyByDevice(deviceIds, period, request),
    ),
    historyCountOfDevice: byParent((deviceIds, period: Period) =>
      devices.countHistoryByDevice(deviceIds, period),
    ),
  };
}

/** One read for all keys; null for those that are not found. */
function byKey<K, T extends { readonly id: K }>(read: (keys: readonly K[]) => Promise<readonly T[]>) {
  return new DataLoader<K, T | null>(
    async (keys) => {
      const found = new Map((await read(keys)).map((row) => [row.id, row]));
      return keys.map((key) => found.get(key) ?? null);
    },
    { cache: false },
  );
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
