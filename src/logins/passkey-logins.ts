import type { PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/server';
import type { RelyingParty } from '../config.js';
import type { Database } from '../database/database.js';
import { DomainError, type DomainErrorCode } from '../errors.js';
import type { PasskeyVerifier, VerifiedPasskey } from '../passkeys/passkey-verifier.js';
import { invalidAnswer } from '../passkeys/webauthn.js';
import type { AddressLimit } from '../rate-limits/address-limit.js';
import type { LoginThrottle } from '../rate-limits/login-throttle.js';
import type { SessionPolicy } from '../sessions/session-policy.js';
import type { Client, OpenedSession, Sessions } from '../sessions/sessions.js';
import type { Users } from '../users/users.js';
import type { LoginAttempts } from './login-attempts.js';

export interface PasskeyLoginsOptions {
  readonly db: Database;
  readonly users: Users;
  readonly sessions: Sessions;
  readonly verifier: PasskeyVerifier;
  readonly attempts: LoginAttempts;
  readonly throttle: LoginThrottle;
  /** How many logins an address may begin. */
  readonly limit: AddressLimit;
}

/** Logs in with a passkey, which names its account. It verifies its user, so it is two factors at once. */
export class PasskeyLogins {
  constructor(private readonly options: PasskeyLoginsOptions) {}

  /** @returns options for `navigator.credentials.get`, as JSON. @throws DomainError THROTTLED */
  start(client: Client, party: RelyingParty): Promise<PublicKeyCredentialRequestOptionsJSON> {
    const { limit, verifier } = this.options;
    return limit.spend(client.address, () => verifier.start(boundTo(client), party));
  }

  /**
   * @param credential as `PublicKeyCredential.toJSON()` returns it.
   * @throws DomainError INVALID_INPUT (credential), PASSKEY_INVALID (also for disabled accounts), THROTTLED, UNAVAILABLE
   */
  async login(
    credential: unknown,
    client: Client,
    party: RelyingParty,
    policy: SessionPolicy,
  ): Promise<OpenedSession> {
    const { attempts, throttle, verifier } = this.options;
    const { address } = client;
    const findUserId = () => verifier.ownerOf(credential);
    return attempts.run({ findUserId, client, name: 'passkey', api: policy.api }, () =>
      throttle.attemptFrom(address, async () => {
        const passkey = await verifier.verify(credential, boundTo(client), party, address);
        return this.#open(passkey, client, policy).catch(hideAccount);
      }),
    );
  }

  async #open(passkey: VerifiedPasskey, client: Client, policy: SessionPolicy): Promise<OpenedSession> {
    const { db, users, sessions, verifier } = this.options;
    const handOut = await db.em.fork().transactional(async (em) => {
      const user = await users.get(passkey.userId, em);
      const opened = await sessions.openWithin(em, user, client, policy, { secondFactor: true });
      // After the account is locked, as everything locks them in this order.
      await verifier.recordUseWithin(em, passkey);
      return opened;
    });
    return handOut();
  }
}

/** A login belongs to the device that began it. */
const boundTo = ({ deviceId }: Client) => ({ purpose: 'login', subject: deviceId }) as const;

const ofAccount: ReadonlySet<DomainErrorCode> = new Set(['NOT_FOUND', 'ACCOUNT_UNKNOWN', 'ACCOUNT_DISABLED']);

/** An account that was disabled or deleted is like one that never had the passkey. */
function hideAccount(error: unknown): never {
  if (error instanceof DomainError && ofAccount.has(error.code)) return invalidAnswer();
  throw error;
}
