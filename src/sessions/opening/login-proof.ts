import { DomainError, type DomainErrorDetails } from '../../errors.js';
import { requireActive } from '../../users/account-status.js';
import type { UserStatus } from '../../users/user.entity.js';

/** What a login relied on, if it can be withdrawn before the session opens: a password, a phone or an approving session. */
export type LoginProof =
  | { readonly passwordHash: string }
  | { readonly phone: string }
  | { readonly approvedBy: string };

/** The state of a user and of a proof when a session is to open. */
export interface ProofCheck {
  readonly status: UserStatus;
  readonly passwordHolds: boolean;
  readonly phoneHolds: boolean;
  readonly approvalHolds: boolean;
  /** Whether the account has no second factor, or the login has proved it. */
  readonly factorHolds: boolean;
}

/**
 * @param check undefined for a user that was deleted.
 * @throws DomainError ACCOUNT_UNKNOWN (deleted, or its phone changed), ACCOUNT_DISABLED, PASSWORD_WRONG (changed),
 * CAPTCHA_EXPIRED (the approving session has ended), SECOND_FACTOR_REQUIRED (one was enrolled)
 */
export function requireValidProof<T extends ProofCheck>(check: T | undefined): T {
  if (!check) throw new DomainError('ACCOUNT_UNKNOWN', 'There is no such account.');
  requireActive(check);
  if (!check.passwordHolds) {
    throw new DomainError('PASSWORD_WRONG', 'The password was changed in the meantime.');
  }
  if (!check.phoneHolds) {
    throw new DomainError('ACCOUNT_UNKNOWN', 'The phone of the account was changed in the meantime.');
  }
  if (!check.approvalHolds) {
    throw new DomainError('CAPTCHA_EXPIRED', 'The session that approved the login has ended.');
  }
  if (!check.factorHolds) throw secondFactorRequired();
  return check;
}

export const secondFactorRequired = (details: Pick<DomainErrorDetails, 'challenge'> = {}): DomainError =>
  new DomainError('SECOND_FACTOR_REQUIRED', 'The account has a second factor: prove it, too.', details);
