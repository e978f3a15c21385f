import { DomainError } from '../errors.js';

/** The integer of an `ID` argument. @throws DomainError NOT_FOUND for what was never an id of ours. */
export function parseId(id: string): number {
  if (/^[1-9]\d{0,8}$/.test(id)) return Number(id);
  throw new DomainError('NOT_FOUND', 'There is nothing with this id.');
}
