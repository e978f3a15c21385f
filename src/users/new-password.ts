import { DomainError } from '../errors.js';

/** The longest password the documented APIs accept. */
const LONGEST_PASSWORD = 100;

/** What a door asks of new passwords; none asks anything of those at login. */
export interface PasswordRule {
  /** In characters. */
  readonly shortest: number;
  /** Whether those that guessers try first are refused. */
  readonly refusesCommon: boolean;
}

/** The rule where no legacy document says otherwise: OWASP ASVS 5.0, 6.2.1 and 6.2.4. */
export const standardRule: PasswordRule = { shortest: 8, refusesCommon: true };

/** @throws DomainError INVALID_INPUT, with the reason for the person who chose the password. */
export async function checkNewPassword(
  password: string,
  { shortest, refusesCommon }: PasswordRule,
): Promise<void> {
  const length = [...password].length;
  if (length < shortest || length > LONGEST_PASSWORD) {
    throw refused(`A password has ${shortest} to ${LONGEST_PASSWORD} characters.`);
  }
  if (refusesCommon && (await isCommon(password))) {
    throw refused('This is one of the passwords that are guessed first; choose another one.');
  }
}

/** Loaded by the first new password: to unpack the list takes 50 ms and 20 MB, which a start need not pay. */
async function isCommon(password: string): Promise<boolean> {
  const { dictionary } = await import('@zxcvbn-ts/language-common');
  return dictionary['passwords-common'].includes(password.toLowerCase());
}

const refused = (message: string) => new DomainError('INVALID_INPUT', message, { field: 'password' });
