import { DomainError } from '../errors.js';
import { type Permission, permissionName } from '../users/permissions.js';
import type { Caller } from './caller.js';
import { SessionKind } from './session.entity.js';

/** @throws DomainError UNAUTHENTICATED without a caller. */
export function requireSignedIn(caller: Caller | null): Caller {
  if (caller) return caller;
  throw new DomainError('UNAUTHENTICATED', 'You are not signed in, or your session has ended.');
}

/**
 * @throws DomainError UNAUTHENTICATED without a caller, ENROLLMENT_REQUIRED for one who must enrol a second factor first,
 * FORBIDDEN for one without the permission.
 */
export function requirePermission(caller: Caller | null, permission: Permission): Caller {
  const signedIn = requireSignedIn(caller);
  if (hasPermission(signedIn, permission)) return signedIn;
  requireEnrolled(signedIn);
  throw new DomainError('FORBIDDEN', `This requires the permission ${permissionName(permission)}.`);
}

/** @throws DomainError ENROLLMENT_REQUIRED for a caller who must enrol a second factor first. */
export function requireEnrolled({ mustEnroll }: Caller): void {
  if (!mustEnroll) return;
  throw new DomainError('ENROLLMENT_REQUIRED', 'A role of yours requires a second factor: enrol one first.');
}

/** Whether someone has signed in. Machines have tokens of their own. */
export const isLogin = ({ kind }: Pick<Caller, 'kind'>): boolean => kind === SessionKind.LOGIN;

/** Whether a device acts by its credential: it reads only itself. */
export const isDevice = ({ kind }: Pick<Caller, 'kind'>): boolean => kind === SessionKind.DEVICE_CREDENTIAL;

/**
 * Guards what would outlast a key, or give its holder more than the key allows. `StepUps` asks for more.
 * @throws DomainError FORBIDDEN for a machine.
 */
export function requireLogin(caller: Caller): Caller {
  if (isLogin(caller)) return caller;
  throw new DomainError('FORBIDDEN', 'This requires a login: an API key is not enough.');
}

/**
 * Guards what opens further sessions without limits, keys and device credentials included.
 * @throws DomainError FORBIDDEN for a machine, and for a session that is limited, such as those of legacy APIs.
 */
export function requireUnlimitedLogin(caller: Caller): void {
  if (requireLogin(caller).restricted) {
    throw new DomainError('FORBIDDEN', 'This requires a login by GraphQL.');
  }
}

export const hasPermission = ({ permissions }: Caller, permission: Permission): boolean =>
  permissions.has(permission);

/** Whether a user's sessions, devices or other things are the caller's own, or open to the caller by the permission. */
export const mayAccess = (caller: Caller, ownerId: number, permission: Permission): boolean =>
  ownerId === caller.user.id || hasPermission(caller, permission);
