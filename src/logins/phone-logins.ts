import type { EntityManager } from '@mikro-orm/postgresql';
import type { SmsCodes } from '../captchas/sms-codes.js';
import type { Database } from '../database/database.js';
import { DomainError, type DomainErrorCode } from '../errors.js';
import { forgetClients } from '../sessions/known-clients.js';
import type { SessionPolicy } from '../sessions/session-policy.js';
import type { Client, OpenedSession, Sessions } from '../sessions/sessions.js';
import { requireActive } from '../users/account-status.js';
import { requirePhone } from '../users/names/login-names.js';
import { displayPhone } from '../users/phone.js';
import type { User } from '../users/user.entity.js';
import type { Users } from '../users/users.js';
import { factorRefusal } from './factor-refusal.js';
import type { LoginAttempts } from './login-attempts.js';
import type { LoginChallenges } from './login-challenges.js';

export interface PhoneCredentials {
  /** In any spelling. */
  readonly phone: string;
  /** From the SMS. */
  readonly code: string;
  /** The client device id that the code is bound to; by default the client's own. */
  readonly deviceId?: string | null;
}

interface PhoneLoginsOptions {
  readonly db: Database;
  readonly users: Users;
  readonly sessions: Sessions;
  readonly challenges: LoginChallenges;
  readonly codes: SmsCodes;
  readonly attempts: LoginAttempts;
}

/** Logs in with a phone and a code sent to it. */
export class PhoneLogins {
  constructor(private readonly options: PhoneLoginsOptions) {}

  /**
   * @param createsAccount whether an unknown phone gets an account, for the API that has no other way to register.
   * An account whose second factor the API cannot ask for is refused as with a wrong code.
   * @throws DomainError SECOND_FACTOR_REQUIRED with a challenge; INVALID_INPUT, CAPTCHA_EXPIRED, CAPTCHA_INVALID, ACCOUNT_UNKNOWN, ACCOUNT_DISABLED, THROTTLED,
   * UNAVAILABLE
   */
  async login(
    credentials: PhoneCredentials,
    client: Client,
    policy: SessionPolicy,
    { createsAccount }: { createsAccount: boolean },
  ): Promise<OpenedSession> {
    const phone = requirePhone(credentials.phone, 'phone');
    const { code, deviceId = client.deviceId } = credentials;
    const em = this.options.db.em.fork();
    const answer = { purpose: 'login', phone, code, deviceId } as const;
    let known: User | null = null;
    let refusal: DomainErrorCode | null = null;
    const findUserId = async () => known?.id ?? null;
    const attempt = { findUserId, client, name: phone, api: policy.api, refusal: () => refusal };
    return this.options.attempts.run(attempt, async () => {
      known = await this.options.users.findByPhone(em, phone);
      refusal = known && factorRefusal(known, policy);
      if (refusal !== null) return this.options.codes.refuse(answer, client);
      // Not in the transaction of the session: a wrong code counts, and a right one is used up, even if the login fails.
      await this.options.codes.consume(answer, client);
      if (known === null && !createsAccount) {
        throw new DomainError('ACCOUNT_UNKNOWN', 'No account has this phone.');
      }
      const user = known ?? (await this.#createAccount(em, phone, client));
      requireActive(user);
      await this.#markPhoneVerified(em, user, client);
      return this.options.challenges.open(em, user, client, policy, { proof: { phone } });
    });
  }

  #createAccount(em: EntityManager, phone: string, { address }: Client): Promise<User> {
    const account = { phone: displayPhone(phone), phoneVerified: true, passwordHash: null };
    return em.transactional((tx) => this.options.users.add(tx, account, { userId: null, address }));
  }

  async #markPhoneVerified(em: EntityManager, user: User, { address }: Client): Promise<void> {
    if (user.phoneVerifiedAt) return;
    const announce = await em.transactional(async (tx) => {
      if (!(await this.options.users.markPhoneVerified(tx, user, { userId: user.id, address }))) return null;
      // The earlier sessions and clients may belong to another person who registered this phone.
      await forgetClients(tx, user.id);
      return this.options.sessions.endings.revokeAllWithin(tx, user.id);
    });
    await announce?.();
  }
}
