import type { EntityManager } from '@mikro-orm/postgresql';
import { type Actor, anonymiseAudit, ERASED_USER, recordAudit, userTarget } from '../audit/audit.js';
import type { AuditAction } from '../audit/audit-entry.entity.js';
import { Captcha, CaptchaType } from '../captchas/captcha.entity.js';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { deleteInBatches } from '../database/delete-in-batches.js';
import { exclusively } from '../database/exclusive.js';
import { DomainError } from '../errors.js';
import type { Sessions } from '../sessions/sessions.js';
import type { AccountChanges } from '../users/account-changes.js';
import { requireAuthorityOver, requireAuthorityToGrant } from '../users/authority.js';
import { hashPassword } from '../users/passwords/password-hash.js';
import { endResetLink } from '../users/passwords/stored-password.js';
import { builtInRoles } from '../users/permissions.js';
import { Role } from '../users/role.entity.js';
import { User, UserStatus } from '../users/user.entity.js';
import { findRoles, type Users } from '../users/users.js';
import { checkFirstAdministrator } from './first-administrator.js';

/** Changes of accounts by administrators. They take effect with the next request of the account. */
export class Administration {
  constructor(
    private readonly db: Database,
    private readonly users: Users,
    private readonly sessions: Sessions,
    private readonly changes: AccountChanges,
    private readonly clock: Clock,
  ) {}

  /** @throws DomainError NOT_FOUND, FORBIDDEN (the account may do more), CONFLICT (the last administrator) */
  async setStatus(userId: number, status: UserStatus, actor: Actor): Promise<User> {
    const action = status === UserStatus.ACTIVE ? 'user.active' : 'user.disabled';
    let announce = async () => {};
    const user = await this.#change(userId, actor, action, async (em, user) => {
      user.status = status;
      await em.flush();
      if (status === UserStatus.DISABLED) {
        await endResetLink(em, userId);
        announce = await this.sessions.endings.revokeAllWithin(em, userId);
      }
    });
    await announce();
    return user;
  }

  /**
   * @throws DomainError NOT_FOUND, INVALID_INPUT (an unknown role), FORBIDDEN (the account may do more than the actor, or
   * a role may), CONFLICT (the last administrator)
   */
  setRoles(userId: number, codes: readonly string[], actor: Actor): Promise<User> {
    return this.#change(userId, actor, 'user.roles', async (em, user) => {
      const roles = await findRoles(em, codes);
      const granted = roles.flatMap(({ permissions }) => permissions);
      await requireAuthorityToGrant(em, actor, granted);
      user.roles.set(roles);
      return codes.join(' ');
    });
  }

  /**
   * Deletes the account with its names, sessions, devices and captchas, and anonymises its audit entries.
   * @throws DomainError NOT_FOUND, FORBIDDEN (the account may do more than the actor), CONFLICT (the last administrator)
   */
  async delete(userId: number, actor: Actor): Promise<void> {
    await this.#endSessions(userId, actor);
    await this.#deletePossessions(userId);
    await this.#keepingAdministrator(async (em) => {
      const user = await this.users.get(userId, em);
      // Scan tickets are deleted by cascade; SMS codes refer to the phone only.
      if (user.phone) await em.nativeDelete(Captcha, { type: CaptchaType.SMS, subject: user.phone });
      await em.remove(user).flush();
      await this.changes.record(em, userId);
      await anonymiseAudit(em, userId);
      const isSelf = actor.userId === userId;
      recordAudit(em, new Date(this.clock()), isSelf ? { userId: null, address: null } : actor, {
        action: 'user.delete',
        target: ERASED_USER,
      });
    });
    this.sessions.invalidate(userId);
  }

  /** All roles. */
  listRoles(): Promise<Role[]> {
    return this.db.em.fork().find(Role, {}, { orderBy: { id: 'asc' } });
  }

  /** Whether there is an active administrator. */
  async hasAdministrator(em: EntityManager = this.db.em.fork()): Promise<boolean> {
    // By the id of the role, whose frequency PostgreSQL knows. By its code, it would read all grants.
    const found = await em.execute<object[]>(
      'select id from users join user_roles on user_id = id where role_id = ? and status = ? limit 1',
      [builtInRoles.ADMIN.id, UserStatus.ACTIVE],
    );
    return found.length > 0;
  }

  /**
   * Creates the first administrator. Of parallel calls one succeeds.
   * @throws DomainError INVALID_INPUT, CONFLICT (there is an administrator already, or the username is taken)
   */
  async createFirst(username: string, password: string, actor: Actor): Promise<User> {
    await checkFirstAdministrator(username, password);
    const passwordHash = await hashPassword(password);
    return exclusively(this.db, 'administrators', async (em) => {
      if (await this.hasAdministrator(em)) {
        throw new DomainError('CONFLICT', 'An administrator exists already.');
      }
      return this.users.add(em, { username, passwordHash, roles: ['ADMIN'] }, actor);
    });
  }

  async #change(
    userId: number,
    actor: Actor,
    action: AuditAction,
    change: (em: EntityManager, user: User) => Promise<string | undefined>,
  ): Promise<User> {
    const user = await this.#keepingAdministrator(async (em) => {
      const found = await this.users.get(userId, em);
      await requireAuthorityOver(em, actor, found);
      const detail = await change(em, found);
      const now = new Date(this.clock());
      found.updatedAt = now;
      recordAudit(em, now, actor, { action, target: userTarget(userId), ...(detail ? { detail } : {}) });
      await this.changes.record(em, userId);
      return found;
    });
    this.sessions.invalidate(userId);
    return user;
  }

  /**
   * Disables the account, so that it cannot log in again while it is deleted, and ends its sessions. Not audited: the
   * deletion is.
   * @throws DomainError NOT_FOUND, FORBIDDEN, CONFLICT (the last administrator)
   */
  async #endSessions(userId: number, actor: Actor): Promise<void> {
    await this.#keepingAdministrator(async (em) => {
      const user = await this.users.get(userId, em);
      await requireAuthorityOver(em, actor, user);
      user.status = UserStatus.DISABLED;
    });
    await this.sessions.endings.revokeAll(userId);
  }

  /** Before the account, since one statement that deletes all of them by cascade may take too long. */
  async #deletePossessions(userId: number): Promise<void> {
    const ofUser = { where: 'user_id = ?', parameters: [userId] };
    // The history of each device is deleted with it.
    await deleteInBatches(this.db, { table: 'devices', ...ofUser, batchSize: 100 });
    await deleteInBatches(this.db, { table: 'sessions', ...ofUser, batchSize: 1000 });
  }

  /** Runs `work` in a transaction, which is rolled back if it removes the last administrator. */
  #keepingAdministrator<T>(work: (em: EntityManager) => Promise<T>): Promise<T> {
    return exclusively(this.db, 'administrators', async (em) => {
      const hadOne = await this.hasAdministrator(em);
      const result = await work(em);
      await em.flush();
      if (!hadOne || (await this.hasAdministrator(em))) return result;
      throw new DomainError('CONFLICT', 'The last administrator cannot be deleted, disabled or demoted.');
    });
  }
}
