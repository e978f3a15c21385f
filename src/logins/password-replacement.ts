import type { EntityManager, FilterQuery } from '@mikro-orm/postgresql';
import { type Actor, recordAudit, userTarget } from '../audit/audit.js';
import type { AuditAction } from '../audit/audit-entry.entity.js';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import type { DomainError } from '../errors.js';
import { SessionKind } from '../sessions/session.entity.js';
import type { Sessions } from '../sessions/sessions.js';
import { hashPassword } from '../users/passwords/password-hash.js';
import { type ReplacedPassword, storePassword } from '../users/passwords/stored-password.js';
import type { User } from '../users/user.entity.js';

/** A new password that may be stored. */
export interface NewPassword {
  readonly userId: number;
  /** Accepted by `checkNewPassword`. */
  readonly password: string;
  /** Selects the account if what the change relies on still holds. */
  readonly where: FilterQuery<User>;
  /** The error if it does not. */
  readonly refusal: () => DomainError;
  /** Runs in the transaction, and rolls it back if it throws. */
  readonly confirm?: (em: EntityManager, replaced: ReplacedPassword) => Promise<void>;
  /** A session that does not end with the others. */
  readonly keptSession?: string;
}

/** Stores new passwords, and ends what could be reached with the earlier one. */
export class PasswordReplacement {
  constructor(
    private readonly db: Database,
    private readonly sessions: Sessions,
    private readonly clock: Clock,
  ) {}

  /** Stores a password, ends the sessions and the reset link of the account, and records all that, or nothing. */
  async replace(
    { userId, password, where, refusal, confirm, keptSession }: NewPassword,
    actor: Actor,
    audited: { readonly action: AuditAction; readonly detail?: string },
  ): Promise<void> {
    const passwordHash = await hashPassword(password);
    const now = new Date(this.clock());
    const announce = await this.db.em.fork().transactional(async (em) => {
      const replaced = await storePassword(em, userId, where, passwordHash, now);
      if (!replaced) throw refusal();
      await confirm?.(em, replaced);
      recordAudit(em, now, actor, { ...audited, target: userTarget(userId) });
      // Devices with a credential do not know the password, and could not be signed in again remotely.
      return this.sessions.endings.revokeSomeWithin(em, userId, {
        kind: { $ne: SessionKind.DEVICE_CREDENTIAL },
        ...(keptSession ? { id: { $ne: keptSession } } : {}),
      });
    });
    await announce();
  }
}
