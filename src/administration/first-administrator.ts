import { type DomainError, StartError } from '../errors.js';
import { checkNewUser } from '../users/new-user.js';
import { checkNewPassword, standardPasswordPolicy } from '../users/password-policy.js';

/**
 * What is asked of the first administrator, whoever has an account already.
 * @throws DomainError INVALID_INPUT
 */
export async function checkFirstAdministrator(username: string, password: string): Promise<void> {
  checkNewUser({ username });
  await checkNewPassword(password, standardPasswordPolicy, [username]);
}

/** The refusal for the operator who named the administrator in the settings. */
export const administratorRefused = ({ message }: DomainError): StartError =>
  new StartError(`ADMIN_ACCOUNT and ADMIN_PASSWORD make no administrator: ${message}`);
