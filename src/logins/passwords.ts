import type { Actor } from '../audit/audit.js';
import { recordAudit } from '../audit/audit.js';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { DomainError } from '../errors.js';
import { accountOf, type LoginThrottle } from '../rate-limits/login-throttle.js';
import type { Caller, Sessions } from '../sessions/sessions.js';
import { requireActive } from '../users/account-status.js';
import { hashPassword, verifyPassword } from '../users/password-hash.js';
import { checkNewPassword, type PasswordPolicy, standardPasswordPolicy } from '../users/password-policy.js';
import { displayPhone } from '../users/phone.js';
import { User } from '../users/user.entity.js';
import type { Users } from '../users/users.js';

/** How people change their passwords. */
export class Passwords {
  constructor(
    private readonly db: Database,
    private readonly users: Users,
    private readonly sessions: Sessions,
    private readonly throttle: LoginThrottle,
    private readonly clock: Clock,
  ) {}

  /**
   * Changes the caller's own password and ends their other sessions.
   * @throws DomainError ACCOUNT_DISABLED, PASSWORD_WRONG, INVALID_INPUT (in this order), THROTTLED
   */
  async change(
    caller: Caller,
    passwords: { current: string; next: string },
    actor: Actor,
    rule: PasswordPolicy = standardPasswordPolicy,
  ): Promise<void> {
    const em = this.db.em.fork();
    const user = await this.users.get(caller.user.id, em);
    // Disabled since the session was looked at.
    requireActive(user);
    const who = { account: accountOf(user.id), address: actor.address ?? '', captcha: 'none' } as const;
    await this.throttle.attempt(who, async () => {
      if (await verifyPassword(user.passwordHash, passwords.current)) return;
      recordAudit(em, new Date(this.clock()), actor, {
        action: 'user.password-refuse',
        target: `user:${user.id}`,
      });
      await em.flush();
      throw new DomainError('PASSWORD_WRONG', 'The current password is wrong.');
    });
    const { username, phone } = user;
    await checkNewPassword(passwords.next, rule, [username, phone && displayPhone(phone)]);
    const now = new Date(this.clock());
    const { id, passwordHash: verified } = user;
    const passwordHash = await hashPassword(passwords.next);
    await em.transactional(async (tx) => {
      // Only in place of the one that was verified: who knew the old one has no say once it was changed or cleared.
      const where = { id, passwordHash: verified };
      if ((await tx.nativeUpdate(User, where, { passwordHash, updatedAt: now })) === 0) {
        throw new DomainError('PASSWORD_WRONG', 'The password was changed meanwhile.');
      }
      recordAudit(tx, now, actor, { action: 'user.password', target: `user:${id}` });
    });
    await this.sessions.revokeAll(user.id, caller.sessionId);
  }
}
