import type { PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/server';
import { type Actor, recordAudit, userTarget } from '../audit/audit.js';
import type { Clock } from '../clock.js';
import type { RelyingParty } from '../config.js';
import type { Database } from '../database/database.js';
import { DomainError } from '../errors.js';
import type { FactorMethod } from '../factors/account-factors.js';
import type { FactorProof, SecondFactors } from '../factors/second-factors.js';
import type { PasskeyVerifier } from '../passkeys/passkey-verifier.js';
import { isFailedAttempt, type LoginThrottle } from '../rate-limits/login-throttle.js';
import { requireLogin } from '../sessions/authorization.js';
import type { Caller } from '../sessions/caller.js';
import { endedSession } from '../sessions/ending/require-open-session.js';
import { Session } from '../sessions/session.entity.js';
import { verifyPassword } from '../users/passwords/password-hash.js';
import type { Users } from '../users/users.js';

/** How long a proof is fresh. */
export const FRESH_MS = 10 * 60_000;

/** The ways in which a session can prove its user again. */
export type StepUpMethod = 'PASSWORD' | FactorMethod;

/** A proof at a session. */
export type StepUpProof = { readonly password: string } | FactorProof;

interface StepUpsOptions {
  readonly db: Database;
  readonly users: Users;
  readonly factors: SecondFactors;
  readonly verifier: PasskeyVerifier;
  readonly throttle: LoginThrottle;
  readonly clock: Clock;
}

/**
 * Fresh proofs of the identity of a user: a login, or a later proof with the password, or with the second factor
 * of an account that has one. A stolen token alone cannot do what requires one.
 */
export class StepUps {
  constructor(private readonly options: StepUpsOptions) {}

  /**
   * Requires a proof at the session of the caller within the last 10 minutes. Read from the database, since it may have
   * been given at another node just before.
   * @throws DomainError FORBIDDEN (a machine), STEP_UP_REQUIRED with the methods, UNAUTHENTICATED (the session has ended)
   */
  async require(caller: Caller): Promise<void> {
    requireLogin(caller);
    const em = this.options.db.em.fork();
    const session = await em.findOne(Session, { id: caller.sessionId, revokedAt: null });
    if (!session) throw endedSession();
    const provenAt = session.provenAt?.getTime() ?? 0;
    if (provenAt > this.options.clock() - FRESH_MS) return;
    const methods = await this.#methodsOf(caller.user.id);
    const how = methods.length > 0 ? 'prove again who you are' : 'sign in again';
    const message = `This requires a proof within the last 10 minutes: ${how}.`;
    throw new DomainError('STEP_UP_REQUIRED', message, { methods });
  }

  /**
   * Proves again who the user of a session is. An account with a second factor must prove that.
   * @returns until when the proof is fresh.
   * @throws DomainError FORBIDDEN (a machine, or a password where a second factor is required), PASSWORD_WRONG,
   * SECOND_FACTOR_WRONG, PASSKEY_INVALID, THROTTLED, UNAVAILABLE, UNAUTHENTICATED (the session has ended)
   */
  async prove(caller: Caller, proof: StepUpProof, actor: Actor): Promise<Date> {
    requireLogin(caller);
    await this.#verify(caller, proof, actor.address ?? '').catch(async (error: unknown) => {
      if (isFailedAttempt(error)) await this.#record('session.step-up-refuse', caller, actor, error.code);
      throw error;
    });
    const now = this.options.clock();
    const em = this.options.db.em.fork();
    const open = { id: caller.sessionId, revokedAt: null };
    if ((await em.nativeUpdate(Session, open, { provenAt: new Date(now) })) === 0) throw endedSession();
    await this.#record('session.step-up', caller, actor, 'method' in proof ? proof.method : 'PASSWORD');
    return new Date(now + FRESH_MS);
  }

  /**
   * Asks a passkey of the caller for a proof.
   * @returns options for `navigator.credentials.get`, as JSON.
   * @throws DomainError FORBIDDEN (a machine), NOT_FOUND (the account has no passkey)
   */
  startPasskey(caller: Caller, party: RelyingParty): Promise<PublicKeyCredentialRequestOptionsJSON> {
    requireLogin(caller);
    return this.options.verifier.startProof(caller.user.id, caller.sessionId, party);
  }

  async #methodsOf(userId: number): Promise<readonly StepUpMethod[]> {
    const { secondFactorSince, passwordHash } = await this.options.users.get(userId);
    if (secondFactorSince !== null) return this.options.factors.methodsOf(userId);
    return passwordHash === null ? [] : ['PASSWORD'];
  }

  async #verify({ user, sessionId }: Caller, proof: StepUpProof, address: string): Promise<void> {
    const { users, factors, throttle } = this.options;
    const userId = user.id;
    if ('method' in proof) {
      return factors.prove(proof, { userId, address, at: 'session', subject: sessionId });
    }
    const { secondFactorSince, passwordHash } = await users.get(userId);
    if (secondFactorSince !== null) {
      const message = 'password is not enough: your account has a second factor. Prove that.';
      throw new DomainError('FORBIDDEN', message, { field: 'password' });
    }
    const verify = async () => {
      if (await verifyPassword(passwordHash, proof.password)) return;
      throw new DomainError('PASSWORD_WRONG', 'password is wrong.', { field: 'password' });
    };
    await throttle.attemptFrom(address, () =>
      throttle.attemptAsKnownClient(userId, `session ${sessionId}`, verify),
    );
  }

  async #record(
    action: 'session.step-up' | 'session.step-up-refuse',
    { user: { id } }: Caller,
    actor: Actor,
    detail: string,
  ): Promise<void> {
    const em = this.options.db.em.fork();
    recordAudit(em, new Date(this.options.clock()), actor, { action, target: userTarget(id), detail });
    await em.flush();
  }
}
