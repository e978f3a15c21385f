import type { EntityManager } from '@mikro-orm/postgresql';
import type { PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/server';
import { recordAudit, userTarget } from '../audit/audit.js';
import type { Clock } from '../clock.js';
import type { RelyingParty } from '../config.js';
import type { Database } from '../database/database.js';
import { DomainError } from '../errors.js';
import type { PasskeyFactors, PasskeyProof, Prover } from '../factors/second-factors.js';
import { readAssertion, readClientData } from './credential-response.js';
import { Passkey } from './passkey.entity.js';
import { CHALLENGE_LIFETIME_MS, type ChallengeUse, type PasskeyChallenges } from './passkey-challenges.js';
import {
  bytesOf,
  type CredentialUse,
  invalidAnswer,
  loadWebauthn,
  requirePage,
  verifyAssertion,
} from './webauthn.js';

/** A passkey whose owner has just proven to have it. */
export interface VerifiedPasskey {
  readonly id: number;
  readonly userId: number;
  readonly use: CredentialUse;
}

/** Asks passkeys to sign challenges, and verifies their answers. */
export class PasskeyVerifier implements PasskeyFactors {
  constructor(
    private readonly db: Database,
    private readonly challenges: PasskeyChallenges,
    private readonly clock: Clock,
  ) {}

  /**
   * @param allowed the passkeys that may answer; any that its authenticator finds by default.
   * @returns options for `navigator.credentials.get`, as JSON.
   */
  async start(
    use: ChallengeUse,
    { id: rpID }: RelyingParty,
    allowed: readonly Pick<Passkey, 'credentialId' | 'transports'>[] = [],
  ): Promise<PublicKeyCredentialRequestOptionsJSON> {
    const challenge = await this.challenges.issue(use);
    const { generateAuthenticationOptions } = await loadWebauthn();
    return generateAuthenticationOptions({
      rpID,
      challenge: bytesOf(challenge),
      timeout: CHALLENGE_LIFETIME_MS,
      userVerification: 'required',
      allowCredentials: allowed.map(({ credentialId: id, transports }) => ({ id, transports })),
    });
  }

  /**
   * Asks a passkey of an account for the proof of a second factor.
   * @param subject the login or session that the proof is for.
   * @throws DomainError NOT_FOUND (the account has no passkey)
   */
  async startProof(
    userId: number,
    subject: string,
    party: RelyingParty,
  ): Promise<PublicKeyCredentialRequestOptionsJSON> {
    const allowed = await this.db.em.fork().find(Passkey, { user: userId });
    if (allowed.length === 0) throw new DomainError('NOT_FOUND', 'The account has no passkey.');
    return this.start({ purpose: 'proof', subject }, party, allowed);
  }

  async prove({ credential, party }: PasskeyProof, { userId, address, subject }: Prover): Promise<void> {
    const passkey = await this.verify(credential, { purpose: 'proof', subject }, party, address);
    if (passkey.userId !== userId) invalidAnswer();
    await this.recordUseWithin(this.db.em.fork(), passkey);
  }

  async deleteAll(em: EntityManager, userId: number): Promise<void> {
    await em.nativeDelete(Passkey, { user: userId });
  }

  /**
   * Verifies an answer, and uses its challenge up.
   * @param input as `PublicKeyCredential.toJSON()` returns it.
   * @param address of the client, for the audit log.
   * @throws DomainError INVALID_INPUT (credential), PASSKEY_INVALID
   */
  async verify(
    input: unknown,
    use: ChallengeUse,
    party: RelyingParty,
    address: string,
  ): Promise<VerifiedPasskey> {
    const response = readAssertion(input);
    const page = readClientData(response);
    requirePage(page, party);
    await this.challenges.consume(page.challenge, use);
    const passkey = await this.#find(response.id);
    const { userHandle } = response.response;
    if (!passkey || (userHandle != null && userHandle !== passkey.userHandle)) invalidAnswer();
    const now = await verifyAssertion(response, page, party, passkey);
    if (now.backupEligible !== passkey.backupEligible) invalidAnswer();
    if (!isNext(now, passkey)) await this.#refuseCopy(passkey, address);
    return { id: passkey.id, userId: passkey.user.id, use: now };
  }

  /**
   * Records the use of a verified passkey in the transaction of what it allows.
   * @throws DomainError PASSKEY_INVALID if it was removed, or used meanwhile with a higher count
   */
  async recordUseWithin(
    em: EntityManager,
    { id, use: { counter, backedUp } }: VerifiedPasskey,
  ): Promise<void> {
    const found = await em.nativeUpdate(
      Passkey,
      { id, $or: [{ counter: { $lt: counter } }, ...(counter === 0 ? [{ counter }] : [])] },
      { counter, backedUp, lastUsedAt: new Date(this.clock()) },
    );
    if (found === 0) invalidAnswer();
  }

  /** The account of the passkey in an answer, verified or not; null for an unknown one. */
  async ownerOf(input: unknown): Promise<number | null> {
    return (await this.#find(readAssertion(input).id))?.user.id ?? null;
  }

  #find(credentialId: string): Promise<Passkey | null> {
    return this.db.em.fork().findOne(Passkey, { credentialId });
  }

  /** @throws DomainError PASSKEY_INVALID */
  async #refuseCopy({ user, name }: Passkey, address: string): Promise<never> {
    const em = this.db.em.fork();
    recordAudit(
      em,
      new Date(this.clock()),
      { userId: null, address },
      { action: 'user.passkey-refuse', target: userTarget(user.id), detail: name },
    );
    await em.flush();
    return invalidAnswer();
  }
}

/**
 * Whether a counter has advanced. One that has not is that of a copy; authenticators that synchronise their keys do not
 * count (https://www.w3.org/TR/webauthn-3/#sctn-sign-counter).
 */
const isNext = (now: CredentialUse, before: Passkey): boolean =>
  now.counter > before.counter || (now.counter === 0 && before.counter === 0);
