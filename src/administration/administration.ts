import type { EntityManager } from '@mikro-orm/postgresql';
import { type Actor, anonymiseAudit, recordAudit } from '../audit/audit.js';
import { Captcha, CaptchaType } from '../captchas/captcha.entity.js';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { exclusively } from '../database/exclusive.js';
import { DomainError } from '../errors.js';
import type { Sessions } from '../sessions/sessions.js';
import { hashPassword } from '../users/password-hash.js';
import { Role } from '../users/role.entity.js';
import { User, UserStatus } from '../users/user.entity.js';
import { findRoles, type Users } from '../users/users.js';
import { checkFirstAdministrator } from './first-administrator.js';

/** What administrators do to accounts. Each change holds from the next request of that account on. */
export class Administration {
  constructor(
    private readonly db: Database,
    private readonly users: Users,
    private readonly sessions: Sessions,
    private readonly clock: Clock,
  ) {}

  /** @throws DomainError NOT_FOUND, CONFLICT (the last administrator) */
  async setStatus(userId: number, status: UserStatus, actor: Actor): Promise<User> {
    const user = await this.#change(userId, actor, `user.${status.toLowerCase()}`, async (_em, user) => {
      user.status = status;
    });
    if (status === UserStatus.DISABLED) await this.sessions.revokeAll(userId);
    return user;
  }

  /** @throws DomainError NOT_FOUND, INVALID_INPUT (an unknown role), CONFLICT (the last administrator) */
  setRoles(userId: number, codes: readonly string[], actor: Actor): Promise<User> {
    return this.#change(userId, actor, 'user.roles', async (em, user) => {
      user.roles.set(await findRoles(em, codes));
      return codes.join(' ');
    });
  }

  /**
   * Erases the person: account, names, sessions and captchas are gone, the audit log keeps what happened without them.
   * @throws DomainError NOT_FOUND, CONFLICT (the last administrator)
   */
  async delete(userId: number, actor: Actor): Promise<void> {
    await this.#shutOut(userId);
    await this.#keepingAdministrator(async (em) => {
      const user = await this.users.get(userId, em);
      // Those they scanned go with the account; codes sent to them know their phone only.
      if (user.phone) await em.nativeDelete(Captcha, { type: CaptchaType.SMS, subject: user.phone });
      await em.remove(user).flush();
      await anonymiseAudit(em, userId);
      const self = actor.userId === userId;
      recordAudit(em, new Date(this.clock()), self ? { userId: null, address: null } : actor, {
        action: 'user.delete',
        target: 'user:erased',
      });
    });
    this.sessions.invalidate(userId);
  }

  /** All roles there are, built in or imported. */
  listRoles(): Promise<Role[]> {
    return this.db.em.fork().find(Role, {}, { orderBy: { id: 'asc' } });
  }

  /** Whether anybody administers yet. */
  async hasAdministrator(em: EntityManager = this.db.em.fork()): Promise<boolean> {
    return (await em.count(User, { roles: { code: 'ADMIN' }, status: UserStatus.ACTIVE })) > 0;
  }

  /**
   * Creates the first administrator: of several callers one succeeds.
   * @throws DomainError INVALID_INPUT, CONFLICT (there is one already, or the name is taken)
   */
  async createFirst(username: string, password: string, actor: Actor): Promise<User> {
    await checkFirstAdministrator(username, password);
    const passwordHash = await hashPassword(password);
    return exclusively(this.db, 'administrators', async (em) => {
      if (await this.hasAdministrator(em)) {
        throw new DomainError('CONFLICT', 'There is an administrator already.');
      }
      return this.users.add(em, { username, passwordHash, roles: ['ADMIN'] }, actor);
    });
  }

  async #change(
    userId: number,
    actor: Actor,
    action: string,
    change: (em: EntityManager, user: User) => Promise<string | undefined>,
  ): Promise<User> {
    const user = await this.#keepingAdministrator(async (em) => {
      const found = await this.users.get(userId, em);
      const detail = await change(em, found);
      const now = new Date(this.clock());
      found.updatedAt = now;
      recordAudit(em, now, actor, { action, target: `user:${userId}`, ...(detail ? { detail } : {}) });
      return found;
    });
    this.sessions.invalidate(userId);
    return user;
  }

  /**
   * Ends the sessions for good before anything is erased. Nobody was disabled by it, so the audit log has nothing to tell.
   * @throws DomainError NOT_FOUND, CONFLICT (the last administrator)
   */
  async #shutOut(userId: number): Promise<void> {
    await this.#keepingAdministrator(async (em) => {
      (await this.users.get(userId, em)).status = UserStatus.DISABLED;
    });
    await this.sessions.revokeAll(userId);
  }

  /** Undoes the work if it takes the last administrator away; where there is none yet, none can be lost. */
  #keepingAdministrator<T>(work: (em: EntityManager) => Promise<T>): Promise<T> {
    return exclusively(this.db, 'administrators', async (em) => {
      const had = await this.hasAdministrator(em);
      const result = await work(em);
      await em.flush();
      if (!had || (await this.hasAdministrator(em))) return result;
      throw new DomainError('CONFLICT', 'The last administrator cannot be removed, disabled or demoted.');
    });
  }
}
