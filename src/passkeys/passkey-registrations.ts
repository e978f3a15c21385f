import { randomBytes } from 'node:crypto';
import { UniqueConstraintViolationException } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { PublicKeyCredentialCreationOptionsJSON } from '@simplewebauthn/server';
import type { Actor } from '../audit/audit.js';
import type { Clock } from '../clock.js';
import type { RelyingParty } from '../config.js';
import type { Database } from '../database/database.js';
import { DomainError } from '../errors.js';
import type { Enrollments } from '../factors/enrollments.js';
import { requireUnlimitedLogin } from '../sessions/authorization.js';
import type { Caller } from '../sessions/caller.js';
import { requireActive } from '../users/account-status.js';
import { displayPhone } from '../users/phone.js';
import { User } from '../users/user.entity.js';
import { readClientData, readRegistration } from './credential-response.js';
import { Passkey } from './passkey.entity.js';
import type { PlannedPasskey } from './passkey-challenge.entity.js';
import { CHALLENGE_LIFETIME_MS, type PasskeyChallenges } from './passkey-challenges.js';
import { readPasskeyName } from './passkey-name.js';
import {
  ALGORITHMS,
  bytesOf,
  invalidAnswer,
  loadWebauthn,
  type NewCredential,
  requirePage,
  verifyRegistration,
} from './webauthn.js';

/** Passkeys of an account. */
const MAX_PASSKEYS = 10;
const DEFAULT_NAME = 'Passkey';
const HANDLE_BYTES = 32;

/** A passkey that was added. */
export interface AddedPasskey {
  readonly passkey: Passkey;
  /** As `Enrolled.recoveryCodes`. */
  readonly recoveryCodes: readonly string[] | null;
}

/** Adds passkeys to accounts. */
export class PasskeyRegistrations {
  constructor(
    private readonly db: Database,
    private readonly challenges: PasskeyChallenges,
    private readonly enrollments: Enrollments,
    private readonly clock: Clock,
  ) {}

  /**
   * Begins to add a passkey to the caller's account.
   * @param input what to call the passkey; null for a name that fits any.
   * @returns options for `navigator.credentials.create`, as JSON.
   * @throws DomainError INVALID_INPUT (name), FORBIDDEN (no login), LIMIT_REACHED, UNAVAILABLE (a node of an earlier version
   * runs)
   */
  async start(
    input: string | null,
    caller: Caller,
    { id: rpID }: RelyingParty,
  ): Promise<PublicKeyCredentialCreationOptionsJSON> {
    requireUnlimitedLogin(caller);
    const name = input === null ? DEFAULT_NAME : readPasskeyName(input);
    this.enrollments.requireEveryNode();
    const em = this.db.em.fork();
    const user = await em.findOneOrFail(User, caller.user.id);
    const existing = await em.find(Passkey, { user: user.id }, { orderBy: { id: 'asc' } });
    requireRoom(existing.length);
    // One handle for an account: an authenticator keeps one passkey for each.
    const userHandle = existing[0]?.userHandle ?? randomBytes(HANDLE_BYTES).toString('base64url');
    const challenge = await this.challenges.issue(boundTo(caller), { name, userHandle });
    const { generateRegistrationOptions } = await loadWebauthn();
    const login = user.username ?? displayPhone(user.phone ?? '');
    return generateRegistrationOptions({
      rpID,
      rpName: 'Gatehouse',
      userID: bytesOf(userHandle),
      userName: login,
      userDisplayName: user.name ?? user.nickname ?? login,
      challenge: bytesOf(challenge),
      timeout: CHALLENGE_LIFETIME_MS,
      excludeCredentials: existing.map(({ credentialId: id, transports }) => ({ id, transports })),
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      supportedAlgorithmIDs: ALGORITHMS,
    });
  }

  /**
   * Adds the passkey that an authenticator has created. It is a second factor, too.
   * @param input as `PublicKeyCredential.toJSON()` returns it.
   * @throws DomainError INVALID_INPUT (credential), FORBIDDEN (no login), PASSKEY_INVALID, LIMIT_REACHED,
   * ACCOUNT_DISABLED, CONFLICT (the passkey is known already)
   */
  async finish(input: unknown, caller: Caller, party: RelyingParty, actor: Actor): Promise<AddedPasskey> {
    requireUnlimitedLogin(caller);
    const response = readRegistration(input);
    const page = readClientData(response);
    requirePage(page, party);
    const planned = await this.challenges.consume(page.challenge, boundTo(caller));
    if (planned === null) invalidAnswer();
    const credential = { ...planned, ...(await verifyRegistration(response, page, party)) };
    const adding = this.db.em.fork().transactional((em) => this.#add(em, credential, caller, actor));
    const { passkey, recoveryCodes, announce } = await adding.catch(refuseKnown);
    await announce();
    return { passkey, recoveryCodes };
  }

  async #add(em: EntityManager, credential: NewCredential & PlannedPasskey, caller: Caller, actor: Actor) {
    // Until the commit, so that parallel registrations respect the limit.
    const user = await this.enrollments.lock(em, caller.user.id);
    requireActive(user);
    requireRoom(await em.count(Passkey, { user: user.id }));
    const passkey = em.create(Passkey, { ...credential, user, createdAt: new Date(this.clock()) });
    await em.flush();
    const factor = `PASSKEY ${passkey.name}`;
    return { passkey, ...(await this.enrollments.added(em, user, caller, factor, actor)) };
  }
}

function refuseKnown(error: unknown): never {
  if (!(error instanceof UniqueConstraintViolationException)) throw error;
  throw new DomainError('CONFLICT', 'This passkey is in use already.', { field: 'credential' });
}

/** A registration belongs to the session that began it. */
const boundTo = ({ sessionId }: Caller) => ({ purpose: 'registration', subject: sessionId }) as const;

function requireRoom(existing: number): void {
  if (existing < MAX_PASSKEYS) return;
  throw new DomainError('LIMIT_REACHED', `An account may have ${MAX_PASSKEYS} passkeys.`);
}
