import type { DomainErrorCode } from '../errors.js';
import type { SessionPolicy } from '../sessions/session-policy.js';
import { mustEnroll } from '../users/required-factor.js';
import type { User } from '../users/user.entity.js';

/**
 * Why an API that cannot ask for a second factor must refuse a login. Its answer must be that to a wrong password or
 * code; only the audit log has the reason.
 * @param user roles loaded.
 * @returns null if the API can let the user in.
 */
export function factorRefusal(user: User, { asksForSecondFactor }: SessionPolicy): DomainErrorCode | null {
  if (asksForSecondFactor) return null;
  if (user.secondFactorSince !== null) return 'SECOND_FACTOR_REQUIRED';
  return mustEnroll(user) ? 'ENROLLMENT_REQUIRED' : null;
}
