import type { EntityManager, FilterQuery } from '@mikro-orm/postgresql';
import { User } from '../user.entity.js';
import { PasswordResetLink } from './password-reset-link.entity.js';

/** What a new password has replaced. */
export interface ReplacedPassword {
  /** The hash of the token of the link that it has ended; null if the account had none. */
  readonly endedLink: string | null;
}

/**
 * Stores the hash of a new password, and ends the reset link of the account, in the transaction of `em`.
 * @param where selects the account if what the change relies on still holds.
 * @returns null if it does not.
 */
export async function storePassword(
  em: EntityManager,
  userId: number,
  where: FilterQuery<User>,
  passwordHash: string,
  now: Date,
): Promise<ReplacedPassword | null> {
  const selected = { $and: [{ id: userId }, where] };
  // The account before its link, as everywhere: two transactions never wait for each other.
  const stored = await em.nativeUpdate(User, selected, { passwordHash, updatedAt: now });
  if (stored === 0) return null;
  return { endedLink: await endResetLink(em, userId) };
}

/** @returns the hash of the token of the link that has ended; null if the account had none. */
export async function endResetLink(em: EntityManager, userId: number): Promise<string | null> {
  const [ended] = await em.execute<{ hash: string }[]>(
    'delete from password_reset_links where user_id = ? returning token_hash as hash',
    [userId],
  );
  return ended?.hash ?? null;
}

/** Gives an account a reset link, and ends the one that it had. */
export async function storeResetLink(
  em: EntityManager,
  userId: number,
  tokenHash: string,
  expiresAt: Date,
): Promise<void> {
  await em.upsert(PasswordResetLink, { user: userId, tokenHash, expiresAt });
}
