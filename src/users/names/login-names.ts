import { DomainError } from '../../errors.js';
import { callingCode, canonicalPhone, MAX_INPUT_LENGTH } from '../phone.js';
import type { LoginName } from './login-name.entity.js';

export const MAX_NAME_LENGTH = 64;

/** Control and invisible characters, which make two names look alike, and lone surrogates, which are not text. */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

/** A login name of a new account. */
export type NewLoginName = Pick<LoginName, 'name' | 'kind' | 'phoneForm'>;

/** The names of a new account; at least one is present. */
export interface LoginNames {
  /** As the user wrote it. */
  readonly username: string | null;
  /** Canonical. */
  readonly phone: string | null;
  /** The names to be stored. */
  readonly names: readonly NewLoginName[];
}

/** What someone enters to log in: the username with this key or this canonical phone. Never both exist. */
export interface EnteredName {
  readonly username: string;
  readonly phone: string | null;
}

export const readLoginName = (input: string): EnteredName => ({
  username: usernameKey(input),
  phone: canonicalPhone(input),
});

/** One key for all spellings of a login name, to count failed attempts under. */
export function canonicalLoginName(input: string): string {
  const { username, phone } = readLoginName(input);
  return phone ?? username;
}

/** Usernames are compared without regard to case, width and surrounding spaces. */
function usernameKey(input: string): string {
  const typed = input.slice(0, MAX_INPUT_LENGTH);
  return typed.normalize('NFKC').trim().toLowerCase().normalize('NFKC');
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
 * Parses the names of a new account. A username that spells the phone of the same account adds no name.
 * @throws DomainError INVALID_INPUT
 */
export function parseLoginNames(input: { username?: string | null; phone?: string | null }): LoginNames {
  const phone = input.phone == null ? null : requirePhone(input.phone, 'phone');
  const username = input.username == null ? null : parseUsername(input.username.trim());
  if (username === null && phone === null) {
    throw invalidUsername('username is required unless phone is given.');
  }
  const ownUsername = phone !== null && username?.phoneForm === phone ? null : username;
  return {
    username: ownUsername?.text ?? null,
    phone,
    names: [
      ...(ownUsername
        ? [{ name: ownUsername.key, kind: 'username' as const, phoneForm: ownUsername.phoneForm }]
        : []),
      ...(phone === null ? [] : [{ name: phone, kind: 'phone' as const, phoneForm: null }]),
    ],
  };
}

/**
 * Refuses a username that states a country, for people who register themselves: only the owner of a phone may use it.
 * @throws DomainError INVALID_INPUT
 */
export function requireNoPhone(username: string | null | undefined): void {
  if (username == null || callingCode(username) === null) return;
  throw invalidUsername('username must not be a phone number. Register it as phone.');
}

function parseUsername(text: string) {
  if (text === '' || text.length > MAX_NAME_LENGTH || unprintable.test(text)) {
    throw invalidUsername(`username must be 1 to ${MAX_NAME_LENGTH} printable characters.`);
  }
  const key = usernameKey(text);
  return { text, key, phoneForm: canonicalPhone(key) };
}

const invalidUsername = (message: string) => new DomainError('INVALID_INPUT', message, { field: 'username' });
