import { readId } from '../database/row-id.js';
import { DomainError } from '../errors.js';

/** The integer of an `ID` argument that must be one. @throws DomainError NOT_FOUND */
export function parseId(id: string): number {
  const key = readId(id);
  if (key === null) throw new DomainError('NOT_FOUND', 'There is nothing with this id.');
  return key;
}
