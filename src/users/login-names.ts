import { DomainError } from '../errors.js';
import { canonicalPhone, MAX_INPUT_LENGTH } from './phone.js';

export const MAX_NAME_LENGTH = 64;

/** Control and invisible characters, which make two names look alike, and lone surrogates, which are not text. */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

/** The names of a new account; at least one is present. */
export interface LoginNames {
  /** `text` is as the user wrote it, `key` as the shared namespace stores it. */
  readonly username?: { readonly text: string; readonly key: string };
  /** Canonical, so text and key are the same. */
  readonly phone?: string;
}

/**
 * The key of a username or phone in their shared namespace. Input in phone form is a phone; a username is compared
 * without regard to case, width and surrounding spaces.
 */
export function canonicalLoginName(input: string): string {
  const typed = input.slice(0, MAX_INPUT_LENGTH);
  return canonicalPhone(input) ?? typed.normalize('NFKC').trim().toLowerCase().normalize('NFKC');
}

/**
 * The canonical form of a phone.
 * @param field the input field that the error names.
 * @throws DomainError INVALID_INPUT
 */
export function requirePhone(input: string, field: string): string {
  const phone = canonicalPhone(input);
  if (phone !== null) return phone;
  throw new DomainError('INVALID_INPUT', `${field} must be a phone number of 6 to 15 digits.`, { field });
}

/**
 * Parses the names of a new account. A username in phone form becomes its phone.
 * @throws DomainError INVALID_INPUT
 */
export function parseLoginNames(input: { username?: string | null; phone?: string | null }): LoginNames {
  const username = input.username?.trim();
  const usernameAsPhone = username === undefined ? null : canonicalPhone(username);
  const parsed = username === undefined || usernameAsPhone !== null ? null : parseUsername(username);
  const phone = input.phone == null ? usernameAsPhone : requirePhone(input.phone, 'phone');
  if (usernameAsPhone !== null && usernameAsPhone !== phone) {
    throw invalidUsername('username must not have the form of another phone number.');
  }
  if (username === undefined && phone === null) {
    throw invalidUsername('username is required unless phone is given.');
  }
  return { ...(parsed && { username: parsed }), ...(phone !== null && { phone }) };
}

function parseUsername(text: string) {
  if (text === '' || text.length > MAX_NAME_LENGTH || unprintable.test(text)) {
    throw invalidUsername(`username must be 1 to ${MAX_NAME_LENGTH} printable characters.`);
  }
  return { text, key: canonicalLoginName(text) };
}

const invalidUsername = (message: string) => new DomainError('INVALID_INPUT', message, { field: 'username' });
