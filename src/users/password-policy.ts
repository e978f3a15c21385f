import { DomainError } from '../errors.js';

/** The longest password the documented APIs accept. */
const MAX_PASSWORD_LENGTH = 100;

/** What guessers of a password here try, beside the names of its account. */
const OUR_WORDS = ['gatehouse'];
/** A word of fewer characters is in many a good password by chance. */
const SHORTEST_WORD = 3;
/** Characters that a password has beside such words. */
const LEAST_OF_ITS_OWN = 4;

/** What a door asks of new passwords; none asks anything of those at login. */
export interface PasswordPolicy {
  /** In characters. */
  readonly minLength: number;
  /** Whether those that guessers try first are refused. */
  readonly rejectsCommon: boolean;
}

/** The rule where no legacy document says otherwise: OWASP ASVS 5.0, 6.2.1, 6.2.4 and 6.2.11. */
export const standardPasswordPolicy: PasswordPolicy = { minLength: 8, rejectsCommon: true };

/**
 * @param names what the account is known by.
 * @throws DomainError INVALID_INPUT, with the reason for the person who chose the password.
 */
export async function checkNewPassword(
  password: string,
  { minLength, rejectsCommon }: PasswordPolicy,
  names: readonly (string | null | undefined)[],
): Promise<void> {
  const length = [...password].length;
  if (length < minLength || length > MAX_PASSWORD_LENGTH) {
    throw refused(`A password has ${minLength} to ${MAX_PASSWORD_LENGTH} characters.`);
  }
  if (rejectsCommon && isMadeOf([...names, ...OUR_WORDS], password)) {
    throw refused(`A password has ${LEAST_OF_ITS_OWN} characters or more beside a name; choose another one.`);
  }
  if (rejectsCommon && (await isCommon(password))) {
    throw refused('This is one of the passwords that are guessed first; choose another one.');
  }
}

function isMadeOf(words: readonly (string | null | undefined)[], password: string): boolean {
  let own = password.toLowerCase();
  for (const word of words) {
    if (word && word.length >= SHORTEST_WORD) own = own.replaceAll(word.toLowerCase(), '');
  }
  return own.length < Math.min(LEAST_OF_ITS_OWN, password.length);
}

/** Loaded by the first new password: to unpack the list takes 50 ms and 20 MB, which a start need not pay. */
async function isCommon(password: string): Promise<boolean> {
  const { dictionary } = await import('@zxcvbn-ts/language-common');
  return dictionary['passwords-common'].includes(password.toLowerCase());
}

const refused = (message: string) => new DomainError('INVALID_INPUT', message, { field: 'password' });
