import { type DomainError, StartError } from '../errors.js';
import { checkNewUser } from '../users/new-user.js';
import { checkNewPassword, standardPasswordPolicy } from '../users/passwords/password-policy.js';

/**
 * Checks the credentials of the first administrator, but not whether the username is free.
 * @throws DomainError INVALID_INPUT
 */
export async function checkFirstAdministrator(username: string, password: string): Promise<void> {
  checkNewUser({ username });
  await checkNewPassword(password, standardPasswordPolicy, [username]);
}

/** The refusal of credentials that come from the settings. */
export const invalidAdministrator = ({ message }: DomainError): StartError =>
  new StartError(`ADMIN_ACCOUNT and ADMIN_PASSWORD are invalid: ${message}`);
