import { setTimeout as wait } from 'node:timers/promises';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { Database } from '../database/database.js';
import { DomainError } from '../errors.js';
import { requireActive } from '../users/account-status.js';
import { hashPassword, verification, verifyPassword } from '../users/passwords/password-hash.js';
import { passwordForms } from '../users/passwords/password-text.js';
import { User, UserStatus } from '../users/user.entity.js';
import type { Users } from '../users/users.js';

/**
 * The time that a failed verification takes for each form of the password (`passwordForms`), in milliseconds. Argon2id
 * takes about 45, an imported bcrypt hash of the usual costs 10 to 12 takes 110 to 370: without a common minimum the
 * time reveals which accounts exist. Costs above 12 still show until their owners log in.
 */
const MIN_FAILURE_MS = 400;

/** The account of a login name. */
export interface Account {
  /** Roles loaded; null when no account has the name. */
  readonly user: User | null;
  /** Whether a right password is accepted. If not, it fails as a wrong one. */
  readonly takesPassword: boolean;
  /** How long it took to find out, in milliseconds. */
  readonly foundMs: number;
}

/** A user whose password was verified. */
export interface VerifiedUser {
  readonly user: User;
  /** The hash that is stored now. */
  readonly passwordHash: string;
}

/** Verifies passwords at login, and upgrades outdated hashes. */
export class PasswordVerifier {
  constructor(
    private readonly db: Database,
    private readonly users: Users,
    private readonly minFailureMs = MIN_FAILURE_MS,
  ) {}

  /** @param login a username or phone in any spelling. */
  async findAccount(em: EntityManager, login: string): Promise<Account> {
    const start = performance.now();
    const user = await this.users.findByLoginName(em, login);
    return { user, takesPassword: true, foundMs: performance.now() - start };
  }

  /**
   * @throws DomainError ACCOUNT_UNKNOWN, ACCOUNT_DISABLED, PASSWORD_WRONG (checked in this order, in the same time),
   * UNAVAILABLE
   */
  async verify(account: Account, password: string): Promise<VerifiedUser> {
    const { user, passwordHash, isOutdated } = await this.#match(account, password);
    if (!isOutdated) return { user, passwordHash };
    return { user, passwordHash: await this.#upgrade(user.id, passwordHash, password) };
  }

  /** Fails like `verify` with a wrong password. @throws DomainError as `verify` */
  async reject(account: Account, password: string): Promise<never> {
    await this.#match({ ...account, takesPassword: false }, password);
    throw wrongPassword();
  }

  /** Waits for the time of a failed verification, without its work. */
  async delay({ foundMs }: Account, password: string): Promise<void> {
    await wait(Math.max(0, this.#minFailureMs(password) - foundMs));
  }

  async #match(
    { user, takesPassword, foundMs }: Account,
    password: string,
  ): Promise<VerifiedUser & { isOutdated: boolean }> {
    const passwordHash = takesPassword ? (user?.passwordHash ?? null) : null;
    const { matches, isOutdated, tookMs } = await verification(passwordHash, password);
    if (user && passwordHash && matches && user.status === UserStatus.ACTIVE) {
      return { user, passwordHash, isOutdated };
    }
    await wait(Math.max(0, this.#minFailureMs(password) - foundMs - tookMs));
    if (!user) throw new DomainError('ACCOUNT_UNKNOWN', 'There is no such account.');
    requireActive(user);
    throw wrongPassword();
  }

  #minFailureMs(password: string): number {
    return this.minFailureMs * passwordForms(password).length;
  }

  /**
   * Replaces an outdated hash.
   * @returns the hash that is stored now.
   * @throws DomainError PASSWORD_WRONG if the password was changed since it was verified.
   */
  async #upgrade(userId: number, verified: string, password: string): Promise<string> {
    const passwordHash = await hashPassword(password);
    const replaced = await this.db.em
      .fork()
      .nativeUpdate(User, { id: userId, passwordHash: verified }, { passwordHash });
    if (replaced === 1) return passwordHash;
    // Either a parallel login upgraded it, or the password was changed.
    const current = (await this.users.get(userId)).passwordHash;
    if (current && (await verifyPassword(current, password))) return current;
    throw wrongPassword();
  }
}

const wrongPassword = () => new DomainError('PASSWORD_WRONG', 'The password is wrong.');
