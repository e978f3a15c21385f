import { randomUUID } from 'node:crypto';
import { LockMode } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { type Actor, recordAudit, userTarget } from '../audit/audit.js';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { DomainError } from '../errors.js';
import { mayAccess, requireUnlimitedLogin } from '../sessions/authorization.js';
import { type Caller, MAX_CLIENT_TEXT_LENGTH } from '../sessions/caller.js';
import { requireOpenSession } from '../sessions/ending/require-open-session.js';
import { Api, Session, SessionKind } from '../sessions/session.entity.js';
import type { Sessions } from '../sessions/sessions.js';
import { DEVICE_CREDENTIAL, machineTokenHash, newMachineToken } from '../sessions/tokens/machine-token.js';
import { requireActive } from '../users/account-status.js';
import { requireAuthorityOver } from '../users/authority.js';
import type { Permission } from '../users/permissions.js';
import type { Users } from '../users/users.js';
import { UNLIMITED_MS } from './new-api-key.js';

/** Credentials that one request issues. */
export const MAX_ISSUED = 1000;

/** All that a device does. */
const PERMISSIONS: readonly Permission[] = ['devices:own', 'releases:read'];

/** A device to issue a credential for. */
interface CredentialDevice {
  readonly clientId: string;
  /** The name or model that it has reported. */
  readonly name: string | null;
}

/** A credential as its device or issuer sees it, once. */
export interface IssuedCredential {
  readonly clientId: string;
  readonly token: string;
}

interface DeviceCredentialsOptions {
  readonly db: Database;
  readonly users: Users;
  readonly sessions: Sessions;
  readonly clock: Clock;
  /** How many credentials an account may have: as many as devices. */
  readonly perAccount: number;
}

/**
 * Tokens of single devices. Each has a session, which is bound to the id that the device gives itself, and lasts until it
 * is revoked.
 */
export class DeviceCredentials {
  constructor(private readonly options: DeviceCredentialsOptions) {}

  /**
   * Issues credentials for devices of the caller's own account, or of another one. A device has one credential: its
   * former one is revoked.
   * @throws DomainError INVALID_INPUT, NOT_FOUND, FORBIDDEN (the caller is a machine, or may not manage the account),
   * UNAUTHENTICATED (the session has ended), ACCOUNT_DISABLED, LIMIT_REACHED
   */
  async issue(
    userId: number,
    clientIds: readonly string[],
    caller: Caller,
    actor: Actor,
  ): Promise<IssuedCredential[]> {
    requireUnlimitedLogin(caller);
    if (!mayAccess(caller, userId, 'users:manage')) {
      throw new DomainError('FORBIDDEN', 'You may issue credentials of your own devices only.');
    }
    checkClientIds(clientIds);
    const devices = [...new Set(clientIds)].map((clientId) => ({ clientId, name: null }));
    const { issued, announce } = await this.options.db.em.fork().transactional(async (em) => {
      const issuing = await this.issueWithin(em, userId, devices, actor);
      // After the lock on the account.
      await requireOpenSession(em, caller.sessionId);
      return issuing;
    });
    await announce();
    return issued;
  }

  /** Whether an account has a credential for the device with this id. */
  async hasCredential(em: EntityManager, userId: number, clientId: string): Promise<boolean> {
    const credential = {
      user: userId,
      kind: SessionKind.DEVICE_CREDENTIAL,
      deviceId: clientId,
      revokedAt: null,
    };
    return (await em.count(Session, credential)) > 0;
  }

  /**
   * Issues a credential in the transaction of `em`.
   * @returns it, and a function that must be called after the commit.
   */
  async issueWithin(
    em: EntityManager,
    userId: number,
    devices: readonly CredentialDevice[],
    actor: Actor,
  ): Promise<{ issued: IssuedCredential[]; announce: () => Promise<void> }> {
    const { users, sessions, clock, perAccount } = this.options;
    const account = await users.get(userId, em);
    // Until the commit, so that what disables the account finds the new sessions.
    await em.lock(account, LockMode.PESSIMISTIC_WRITE);
    await em.refresh(account, { populate: ['roles'] });
    requireActive(account);
    if (actor.userId !== userId) await requireAuthorityOver(em, actor, account);
    const ofDevices = {
      user: userId,
      kind: SessionKind.DEVICE_CREDENTIAL,
      deviceId: { $in: devices.map(({ clientId }) => clientId) },
    };
    const announce = await sessions.endings.revokeSomeWithin(em, userId, ofDevices);
    const kept = await em.count(Session, {
      user: userId,
      kind: SessionKind.DEVICE_CREDENTIAL,
      revokedAt: null,
    });
    if (kept + devices.length > perAccount) {
      throw new DomainError('LIMIT_REACHED', `An account may have ${perAccount} device credentials.`);
    }
    const now = clock();
    const issued = devices.map((device) => ({ ...device, token: newMachineToken(DEVICE_CREDENTIAL) }));
    for (const { clientId, name, token } of issued) {
      em.create(Session, sessionOf(userId, { clientId, name }, token, now));
      const action = { action: 'session.credential', target: userTarget(userId), detail: clientId } as const;
      recordAudit(em, new Date(now), actor, action);
    }
    await em.flush();
    return { issued, announce };
  }
}

/** @throws DomainError INVALID_INPUT */
export function checkClientIds(clientIds: readonly string[]): void {
  const isValid = (id: string) =>
    id.trim() !== '' && id.length <= MAX_CLIENT_TEXT_LENGTH && !id.includes('\0');
  if (clientIds.length >= 1 && clientIds.length <= MAX_ISSUED && clientIds.every(isValid)) return;
  const rule = `1 to ${MAX_ISSUED} ids of 1 to ${MAX_CLIENT_TEXT_LENGTH} characters`;
  throw new DomainError('INVALID_INPUT', `deviceIds must be ${rule}.`, { field: 'deviceIds' });
}

const sessionOf = (userId: number, { clientId, name }: CredentialDevice, token: string, now: number) => ({
  id: randomUUID(),
  user: userId,
  kind: SessionKind.DEVICE_CREDENTIAL,
  api: Api.GRAPHQL,
  restricted: true,
  permissions: [...PERMISSIONS],
  tokenHash: machineTokenHash(token),
  tokenExpiresAt: new Date(now + UNLIMITED_MS),
  expiresAt: new Date(now + UNLIMITED_MS),
  deviceId: clientId,
  deviceModel: name,
  createdAt: new Date(now),
  lastSeenAt: new Date(now),
});
