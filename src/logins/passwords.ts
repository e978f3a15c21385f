import { type Actor, recordAudit, userTarget } from '../audit/audit.js';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { DomainError } from '../errors.js';
import type { LoginThrottle } from '../rate-limits/login-throttle.js';
import { requireLogin } from '../sessions/authorization.js';
import { requireOpenSession } from '../sessions/ending/require-open-session.js';
import type { Caller, Sessions } from '../sessions/sessions.js';
import { requireActive } from '../users/account-status.js';
import { verifyPassword } from '../users/passwords/password-hash.js';
import {
  checkNewPassword,
  type PasswordPolicy,
  standardPasswordPolicy,
} from '../users/passwords/password-policy.js';
import { displayPhone } from '../users/phone.js';
import { type User, UserStatus } from '../users/user.entity.js';
import type { Users } from '../users/users.js';
import type { PasswordReplacement } from './password-replacement.js';

/** How long after a login with an SMS code its session may set a first password. */
const FRESH_LOGIN_MS = 10 * 60_000;

interface PasswordsOptions {
  readonly db: Database;
  readonly users: Users;
  readonly sessions: Sessions;
  readonly throttle: LoginThrottle;
  readonly replacement: PasswordReplacement;
  readonly clock: Clock;
}

/** Changes the passwords of callers. */
export class Passwords {
  constructor(private readonly options: PasswordsOptions) {}

  /**
   * Changes the caller's own password and ends the caller's other sessions.
   * @throws DomainError FORBIDDEN (a machine), ACCOUNT_DISABLED, PASSWORD_WRONG, INVALID_INPUT (checked in this order),
   * THROTTLED
   */
  async change(
    caller: Caller,
    { currentPassword, newPassword }: { currentPassword: string; newPassword: string },
    actor: Actor,
    policy: PasswordPolicy = standardPasswordPolicy,
  ): Promise<void> {
    requireLogin(caller);
    const user = await this.options.users.get(caller.user.id);
    // The account may have been disabled since the request was authenticated.
    requireActive(user);
    await this.#verifyCurrent(user, caller, currentPassword, actor);
    const { username, phone } = user;
    await checkNewPassword(newPassword, policy, [username, phone && displayPhone(phone)], 'newPassword');
    await this.options.replacement.replace(
      {
        userId: user.id,
        password: newPassword,
        // Replaces the verified hash only, so that a parallel change or removal of the password wins.
        where: { passwordHash: user.passwordHash },
        refusal: () => new DomainError('PASSWORD_WRONG', 'The password was changed in the meantime.'),
        keptSession: caller.sessionId,
      },
      actor,
      { action: 'user.password' },
    );
  }

  /**
   * Sets the password of a caller who has none, and who signed in with an SMS code within the last 10 minutes. Ends the
   * caller's other sessions.
   * @throws DomainError ACCOUNT_DISABLED, CONFLICT (there is a password), FORBIDDEN (another login), INVALID_INPUT
   * (checked in this order)
   */
  async setFirst(caller: Caller, newPassword: string, actor: Actor): Promise<void> {
    const user = await this.options.users.get(caller.user.id);
    requireActive(user);
    if (user.passwordHash !== null) throw hasPassword();
    const { openedByPhone, createdAt } = await this.options.sessions.get(caller.sessionId);
    if (!openedByPhone || createdAt.getTime() <= this.options.clock() - FRESH_LOGIN_MS) {
      throw new DomainError('FORBIDDEN', 'Sign in again with a code sent to your phone, within 10 minutes.');
    }
    const { username, phone } = user;
    await checkNewPassword(
      newPassword,
      standardPasswordPolicy,
      [username, phone && displayPhone(phone)],
      'newPassword',
    );
    await this.options.replacement.replace(
      {
        userId: user.id,
        password: newPassword,
        where: { passwordHash: null, phone, status: UserStatus.ACTIVE },
        refusal: hasPassword,
        confirm: async (em) => void (await requireOpenSession(em, caller.sessionId)),
        keptSession: caller.sessionId,
      },
      actor,
      { action: 'user.password', detail: 'first' },
    );
  }

  /** A session is a known client: attempts to log in elsewhere, or in other sessions, do not spend its budget. */
  async #verifyCurrent(
    { id, passwordHash }: User,
    { sessionId }: Caller,
    password: string,
    actor: Actor,
  ): Promise<void> {
    const verify = async () => {
      if (await verifyPassword(passwordHash, password)) return;
      const em = this.options.db.em.fork();
      recordAudit(em, new Date(this.options.clock()), actor, {
        action: 'user.password-refuse',
        target: userTarget(id),
      });
      await em.flush();
      throw new DomainError('PASSWORD_WRONG', 'The current password is wrong.');
    };
    await this.options.throttle.attemptFrom(actor.address ?? '', () =>
      this.options.throttle.attemptAsKnownClient(id, `session ${sessionId}`, verify),
    );
  }
}

const hasPassword = () => new DomainError('CONFLICT', 'The account has a password. Change it instead.');
