import type { EntityManager } from '@mikro-orm/postgresql';
import type { Actor } from '../audit/audit.js';
import { DomainError } from '../errors.js';
import { grantedPermissions, permissionName, UNLIMITED } from './permissions.js';
import { User } from './user.entity.js';

/**
 * Refuses to change an account that may do more than the actor: a new phone, password or role of it would be a way to
 * its permissions. The command line and the system may change all.
 * @throws DomainError FORBIDDEN
 */
export async function requireAuthorityOver(em: EntityManager, actor: Actor, user: User): Promise<void> {
  const granted = user.roles.getItems().flatMap(({ permissions }) => permissions);
  await requireAuthority(em, actor, granted, 'The account has a permission that you do not have');
}

/** Refuses to grant permissions that the actor does not have. @throws DomainError FORBIDDEN */
export const requireAuthorityToGrant = (
  em: EntityManager,
  actor: Actor,
  permissions: readonly string[],
): Promise<void> => requireAuthority(em, actor, permissions, 'You do not have a permission that you grant');

/** Reads the roles of the actor in the transaction of `em`: those that a session remembers may have changed. */
async function requireAuthority(
  em: EntityManager,
  { userId, ceiling = null }: Actor,
  permissions: readonly string[],
  refusal: string,
): Promise<void> {
  if (userId === null) return;
  const actor = await em.findOne(User, { id: userId }, { populate: ['roles'] });
  const held = grantedPermissions(actor?.roles.getItems().flatMap((role) => role.permissions) ?? [], {
    ...UNLIMITED,
    ceiling,
  });
  const missing = [...grantedPermissions(permissions, UNLIMITED)].find((permission) => !held.has(permission));
  if (missing) throw new DomainError('FORBIDDEN', `${refusal}: ${permissionName(missing)}.`);
}
