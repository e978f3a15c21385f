import { type Actor, userTarget } from '../audit/audit.js';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { DomainError, outage } from '../errors.js';
import type { Caller } from '../sessions/caller.js';
import { requirePerson } from '../users/account-status.js';
import { displayPhone } from '../users/phone.js';
import type { Users } from '../users/users.js';
import { Authenticator } from './authenticator.entity.js';
import type { Enrollments } from './enrollments.js';
import type { SecretCipher } from './secret-cipher.js';
import { MAX_ISSUER_LENGTH, newTotpSecret, totpStep, totpUri } from './totp.js';

/** How long an enrolment waits for its first code. */
const PENDING_MS = 10 * 60_000;

/** An authenticator app that is not confirmed yet. */
export interface PendingAuthenticator {
  /** In base32, for apps that cannot read the QR code. */
  readonly secret: string;
  /** The content of the QR code: `otpauth://…`. */
  readonly uri: string;
  readonly expiresAt: Date;
}

interface AuthenticatorsOptions {
  readonly db: Database;
  readonly users: Users;
  readonly enrollments: Enrollments;
  readonly cipher: SecretCipher;
  readonly clock: Clock;
}

/** Authenticator apps, whose codes prove a second factor. An account has one. */
export class Authenticators {
  constructor(private readonly options: AuthenticatorsOptions) {}

  /**
   * Creates a secret, which the same session must confirm with a code. Until then, the account's present app stays valid.
   * @param issuer what the app shows beside the account; `Gatehouse` by default.
   * @throws DomainError INVALID_INPUT, FORBIDDEN (a service account), UNAVAILABLE (a node of an earlier version runs)
   */
  async start({ user: { id }, sessionId }: Caller, issuer?: string): Promise<PendingAuthenticator> {
    checkIssuer(issuer);
    const { db, users, enrollments, cipher, clock } = this.options;
    enrollments.requireEveryNode();
    const user = await users.get(id);
    requirePerson(user);
    const secret = await newTotpSecret();
    const expiresAt = new Date(clock() + PENDING_MS);
    await db.em.fork().upsert(Authenticator, {
      user: id,
      pendingSecret: cipher.encrypt(secret, userTarget(id)),
      pendingSessionId: sessionId,
      pendingUntil: expiresAt,
    });
    const account = user.username ?? displayPhone(user.phone ?? '');
    return { secret, uri: await totpUri(secret, account, issuer), expiresAt };
  }

  /**
   * Confirms the secret with a code of the app.
   * @returns recovery codes, to show once; null if the account had a factor before.
   * @throws DomainError CHALLENGE_EXPIRED, SECOND_FACTOR_WRONG
   */
  async confirm(caller: Caller, code: string, actor: Actor): Promise<readonly string[] | null> {
    const { db, enrollments, clock } = this.options;
    const { id } = caller.user;
    const now = clock();
    const row = await db.em.fork().findOne(Authenticator, { user: id, pendingSessionId: caller.sessionId });
    if (!row?.pendingSecret || (row.pendingUntil?.getTime() ?? 0) <= now) throw expiredEnrollment();
    const lastStep = await totpStep(this.#decrypt(row.pendingSecret, id), code, now);
    if (lastStep === null) {
      throw new DomainError('SECOND_FACTOR_WRONG', 'code is wrong.', { field: 'code' });
    }
    const confirmed = {
      secret: row.pendingSecret,
      confirmedAt: new Date(now),
      lastStep,
      pendingSecret: null,
      pendingSessionId: null,
      pendingUntil: null,
    };
    const { recoveryCodes, announce } = await db.em.fork().transactional(async (em) => {
      const user = await enrollments.lock(em, id);
      const unchanged = { user: id, pendingSecret: row.pendingSecret };
      if ((await em.nativeUpdate(Authenticator, unchanged, confirmed)) === 0) throw expiredEnrollment();
      return enrollments.added(em, user, caller, 'TOTP', actor);
    });
    await announce();
    return recoveryCodes;
  }

  /** Removes the app of the caller. @throws DomainError NOT_FOUND */
  async remove({ user: { id } }: Caller, actor: Actor): Promise<void> {
    const { db, enrollments } = this.options;
    const announce = await db.em.fork().transactional(async (em) => {
      const user = await enrollments.lock(em, id);
      if ((await em.nativeDelete(Authenticator, { user: id, secret: { $ne: null } })) === 0) {
        throw new DomainError('NOT_FOUND', 'You have no authenticator app.');
      }
      return enrollments.removed(em, user, 'TOTP', actor);
    });
    announce();
  }

  /**
   * Verifies a code, and refuses it and all earlier ones from then on: of parallel uses, on any node, one succeeds.
   * @throws DomainError UNAVAILABLE if the key of the secret is missing
   */
  async verify(userId: number, code: string): Promise<boolean> {
    const { db, clock } = this.options;
    const em = db.em.fork();
    const row = await em.findOne(Authenticator, { user: userId });
    if (!row?.secret) return false;
    const step = await totpStep(this.#decrypt(row.secret, userId), code, clock());
    if (step === null) return false;
    const unused = { user: userId, secret: row.secret, lastStep: { $lt: step } };
    return (await em.nativeUpdate(Authenticator, unused, { lastStep: step })) === 1;
  }

  /**
   * Encrypts secrets with the first key that others encrypt, so that these can be removed a day after a rotation. Those
   * whose key is missing stay as they are.
   */
  async renewEncryption(): Promise<void> {
    const { db, cipher } = this.options;
    const em = db.em.fork();
    const isCurrent = { secret: { $like: `${cipher.currentPrefix}%` } };
    const outdated = { secret: { $ne: null }, $not: isCurrent };
    for (const { user, secret } of await em.find(Authenticator, outdated)) {
      const owner = userTarget(user.id);
      if (secret === null || !cipher.decrypts(secret)) continue;
      const encrypted = cipher.encrypt(cipher.decrypt(secret, owner), owner);
      await em.nativeUpdate(Authenticator, { user: user.id, secret }, { secret: encrypted });
    }
  }

  #decrypt(stored: string, userId: number): string {
    try {
      return this.options.cipher.decrypt(stored, userTarget(userId));
    } catch (error) {
      throw outage('Codes of the authenticator app cannot be verified now.', error);
    }
  }
}

/** The URI separates it from the account by a colon. @throws DomainError INVALID_INPUT */
function checkIssuer(issuer: string | undefined): void {
  if (issuer === undefined) return;
  if (issuer.trim() !== '' && issuer.length <= MAX_ISSUER_LENGTH && !issuer.includes(':')) return;
  const rule = `must be 1 to ${MAX_ISSUER_LENGTH} characters, without a colon`;
  throw new DomainError('INVALID_INPUT', `issuer ${rule}.`, { field: 'issuer' });
}

const expiredEnrollment = () =>
  new DomainError('CHALLENGE_EXPIRED', 'The enrolment has expired, or was started again. Start it again.');
