import type { GraphQLResolveInfo } from 'graphql';
import type { AuditEntry } from '../audit/audit-entry.entity.js';
import { findAuditEntries } from '../audit-log/audit-log.js';
import type { Node } from '../database/node.entity.js';
import { bigintKey, integerKey, nodeId, splitNodeId, uuidKey } from '../database/node-id.js';
import type { PropertyOf } from '../database/queries/columns.js';
import type { DeviceAction } from '../devices/actions/device-action.entity.js';
import type { Device } from '../devices/device.entity.js';
import type { DeviceGroup } from '../devices/groups/device-group.entity.js';
import type { VersionChange } from '../devices/history/version-change.entity.js';
import type { PresenceEvent } from '../devices/presence-event.entity.js';
import { DomainError } from '../errors.js';
import type { ApiKey } from '../machines/api-key.entity.js';
import type { Passkey } from '../passkeys/passkey.entity.js';
import type { Release } from '../releases/release.entity.js';
import { hasPermission } from '../sessions/authorization.js';
import type { Caller } from '../sessions/caller.js';
import type { Session } from '../sessions/session.entity.js';
import type { User } from '../users/user.entity.js';
import { DEVICES, KEYS, mayRead, SESSIONS, USERS } from './authorization.js';
import { type Context, requireCaller } from './context.js';
import { selectedPropertiesOf } from './selected-properties.js';

interface NodeRequest extends Pick<Context, 'services'> {
  readonly caller: Caller;
  /** The properties to read of the objects of the type. */
  readonly properties: <T>() => PropertyOf<T>[];
}

const readsDevices = (caller: Caller): boolean => hasPermission(caller, DEVICES.own);

type Keyed = Pick<Node, 'id'>;

/** Reads objects of one type: those that exist and that the caller may read, by key. */
type NodeReader = (keys: readonly string[], request: NodeRequest) => Promise<Map<string, Keyed>>;

const readers: Readonly<Record<string, NodeReader>> = {
  user: async (keys, { services, caller, properties }) => {
    const ids = integers(keys).filter((id) => mayRead(caller, USERS, id));
    return byId(await services.users.findAll(ids, properties<User>()));
  },
  device: async (keys, { services, caller, properties }) =>
    readsDevices(caller)
      ? byId(await services.devices.findVisible(caller, integers(keys), properties<Device>()))
      : new Map(),
  deviceAction: async (keys, { services, caller, properties }) =>
    readsDevices(caller)
      ? byId(await services.deviceActions.findVisible(caller, integers(keys), properties<DeviceAction>()))
      : new Map(),
  deviceGroup: async (keys, { services, caller, properties }) =>
    hasPermission(caller, 'devices:read')
      ? byId(await services.deviceGroups.findAll(integers(keys), properties<DeviceGroup>()))
      : new Map(),
  presenceEvent: async (keys, { services, caller, properties }) =>
    readsDevices(caller)
      ? byId(await services.devices.findEvents(caller, keysOf(keys, bigintKey), properties<PresenceEvent>()))
      : new Map(),
  versionChange: async (keys, { services, caller, properties }) =>
    readsDevices(caller)
      ? byId(await services.versionHistory.find(caller, keysOf(keys, bigintKey), properties<VersionChange>()))
      : new Map(),
  session: async (keys, { services, caller, properties }) => {
    const read = ['user' as const, ...properties<Session>()];
    const found = await services.openSessions.findAll(keysOf(keys, uuidKey), read);
    return byId(found.filter(({ user }) => mayRead(caller, SESSIONS, user.id)));
  },
  apiKey: async (keys, { services, caller, properties }) => {
    const read = ['user' as const, ...properties<ApiKey>()];
    const found = await services.apiKeys.findAll(integers(keys), read);
    return byId(found.filter(({ user }) => mayRead(caller, KEYS, user.id)));
  },
  passkey: async (keys, { services, caller, properties }) => {
    const read = ['user' as const, ...properties<Passkey>()];
    const found = await services.passkeys.findAll(integers(keys), read);
    return byId(found.filter(({ user }) => mayRead(caller, USERS, user.id)));
  },
  release: async (keys, { services, caller, properties }) =>
    hasPermission(caller, 'releases:read')
      ? byId(await services.releases.findAll(integers(keys), properties<Release>()))
      : new Map(),
  role: async (keys, { services, caller }) => {
    const roles = hasPermission(caller, 'users:read') ? await services.administration.listRoles() : [];
    return new Map(roles.filter(({ code }) => keys.includes(code)).map((role) => [role.code, role]));
  },
  auditEntry: async (keys, { services, caller, properties }) =>
    hasPermission(caller, 'audit:read')
      ? byId(await findAuditEntries(services.db.em, integers(keys), properties<AuditEntry>()))
      : new Map(),
};

/**
 * Objects by their ids, each type in one read; null for what does not exist or the caller may not read.
 * @param field the argument that the ids were given as.
 * @throws DomainError INVALID_INPUT for what is no node id.
 */
export async function readNodes(
  context: Context,
  info: GraphQLResolveInfo,
  ids: readonly string[],
  field: 'id' | 'ids',
): Promise<(Node | null)[]> {
  const { services } = context;
  const caller = requireCaller(context);
  const wanted = ids.map((id) => readNodeId(id, field));
  const found = new Map<string, Node>();
  for (const [type, group] of Map.groupBy(wanted, ({ type }) => type)) {
    const __typename = type.charAt(0).toUpperCase() + type.slice(1);
    const properties = <T>() => selectedPropertiesOf<T>(info, __typename);
    const keys = group.map(({ key }) => key);
    const objects = await readers[type]?.(keys, { services, caller, properties });
    for (const [key, object] of objects ?? []) found.set(nodeId(type, key), { ...object, __typename });
  }
  return wanted.map(({ type, key }) => found.get(nodeId(type, key)) ?? null);
}

function readNodeId(id: string, field: 'id' | 'ids'): { readonly type: string; readonly key: string } {
  const node = splitNodeId(id);
  if (node && Object.hasOwn(readers, node.type)) return node;
  const form = field === 'ids' ? 'node ids' : 'a node id';
  throw new DomainError('INVALID_INPUT', `${field} must be ${form} such as user_64.`, { field });
}

const byId = (nodes: readonly Keyed[]): Map<string, Keyed> =>
  new Map(nodes.map((node) => [String(node.id), node]));

const integers = (keys: readonly string[]): number[] => keysOf(keys, integerKey);

/** What has the wrong form for a key does not exist. */
const keysOf = <K>(keys: readonly string[], read: (key: string) => K | null): K[] =>
  keys.map(read).filter((key) => key !== null);
