import { randomUUID } from 'node:crypto';
import { requireStorable } from '../database/storable-text.js';
import { DomainError } from '../errors.js';
import { Api, SessionKind } from '../sessions/session.entity.js';
import { API_KEY, machineTokenHash, newMachineToken } from '../sessions/tokens/machine-token.js';
import { grantedPermissions, type Permission, permissionName, UNLIMITED } from '../users/permissions.js';
import type { User } from '../users/user.entity.js';

const DAY_MS = 86_400_000;
export const DEFAULT_LIFETIME_DAYS = 90;
export const MAX_LIFETIME_DAYS = 3650;
export const MAX_NAME_LENGTH = 128;
const HINT_LENGTH = 4;

/** The lifetime of keys without an expiry, so that each session has an end. */
export const UNLIMITED_MS = 100 * 365 * DAY_MS;

/** A key to create. */
export interface NewApiKey {
  readonly userId: number;
  readonly name: string;
  readonly permissions: readonly Permission[];
  /** Days until it expires; null for never. */
  readonly lifetimeDays: number | null;
}

/** @throws DomainError INVALID_INPUT, naming the field */
export function checkNewApiKey({ name, permissions, lifetimeDays }: NewApiKey): void {
  requireStorable('name', name);
  if (name.trim() === '' || name.length > MAX_NAME_LENGTH) {
    throw invalid('name', `must be 1 to ${MAX_NAME_LENGTH} characters`);
  }
  if (permissions.length === 0) throw invalid('permissions', 'must not be empty');
  if (lifetimeDays === null) return;
  if (!Number.isInteger(lifetimeDays) || lifetimeDays < 1 || lifetimeDays > MAX_LIFETIME_DAYS) {
    throw invalid(
      'lifetimeDays',
      `must be 1 to ${MAX_LIFETIME_DAYS}, or null for a key that does not expire`,
    );
  }
}

/**
 * @param account roles loaded.
 * @param held the permissions of the creator; null for the command line.
 * @throws DomainError INVALID_INPUT (beyond the account), FORBIDDEN (beyond the creator)
 */
export function checkKeyPermissions(
  permissions: readonly Permission[],
  account: User,
  held: ReadonlySet<Permission> | null,
): void {
  const granted = grantedPermissions(
    account.roles.getItems().flatMap((role) => role.permissions),
    UNLIMITED,
  );
  const beyondAccount = permissions.find((permission) => !granted.has(permission));
  if (beyondAccount) {
    throw invalid(
      'permissions',
      `must be permissions of the account, without ${permissionName(beyondAccount)}`,
    );
  }
  const beyondCreator = held && permissions.find((permission) => !held.has(permission));
  if (!beyondCreator) return;
  const message = `You do not have a permission that you grant: ${permissionName(beyondCreator)}.`;
  throw new DomainError('FORBIDDEN', message, { field: 'permissions' });
}

/** The rows of a key, and the key itself. Nothing is saved. */
export function apiKeyRows({ name, permissions, lifetimeDays }: NewApiKey, user: User, now: number) {
  const token = newMachineToken(API_KEY);
  const createdAt = new Date(now);
  const expiresAt = lifetimeDays === null ? null : new Date(now + lifetimeDays * DAY_MS);
  const ends = expiresAt ?? new Date(now + UNLIMITED_MS);
  const session = {
    id: randomUUID(),
    user,
    kind: SessionKind.API_KEY,
    api: Api.GRAPHQL,
    restricted: false,
    permissions: [...new Set(permissions)],
    tokenHash: machineTokenHash(token),
    tokenExpiresAt: ends,
    expiresAt: ends,
    createdAt,
    lastSeenAt: createdAt,
  };
  return {
    token,
    session,
    key: { user, name: name.trim(), hint: token.slice(-HINT_LENGTH), createdAt, expiresAt },
  };
}

const invalid = (field: string, rule: string) =>
  new DomainError('INVALID_INPUT', `${field} ${rule}.`, { field });
