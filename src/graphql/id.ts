import { integerKey, keyOf, uuidKey } from '../database/node-id.js';
import { DomainError } from '../errors.js';

const examples = { device: 'device_28', release: 'release_12', user: 'user_64' } as const;

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

function refuse(type: string, example: string, field: string): never {
  throw new DomainError('INVALID_INPUT', `${field} must be the id of a ${type}, such as ${example}.`, {
    field,
  });
}
