import type { EntityManager } from '@mikro-orm/postgresql';
import type { SmsCodes } from '../captchas/sms-codes.js';
import type { Database } from '../database/database.js';
import { DomainError } from '../errors.js';
import { forgetClients } from '../sessions/known-clients.js';
import type { SessionPolicy } from '../sessions/session-policy.js';
import type { Client, OpenedSession, Sessions } from '../sessions/sessions.js';
import { requireActive } from '../users/account-status.js';
import { requirePhone } from '../users/login-names.js';
import { displayPhone } from '../users/phone.js';
import type { User } from '../users/user.entity.js';
import type { Users } from '../users/users.js';
import type { LoginAttempts } from './login-attempts.js';

export interface PhoneCredentials {
  /** In any spelling. */
  readonly phone: string;
  /** From the SMS. */
  readonly code: string;
  /** The client device id that the code is bound to; by default the client's own. */
  readonly deviceId?: string | null;
}

/** Logs in with a phone and a code sent to it. */
export class PhoneLogins {
  constructor(
    private readonly db: Database,
    private readonly users: Users,
    private readonly sessions: Sessions,
    private readonly codes: SmsCodes,
    private readonly attempts: LoginAttempts,
  ) {}

  /**
   * @param createsAccount whether an unknown phone gets an account, for the API that has no other way to register.
   * @throws DomainError INVALID_INPUT, CAPTCHA_EXPIRED, CAPTCHA_INVALID, ACCOUNT_UNKNOWN, ACCOUNT_DISABLED, THROTTLED,
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
    const em = this.db.em.fork();
    const findUserId = async () => (await this.users.findByPhone(em, phone))?.id ?? null;
    return this.attempts.run({ findUserId, client, name: phone, api: policy.api }, async () => {
      // Not in the transaction of the session: a wrong code counts, and a right one is used up, even if the login fails.
      await this.codes.consume({ purpose: 'login', phone, code, deviceId }, client);
      const known = await this.users.findByPhone(em, phone);
      if (known === null && !createsAccount) {
        throw new DomainError('ACCOUNT_UNKNOWN', 'No account has this phone.');
      }
      const user = known ?? (await this.#createAccount(em, phone, client));
      requireActive(user);
      await this.#markPhoneVerified(em, user, client);
      return this.sessions.open(em, user, client, policy, { proof: { phone } });
    });
  }

  #createAccount(em: EntityManager, phone: string, { address }: Client): Promise<User> {
    const account = { phone: displayPhone(phone), phoneVerified: true, passwordHash: null };
    return em.transactional((tx) => this.users.add(tx, account, { userId: null, address }));
  }

  async #markPhoneVerified(em: EntityManager, user: User, { address }: Client): Promise<void> {
    if (user.phoneVerifiedAt) return;
    const announce = await em.transactional(async (tx) => {
      if (!(await this.users.markPhoneVerified(tx, user, { userId: user.id, address }))) return null;
      // The earlier sessions and clients may belong to another person who registered this phone.
      await forgetClients(tx, user.id);
      return this.sessions.revokeAllWithin(tx, user.id);
    });
    await announce?.();
  }
}
