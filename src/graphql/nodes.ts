import { findAuditEntries } from '../audit/audit.js';
import type { Node } from '../database/node.entity.js';
import { bigintKey, integerKey, splitNodeId, uuidKey } from '../database/node-id.js';
import { DomainError } from '../errors.js';
import { hasPermission, mayAccess } from '../sessions/authorization.js';
import type { Caller } from '../sessions/caller.js';
import { mayRead, SESSIONS } from './authorization.js';
import { type Context, requireCaller } from './context.js';

/** Reads objects of one type: those that exist and that the caller may read, by key. */
type NodeReader = (keys: readonly string[], context: Context, caller: Caller) => Promise<Map<string, Node>>;

const readers: Readonly<Record<string, NodeReader>> = {
  user: async (keys, { services }, caller) => {
    const ids = integers(keys).filter((id) => mayAccess(caller, id, 'users:read'));
    return byId(await services.users.findAll(ids));
  },
  device: async (keys, { services }, caller) =>
    byId(await services.devices.findSelected(caller, {}, integers(keys))),
  presenceEvent: async (keys, { services }, caller) =>
    byId(await services.devices.findEvents(caller, keysOf(keys, bigintKey))),
  session: async (keys, { services }, caller) => {
    const found = await services.openSessions.findAll(keysOf(keys, uuidKey));
    return byId(found.filter(({ user }) => mayRead(caller, SESSIONS, user.id)));
  },
  release: async (keys, { services }, caller) =>
    byId(hasPermission(caller, 'releases:read') ? await services.releases.findAll(integers(keys)) : []),
  role: async (keys, { services }, caller) => {
    const roles = hasPermission(caller, 'users:manage') ? await services.administration.listRoles() : [];
    return new Map(roles.filter(({ code }) => keys.includes(code)).map((role) => [role.code, role]));
  },
  auditEntry: async (keys, { services }, caller) =>
    byId(
      hasPermission(caller, 'audit:read')
        ? await findAuditEntries(services.db.em.fork(), integers(keys))
        : [],
    ),
};

/**
 * Objects by their ids, each type in one read; null for what does not exist or the caller may not read.
 * @param field the argument that the ids were given as.
 * @throws DomainError INVALID_INPUT for what is no node id.
 */
export async function readNodes(
  context: Context,
  ids: readonly string[],
  field: 'id' | 'ids',
): Promise<(Node | null)[]> {
  const caller = requireCaller(context);
  const wanted = ids.map((id) => readNodeId(id, field));
  const found = new Map<string, Map<string, Node>>();
  for (const [type, group] of Map.groupBy(wanted, ({ type }) => type)) {
    const keys = group.map(({ key }) => key);
    found.set(type, (await readers[type]?.(keys, context, caller)) ?? new Map());
  }
  return wanted.map(({ type, key }) => found.get(type)?.get(key) ?? null);
}

function readNodeId(id: string, field: 'id' | 'ids'): { readonly type: string; readonly key: string } {
  const node = splitNodeId(id);
  if (node && Object.hasOwn(readers, node.type)) return node;
  const form = field === 'ids' ? 'node ids' : 'a node id';
  throw new DomainError('INVALID_INPUT', `${field} must be ${form} such as user_64.`, { field });
}

const byId = <T extends Node & { readonly id: unknown }>(nodes: readonly T[]): Map<string, Node> =>
  new Map(nodes.map((node) => [String(node.id), node]));

const integers = (keys: readonly string[]): number[] => keysOf(keys, integerKey);

/** What has the wrong form for a key does not exist. */
const keysOf = <K>(keys: readonly string[], read: (key: string) => K | null): K[] =>
  keys.map(read).filter((key) => key !== null);
