import { DomainError } from '../../errors.js';
import { isIntact, normalizePassword, passwordLength } from './password-text.js';

/** The longest password that every documented API accepts. */
export const MAX_PASSWORD_LENGTH = 100;

/** Words that attackers of this system try first, besides the names of the account. */
const productWords = ['gatehouse'];
/** Shorter words occur in good passwords by chance. */
const MIN_WORD_LENGTH = 3;
/** Characters that must remain when such words are removed from a password. */
const MIN_OTHER_CHARACTERS = 4;

/** What an API requires of new passwords. It is not applied at login. */
export interface PasswordPolicy {
  /** In characters of NFC. */
  readonly minLength: number;
  /** Whether to reject common passwords, those made of the account's names, and those that cannot be typed. */
  readonly strict: boolean;
}

/** OWASP ASVS 5.0, 6.2.1, 6.2.4 and 6.2.11. Applies where no legacy document sets another rule. */
export const standardPasswordPolicy: PasswordPolicy = { minLength: 8, strict: true };

/**
 * @param names the login names of the account. @param field the input that an error names.
 * @throws DomainError INVALID_INPUT
 */
export async function checkNewPassword(
  password: string,
  { minLength, strict }: PasswordPolicy,
  names: readonly (string | null | undefined)[],
  field = 'password',
): Promise<void> {
  const invalidPassword = (rule: string) =>
    new DomainError('INVALID_INPUT', `${field} must ${rule}.`, { field });
  if (!isIntact(password)) throw invalidPassword('be text without broken characters');
  const normal = normalizePassword(password);
  const length = passwordLength(password);
  if (length < minLength || length > MAX_PASSWORD_LENGTH) {
    throw invalidPassword(`be ${minLength} to ${MAX_PASSWORD_LENGTH} characters`);
  }
  if (!strict) return;
  if (/\p{Cc}/u.test(password)) throw invalidPassword('not contain control characters such as line ends');
  if (normal.trim() === '') throw invalidPassword('have more than spaces');
  if (consistsOf([...names, ...productWords], normal)) {
    throw invalidPassword(
      `have at least ${MIN_OTHER_CHARACTERS} characters besides the names of the account`,
    );
  }
  if (await isCommon(normal)) {
    throw invalidPassword('not be one of the most common passwords');
  }
}

function consistsOf(words: readonly (string | null | undefined)[], password: string): boolean {
  let remaining = password.toLowerCase();
  for (const word of words) {
    const name = word?.normalize('NFC').toLowerCase() ?? '';
    if (name.length >= MIN_WORD_LENGTH) remaining = remaining.replaceAll(name, '');
  }
  return remaining.length < Math.min(MIN_OTHER_CHARACTERS, password.length);
}

/** Imported by the first new password, because unpacking the list takes 50 ms and 20 MB. */
async function isCommon(password: string): Promise<boolean> {
  const { dictionary } = await import('@zxcvbn-ts/language-common');
  return dictionary['passwords-common'].includes(password.toLowerCase());
}
