import { DomainError } from '../errors.js';

/** PostgreSQL stores no NUL, and UTF-8 has no form for half of a surrogate pair. */
export const isStorable = (text: string): boolean => !text.includes('\0') && text.isWellFormed();

/** What a message says of text that is not storable, after the name of the field. */
export const NOT_STORABLE = 'must not contain NUL or unpaired surrogates';

/** @throws DomainError INVALID_INPUT naming the field, unless the text is storable. */
export function requireStorable(field: string, text: string): void {
  if (!isStorable(text)) throw new DomainError('INVALID_INPUT', `${field} ${NOT_STORABLE}.`, { field });
}
