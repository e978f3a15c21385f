import { DomainError } from '../errors.js';
import { canonicalLoginName, canonicalPhone } from './phone.js';

export const MAX_NAME_LENGTH = 64;

/** What makes two names look alike, or a name look like none; and half characters, which no database keeps. */
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

/**
 * The key of a phone that somebody typed.
 * @param field how the door calls it.
 * @throws DomainError INVALID_INPUT
 */
export function requirePhone(text: string, field: string): string {
  const phone = canonicalPhone(text);
  if (phone === null) throw new DomainError('INVALID_INPUT', 'A phone has 6 to 15 digits.', { field });
  return phone;
}

interface LoginNamePart {
  /** As people wrote it. */
  readonly text: string;
  /** As the namespace keeps it. */
  readonly key: string;
}

/** A username in phone form is that phone: the two share one namespace. */
export function parseLoginNames(input: { username?: string | null; phone?: string | null }): {
  username?: LoginNamePart;
  phone?: LoginNamePart;
} {
  const text = input.username?.trim();
  if (text !== undefined && canonicalPhone(text) === null) {
    if (text === '' || text.length > MAX_NAME_LENGTH || invisible.test(text)) {
      throw new DomainError('INVALID_INPUT', `A username has 1 to ${MAX_NAME_LENGTH} printable characters.`, {
        field: 'username',
      });
    }
  }
  const nameIsPhone = text !== undefined && canonicalPhone(text) !== null;
  const phoneText = input.phone ?? (nameIsPhone ? text : undefined);
  const key = phoneText === undefined ? null : requirePhone(phoneText, 'phone');
  if (nameIsPhone && canonicalPhone(text) !== key) {
    throw new DomainError('INVALID_INPUT', 'The username is the form of another phone.', {
      field: 'username',
    });
  }
  if (text === undefined && key === null) {
    throw new DomainError('INVALID_INPUT', 'An account needs a username or a phone.', { field: 'username' });
  }
  return {
    ...(text !== undefined && !nameIsPhone ? { username: { text, key: canonicalLoginName(text) } } : {}),
    ...(phoneText !== undefined && key !== null ? { phone: { text: phoneText, key } } : {}),
  };
}
