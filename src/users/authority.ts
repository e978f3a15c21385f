import type { EntityManager } from '@mikro-orm/postgresql';
import type { Actor } from '../audit/audit.js';
import { DomainError } from '../errors.js';
import {
  grantedPermissions,
  NO_PERMISSIONS,
  type Permission,
  permissionName,
  UNLIMITED,
} from './permissions.js';
import { User, UserStatus } from './user.entity.js';

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
  const held = await currentPermissions(em, userId, ceiling);
  const missing = [...grantedPermissions(permissions, UNLIMITED)].find((permission) => !held.has(permission));
  if (missing) throw new DomainError('FORBIDDEN', `${refusal}: ${permissionName(missing)}.`);
}

/**
 * The permissions of an account as the database has them, whatever its sessions remember; none once it is disabled or
 * deleted.
 * @param ceiling all that it can be allowed; null without a limit.
 */
export async function currentPermissions(
  em: EntityManager,
  userId: number,
  ceiling: readonly string[] | null = null,
): Promise<ReadonlySet<Permission>> {
  const user = await em.findOne(User, { id: userId, status: UserStatus.ACTIVE }, { populate: ['roles'] });
  if (!user) return NO_PERMISSIONS;
  const granted = user.roles.getItems().flatMap(({ permissions }) => permissions);
  return grantedPermissions(granted, { ...UNLIMITED, ceiling });
}
