import { type GraphQLSchema, isObjectType } from 'graphql';
import { integerKey, keyOf, nodeId, uuidKey } from '../database/node-id.js';
import { DomainError } from '../errors.js';

/** The types as errors name them. */
const names = {
  apiKey: 'an API key',
  device: 'a device',
  deviceAction: 'an action on many devices',
  deviceGroup: 'a group of devices',
  passkey: 'a passkey',
  release: 'a release',
  role: 'a role',
  session: 'a session',
  user: 'a user',
} as const;

const examples = {
  apiKey: 'apiKey_3',
  device: 'device_28',
  deviceAction: 'deviceAction_5',
  deviceGroup: 'deviceGroup_2',
  passkey: 'passkey_5',
  release: 'release_12',
  user: 'user_64',
} as const;

/**
 * The key in a node id.
 * @param field the argument or input field that the id was given as.
 * @throws DomainError INVALID_INPUT for an id of another type, and for what is no node id.
 */
export function readId(type: keyof typeof examples, id: string, field = 'id'): number {
  return integerKey(keyOf(type, id)) ?? refuse(type, examples[type], field);
}

/** The key of a session in its node id. @throws DomainError INVALID_INPUT */
export function readSessionId(id: string, field = 'id'): string {
  return uuidKey(keyOf('session', id)) ?? refuse('session', 'session_<uuid>', field);
}

/** The code of a role in its node id. @throws DomainError INVALID_INPUT */
export const readRoleCode = (id: string, field = 'id'): string =>
  keyOf('role', id) ?? refuse('role', 'role_VIEWER', field);

function refuse(type: keyof typeof names, example: string, field: string): never {
  throw new DomainError('INVALID_INPUT', `${field} must be the id of ${names[type]}, such as ${example}.`, {
    field,
  });
}

/**
 * Resolves the ids of all nodes, of which lists have many: a resolver of the library takes a microsecond for each. A
 * role is known by its code, every other object by its id in the database.
 */
export function resolveIds(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    const id = isObjectType(type) && type.getInterfaces().length > 0 ? type.getFields().id : undefined;
    if (!id) continue;
    const prefix = type.name.charAt(0).toLowerCase() + type.name.slice(1);
    const key = type.name === 'Role' ? 'code' : 'id';
    id.resolve = (node) => nodeId(prefix, node[key]);
  }
}
