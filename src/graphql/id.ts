import { DomainError } from '../errors.js';

/** Of PostgreSQL's `integer`. */
const LARGEST_ID = 2_147_483_647;

/** The integer of an `ID` argument; null for what was never an id of ours. */
export function readId(id: string): number | null {
  return /^[1-9]\d{0,9}$/.test(id) && Number(id) <= LARGEST_ID ? Number(id) : null;
}

/** The integer of an `ID` argument that must be one. @throws DomainError NOT_FOUND */
export function parseId(id: string): number {
  const key = readId(id);
  if (key === null) throw new DomainError('NOT_FOUND', 'There is nothing with this id.');
  return key;
}
