import { type Actor, recordAudit, userTarget } from '../audit/audit.js';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { DomainError } from '../errors.js';
import type { LoginThrottle } from '../rate-limits/login-throttle.js';
import type { Caller, Sessions } from '../sessions/sessions.js';
import { requireActive } from '../users/account-status.js';
import { hashPassword, verifyPassword } from '../users/password-hash.js';
import { checkNewPassword, type PasswordPolicy, standardPasswordPolicy } from '../users/password-policy.js';
import { displayPhone } from '../users/phone.js';
import { User } from '../users/user.entity.js';
import type { Users } from '../users/users.js';

/** Changes passwords. */
export class Passwords {
  constructor(
    private readonly db: Database,
    private readonly users: Users,
    private readonly sessions: Sessions,
    private readonly throttle: LoginThrottle,
    private readonly clock: Clock,
  ) {}

  /**
   * Changes the caller's own password and ends the caller's other sessions.
   * @throws DomainError ACCOUNT_DISABLED, PASSWORD_WRONG, INVALID_INPUT (checked in this order), THROTTLED
   */
  async change(
    caller: Caller,
    { currentPassword, newPassword }: { currentPassword: string; newPassword: string },
    actor: Actor,
    policy: PasswordPolicy = standardPasswordPolicy,
  ): Promise<void> {
    const user = await this.users.get(caller.user.id);
    // The account may have been disabled since the request was authenticated.
    requireActive(user);
    await this.#verifyCurrent(user, currentPassword, actor);
    const { username, phone } = user;
    await checkNewPassword(newPassword, policy, [username, phone && displayPhone(phone)], 'newPassword');
    const announce = await this.#replace(user, await hashPassword(newPassword), caller.sessionId, actor);
    await announce();
  }

  /** A session is a known client: attempts to log in elsewhere do not spend its budget. */
  async #verifyCurrent({ id, passwordHash }: User, password: string, actor: Actor): Promise<void> {
    const verify = async () => {
      if (await verifyPassword(passwordHash, password)) return;
      const em = this.db.em.fork();
      recordAudit(em, new Date(this.clock()), actor, {
        action: 'user.password-refuse',
        target: userTarget(id),
      });
      await em.flush();
      throw new DomainError('PASSWORD_WRONG', 'The current password is wrong.');
    };
    await this.throttle.attemptFrom(actor.address ?? '', () =>
      this.throttle.attemptAsKnownClient(id, 'session', verify),
    );
  }

  /** @returns as `Sessions.revokeAllWithin`. */
  async #replace(
    { id, passwordHash: verified }: User,
    passwordHash: string,
    keptSession: string,
    actor: Actor,
  ): Promise<() => Promise<void>> {
    const now = new Date(this.clock());
    return this.db.em.fork().transactional(async (em) => {
      // Replaces the verified hash only, so that a parallel change or removal of the password wins.
      const where = { id, passwordHash: verified };
      const replaced = await em.nativeUpdate(User, where, { passwordHash, updatedAt: now });
      if (replaced === 0) {
        throw new DomainError('PASSWORD_WRONG', 'The password was changed in the meantime.');
      }
      recordAudit(em, now, actor, { action: 'user.password', target: userTarget(id) });
      return this.sessions.revokeAllWithin(em, id, keptSession);
    });
  }
}
