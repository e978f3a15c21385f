import { hash, randomBytes } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/server';
import type { Clock } from '../clock.js';
import type { RelyingParty } from '../config.js';
import type { Database } from '../database/database.js';
import { DomainError } from '../errors.js';
import type { FactorProof, SecondFactors } from '../factors/second-factors.js';
import type { PasskeyVerifier } from '../passkeys/passkey-verifier.js';
import type { Client } from '../sessions/caller.js';
import type { KnownClients } from '../sessions/known-clients.js';
import { type LoginProof, secondFactorRequired } from '../sessions/opening/login-proof.js';
import type { OpeningOptions } from '../sessions/opening/openings.js';
import type { SessionPolicy } from '../sessions/session-policy.js';
import type { OpenedSession, Sessions } from '../sessions/sessions.js';
import { tokenHash } from '../sessions/tokens/token-signer.js';
import type { User } from '../users/user.entity.js';
import type { Users } from '../users/users.js';
import type { LoginAttempts } from './login-attempts.js';
import { type FirstStep, LoginChallenge } from './login-challenge.entity.js';

const LIFETIME_MS = 5 * 60_000;
const TOKEN_BYTES = 32;
/** Right and wrong ones of one challenge. Those of an account are limited, too. */
const MAX_ATTEMPTS = 5;
/**
 * Of one account at a time, so that a known password fills no table. Clients that the account knows have as many again, so
 * that strangers do not end theirs.
 */
const MAX_CHALLENGES = 20;

/** How a login that is to open a session began. */
export interface FirstStepOptions extends Omit<OpeningOptions, 'secondFactor'> {
  readonly proof: LoginProof;
}

interface LoginChallengesOptions {
  readonly db: Database;
  readonly users: Users;
  readonly sessions: Sessions;
  readonly factors: SecondFactors;
  readonly knownClients: KnownClients;
  readonly verifier: PasskeyVerifier;
  readonly attempts: LoginAttempts;
  readonly clock: Clock;
}

/** Opens the sessions of logins. An account with a second factor gets a challenge first. */
export class LoginChallenges {
  constructor(private readonly options: LoginChallengesOptions) {}

  /**
   * Opens a session, outside of any transaction.
   * @param user roles loaded.
   * @throws DomainError SECOND_FACTOR_REQUIRED with a challenge; as `Openings.openWithin`
   */
  async open(
    em: EntityManager,
    user: User,
    client: Client,
    policy: SessionPolicy,
    first: FirstStepOptions,
  ): Promise<OpenedSession> {
    const outcome = await this.openWithin(em, user, client, policy, first);
    return outcome();
  }

  /**
   * Opens a session in the transaction of `em`.
   * @returns a function that must be called after the commit, and returns the session.
   * @throws DomainError as `Openings.openWithin`; the function: SECOND_FACTOR_REQUIRED with a challenge
   */
  async openWithin(
    em: EntityManager,
    user: User,
    client: Client,
    policy: SessionPolicy,
    first: FirstStepOptions,
  ): Promise<() => Promise<OpenedSession>> {
    if (user.secondFactorSince === null || !policy.asksForSecondFactor) {
      return this.options.sessions.openWithin(em, user, client, policy, first);
    }
    const challenge = await this.#create(em, user, client, { restricted: policy.restricted, ...first });
    return async () => {
      const methods = await this.options.factors.methodsOf(user.id);
      throw secondFactorRequired({ challenge: { ...challenge, methods } });
    };
  }

  /**
   * Opens the session of a challenge, which a right proof uses up.
   * @param client from where it is completed. The session is of the client that the login began with.
   * @throws DomainError CHALLENGE_EXPIRED, SECOND_FACTOR_WRONG, THROTTLED, UNAVAILABLE; ACCOUNT_DISABLED and what else
   * `Openings.openWithin` throws, such as for a password that was changed meanwhile
   */
  async complete(
    token: string,
    proof: FactorProof,
    client: Client,
    policy: SessionPolicy,
  ): Promise<OpenedSession> {
    const { db, users, factors, knownClients, attempts } = this.options;
    const hashed = tokenHash(token);
    const challenge = await this.#take(hashed);
    const userId = challenge.user.id;
    const from = beganWith(challenge, client);
    const attempt = { findUserId: async () => userId, client: from, name: `user ${userId}`, api: policy.api };
    return attempts.run(attempt, async () => {
      const knownClient = await knownClients.find(userId, from);
      const prover = { userId, address: client.address, at: 'login', subject: hashed, knownClient } as const;
      await factors.prove(proof, prover);
      const handOut = await db.em.fork().transactional(async (em) => {
        if ((await em.nativeDelete(LoginChallenge, { tokenHash: hashed })) === 0) throw expiredChallenge();
        const user = await users.get(userId, em);
        return this.options.sessions.openWithin(em, user, from, policy, {
          proof: proofOf(challenge, user),
          restricted: challenge.restricted,
          secondFactor: true,
        });
      });
      return handOut();
    });
  }

