import { randomBytes } from 'node:crypto';
import { type Actor, recordAudit, userTarget } from '../audit/audit.js';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { DomainError } from '../errors.js';
import type { PasswordReplacement } from '../logins/password-replacement.js';
import type { AccountLimit } from '../rate-limits/account-limit.js';
import type { AddressLimit } from '../rate-limits/address-limit.js';
import { tokenHash } from '../sessions/tokens/token-signer.js';
import { requireActive, requirePerson } from '../users/account-status.js';
import { requireAuthorityOver } from '../users/authority.js';
import { checkNewPassword, standardPasswordPolicy } from '../users/passwords/password-policy.js';
import { PasswordResetLink } from '../users/passwords/password-reset-link.entity.js';
import { storeResetLink } from '../users/passwords/stored-password.js';
import { displayPhone } from '../users/phone.js';
import { type User, UserStatus } from '../users/user.entity.js';
import type { Users } from '../users/users.js';

/** How long a link is valid. */
const LIFETIME_MS = 24 * 3_600_000;
const TOKEN_BYTES = 32;

/** A link as its creator sees it, once. */
export interface NewResetLink {
  /** To append to the public URL. The token is in the fragment, which browsers send to no server. */
  readonly path: string;
  readonly expiresAt: Date;
}

interface ResetLinksOptions {
  readonly db: Database;
  readonly users: Users;
  readonly replacement: PasswordReplacement;
  /** Of links that an account creates. */
  readonly creations: AccountLimit;
  /** Of attempts to use a link. */
  readonly limit: AddressLimit;
  readonly clock: Clock;
}

/** Links that reset a password once, for people whom an administrator knows. */
export class ResetLinks {
  constructor(private readonly options: ResetLinksOptions) {}

  /**
   * Creates a link for an account, and ends the one that it had.
   * @throws DomainError NOT_FOUND, ACCOUNT_DISABLED, FORBIDDEN (the account may do more than the actor), THROTTLED
   */
  async create(userId: number, actor: Actor): Promise<NewResetLink> {
    const { db, users, creations, clock } = this.options;
    // The command line has no account, and no limit.
    if (actor.userId !== null) await creations.spend(actor.userId);
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const now = clock();
    const expiresAt = new Date(now + LIFETIME_MS);
    await db.em.fork().transactional(async (em) => {
      const user = await users.get(userId, em);
      requireActive(user);
      requirePerson(user);
      await requireAuthorityOver(em, actor, user);
      await storeResetLink(em, userId, tokenHash(token), expiresAt);
      recordAudit(em, new Date(now), actor, { action: 'user.reset-link', target: userTarget(userId) });
    });
    return { path: `/reset-password#${token}`, expiresAt };
  }

  /**
   * Sets a new password with the token of a link, and ends the link and all sessions of the account.
   * @returns the account, roles loaded, as it was before.
   * @throws DomainError FORBIDDEN (the link is not valid), INVALID_INPUT, THROTTLED
   */
  redeem(token: string, newPassword: string, address: string): Promise<User> {
    return this.options.limit.spend(address, () => this.#redeem(tokenHash(token), newPassword, address));
  }

  async #redeem(hash: string, newPassword: string, address: string): Promise<User> {
    const { db, users, replacement, clock } = this.options;
    const em = db.em.fork();
    const link = await em.findOne(PasswordResetLink, { tokenHash: hash });
    if (!link || link.expiresAt.getTime() <= clock()) throw invalidLink();
    const user = await users.get(link.user.id);
    if (user.status !== UserStatus.ACTIVE) throw invalidLink();
    const { id, username, phone } = user;
    await checkNewPassword(
      newPassword,
      standardPasswordPolicy,
      [username, phone && displayPhone(phone)],
      'newPassword',
    );
    await replacement.replace(
      {
        userId: id,
        password: newPassword,
        where: { status: UserStatus.ACTIVE },
        refusal: invalidLink,
        // The lock on the account lets one of two parallel requests find the link.
        confirm: async (_, { endedLink }) => {
          if (endedLink !== hash) throw invalidLink();
        },
      },
      { userId: id, address },
      { action: 'user.password-reset', detail: 'link' },
    );
    return user;
  }
}

const invalidLink = () =>
  new DomainError('FORBIDDEN', 'The link is not valid: it was used or replaced, or has expired.');
