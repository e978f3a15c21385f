import { requireStorable } from '../database/storable-text.js';
import { DomainError } from '../errors.js';

export const MAX_PASSKEY_NAME_LENGTH = 64;

/** @returns the name without surrounding spaces. @throws DomainError INVALID_INPUT (name) */
export function readPasskeyName(input: string): string {
  requireStorable('name', input);
  const name = input.trim();
  if (name !== '' && name.length <= MAX_PASSKEY_NAME_LENGTH) return name;
  const message = `name must be 1 to ${MAX_PASSKEY_NAME_LENGTH} characters.`;
  throw new DomainError('INVALID_INPUT', message, { field: 'name' });
}
