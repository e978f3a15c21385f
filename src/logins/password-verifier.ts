import { setTimeout as wait } from 'node:timers/promises';
import type { EntityManager } from '@mikro-orm/postgresql';
import { DomainError } from '../errors.js';
import { requireActive } from '../users/account-status.js';
import { hashPassword, verification, verifyPassword } from '../users/password-hash.js';
import { passwordForms } from '../users/password-text.js';
import { User, UserStatus } from '../users/user.entity.js';
import type { Users } from '../users/users.js';

/**
 * The time that a failed verification takes for each form of the password (`passwordForms`), in milliseconds. Argon2id
 * takes about 45, an imported bcrypt hash of the usual costs 10 to 12 takes 110 to 370: without a common minimum the
 * time reveals which accounts exist. Costs above 12 still show until their owners log in.
 */
const MIN_FAILURE_MS = 400;

/** A user whose password was verified. */
export interface VerifiedUser {
  readonly user: User;
  /** The hash that is stored now. */
  readonly passwordHash: string;
}

/** Verifies passwords at login, and upgrades outdated hashes. */
export class PasswordVerifier {
  constructor(
    private readonly users: Users,
    private readonly minFailureMs = MIN_FAILURE_MS,
  ) {}

  /**
   * @param userId null when no account has the name that was entered.
   * @returns the user, managed by `em`, roles loaded.
   * @throws DomainError ACCOUNT_UNKNOWN, ACCOUNT_DISABLED, PASSWORD_WRONG (checked in this order, in the same time),
   * UNAVAILABLE
   */
  async verify(em: EntityManager, userId: number | null, password: string): Promise<VerifiedUser> {
    const { user, passwordHash, isOutdated } = await this.#match(em, userId, password, { accepts: true });
    if (!isOutdated) return { user, passwordHash };
    return { user, passwordHash: await this.#upgrade(em, user.id, passwordHash, password) };
  }

  /** Fails like `verify` with a wrong password. @throws DomainError as `verify` */
  async reject(em: EntityManager, userId: number | null, password: string): Promise<never> {
    await this.#match(em, userId, password, { accepts: false });
    throw wrongPassword();
  }

  /** Waits for the time of a failed verification, without its work. */
  async delay(password: string): Promise<void> {
    await wait(this.#minFailureMs(password));
  }

  async #match(
    em: EntityManager,
    userId: number | null,
    password: string,
    { accepts }: { accepts: boolean },
  ): Promise<VerifiedUser & { isOutdated: boolean }> {
    const start = performance.now();
    // No user has the id 0. An unknown name is looked up too, because the query takes measurable time.
    const user = await this.users.find(userId ?? 0, em);
    const foundMs = performance.now() - start;
    const passwordHash = accepts ? (user?.passwordHash ?? null) : null;
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
  async #upgrade(em: EntityManager, userId: number, verified: string, password: string): Promise<string> {
    const passwordHash = await hashPassword(password);
    const replaced = await em.nativeUpdate(User, { id: userId, passwordHash: verified }, { passwordHash });
    if (replaced === 1) return passwordHash;
    // Either a parallel login upgraded it, or the password was changed.
    const current = (await this.users.get(userId)).passwordHash;
    if (current && (await verifyPassword(current, password))) return current;
    throw wrongPassword();
  }
}

const wrongPassword = () => new DomainError('PASSWORD_WRONG', 'The password is wrong.');
