import { DomainError } from '../errors.js';
import { type Permission, permissionName } from '../users/permissions.js';
import type { Caller } from './caller.js';
import { SessionKind } from './session.entity.js';

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

/** Whether someone has signed in. Machines have tokens of their own. */
export const isLogin = ({ kind }: Pick<Caller, 'kind'>): boolean => kind === SessionKind.LOGIN;

/** Whether a device acts by its credential: it reads only itself. */
export const isDevice = ({ kind }: Pick<Caller, 'kind'>): boolean => kind === SessionKind.DEVICE_CREDENTIAL;

/**
 * For what would outlast a key, or give its holder more than the key allows. Further proof of the caller, such as a
 * second factor, belongs here.
 * @throws DomainError FORBIDDEN for a machine.
 */
export function requireLogin(caller: Caller): Caller {
  if (isLogin(caller)) return caller;
  throw new DomainError('FORBIDDEN', 'This requires a login: an API key is not enough.');
}

export const hasPermission = ({ permissions }: Caller, permission: Permission): boolean =>
  permissions.has(permission);

/** Whether a user's sessions, devices or other things are the caller's own, or open to the caller by the permission. */
export const mayAccess = (caller: Caller, ownerId: number, permission: Permission): boolean =>
  ownerId === caller.user.id || hasPermission(caller, permission);
