import { DomainError } from '../errors.js';
import { type Permission, permissionName } from '../users/permissions.js';
import type { Caller } from './caller.js';

/** @throws DomainError UNAUTHENTICATED without a caller. */
export function requireSignedIn(caller: Caller | null): Caller {
  if (caller) return caller;
  throw new DomainError('UNAUTHENTICATED', 'You are not signed in, or your session has ended.');
}

/** @throws DomainError UNAUTHENTICATED without a caller, FORBIDDEN for one without the permission. */
export function requirePermission(caller: Caller | null, permission: Permission): Caller {
  const signedIn = requireSignedIn(caller);
  if (hasPermission(signedIn, permission)) return signedIn;
  throw new DomainError('FORBIDDEN', `This requires the permission ${permissionName(permission)}.`);
}

export const hasPermission = ({ permissions }: Caller, permission: Permission): boolean =>
  permissions.has(permission);

/** Whether a user's sessions, devices or other things are the caller's own, or open to the caller by the permission. */
export const mayAccess = (caller: Caller, ownerId: number, permission: Permission): boolean =>
  ownerId === caller.user.id || hasPermission(caller, permission);