  /**
   * Asks a passkey of the account for the proof of a challenge.
   * @returns options for `navigator.credentials.get`, as JSON.
   * @throws DomainError CHALLENGE_EXPIRED, NOT_FOUND (the account has no passkey)
   */
  async startPasskey(token: string, party: RelyingParty): Promise<PublicKeyCredentialRequestOptionsJSON> {
    const { db, verifier, clock } = this.options;
    const open = { tokenHash: tokenHash(token), expiresAt: { $gt: new Date(clock()) } };
    const challenge = await db.em.fork().findOne(LoginChallenge, open);
    if (!challenge) throw expiredChallenge();
    return verifier.startProof(challenge.user.id, challenge.tokenHash, party);
  }

  async #create(em: EntityManager, { id }: User, client: Client, { proof, restricted }: FirstStepOptions) {
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const expiresAt = new Date(this.options.clock() + LIFETIME_MS);
    const fromKnownClient = (await this.options.knownClients.find(id, client)) !== null;
    await em.insert(LoginChallenge, {
      tokenHash: tokenHash(token),
      user: id,
      ...storedProof(proof),
      restricted: restricted ?? false,
      deviceId: client.deviceId,
      clientVersion: client.version,
      deviceModel: client.model,
      fromKnownClient,
      attempts: 0,
      expiresAt,
    });
    await em.execute(
      `delete from login_challenges where token_hash in (
         select token_hash from login_challenges where user_id = ? and from_known_client = ?
         order by expires_at desc offset ?)`,
      [id, fromKnownClient, MAX_CHALLENGES],
    );
    return { token, expiresAt: expiresAt.toISOString() };
  }

  /** Counts an attempt before the proof is verified, so that parallel ones get no more. */
  async #take(hashed: string): Promise<LoginChallenge> {
    const em = this.options.db.em.fork();
    const open = {
      tokenHash: hashed,
      expiresAt: { $gt: new Date(this.options.clock()) },
      attempts: { $lt: MAX_ATTEMPTS },
    };
    const [counted] = await em.execute<{ hash: string }[]>(
      `update login_challenges set attempts = attempts + 1
       where token_hash = ? and expires_at > ? and attempts < ? returning token_hash as hash`,
      [hashed, open.expiresAt.$gt.toISOString(), MAX_ATTEMPTS],
    );
    const challenge = counted && (await em.findOne(LoginChallenge, { tokenHash: counted.hash }));
    if (!challenge) throw expiredChallenge();
    return challenge;
  }
}

const beganWith = (challenge: LoginChallenge, { address }: Client): Client => ({
  address,
  deviceId: challenge.deviceId,
  version: challenge.clientVersion,
  model: challenge.deviceModel,
});

function storedProof(proof: LoginProof): { method: FirstStep; reliesOn: string } {
  if ('passwordHash' in proof) return { method: 'password', reliesOn: digest(proof.passwordHash) };
  if ('phone' in proof) return { method: 'phone', reliesOn: proof.phone };
  return { method: 'scan', reliesOn: proof.approvedBy };
}

/** @throws DomainError CHALLENGE_EXPIRED if the password was changed. */
function proofOf({ method, reliesOn }: LoginChallenge, { passwordHash }: User): LoginProof {
  if (method === 'phone') return { phone: reliesOn };
  if (method === 'scan') return { approvedBy: reliesOn };
  if (passwordHash === null || digest(passwordHash) !== reliesOn) throw expiredChallenge();
  return { passwordHash };
}

/** So that the hash of a password is in one table only. */
const digest = (passwordHash: string): string => hash('sha256', passwordHash);

const expiredChallenge = () =>
  new DomainError('CHALLENGE_EXPIRED', 'challenge is unknown, used up or expired: sign in again.', {
    field: 'challenge',
  });
