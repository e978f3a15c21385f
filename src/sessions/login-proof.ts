import type { EntityManager } from '@mikro-orm/postgresql';
import { DomainError } from '../errors.js';
import { requireActive } from '../users/account-status.js';
import type { UserStatus } from '../users/user.entity.js';

/** What a login relied on, if it can be withdrawn before the session opens: a password or an approving session. */
export type LoginProof = { readonly passwordHash: string } | { readonly approvedBy: string };

/**
 * Checks that the user is active and the proof still valid. The rows stay locked until the transaction ends, so a
 * later change of the user or revocation of the approving session finds the new session.
 * @throws DomainError ACCOUNT_UNKNOWN (deleted), ACCOUNT_DISABLED, PASSWORD_WRONG (changed), CAPTCHA_EXPIRED (the
 * approving session has ended)
 */
export async function requireValidProof(
  em: EntityManager,
  userId: number,
  proof: LoginProof | undefined,
  now: Date,
): Promise<void> {
  const [user] = await em.execute<{ status: UserStatus; passwordHash: string | null }[]>(
    `select status, password_hash as "passwordHash" from users where id = ? for share`,
    [userId],
  );
  if (!user) throw new DomainError('ACCOUNT_UNKNOWN', 'There is no such account.');
  requireActive(user);
  if (!proof) return;
  if ('passwordHash' in proof) {
    if (user.passwordHash === proof.passwordHash) return;
    throw new DomainError('PASSWORD_WRONG', 'The password was changed in the meantime.');
  }
  const approving = await em.execute<object[]>(
    'select id from sessions where id = ? and revoked_at is null and expires_at > ? for share',
    [proof.approvedBy, now.toISOString()],
  );
  if (approving.length > 0) return;
  throw new DomainError('CAPTCHA_EXPIRED', 'The session that approved the login has ended.');
}
