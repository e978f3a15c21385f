import type { Database } from '../database/database.js';
import type { DomainErrorCode } from '../errors.js';
import type { Attempt } from '../rate-limits/login-throttle.js';
import type { SessionPolicy } from '../sessions/session-policy.js';
import type { Client, OpenedSession } from '../sessions/sessions.js';
import { canonicalLoginName } from '../users/names/login-names.js';
import { factorRefusal } from './factor-refusal.js';
import type { LoginAttempts } from './login-attempts.js';
import type { LoginChallenges } from './login-challenges.js';
import type { PasswordGuard } from './password-guard.js';

export interface PasswordCredentials {
  /** A username or a phone, in any spelling. */
  readonly login: string;
  readonly password: string;
  /** Whether the client solved an image captcha, could be asked for one, or cannot. */
  readonly captcha: Attempt['captcha'];
}

/** Logs in with a username or phone and a password. */
export class PasswordLogins {
  constructor(
    private readonly db: Database,
    private readonly challenges: LoginChallenges,
    private readonly guard: PasswordGuard,
    private readonly attempts: LoginAttempts,
  ) {}

  /** How many logins wait for their turn, those by phone included. */
  get waiting(): number {
    return this.attempts.waiting;
  }

  /**
   * An account whose second factor the API cannot ask for is refused as with a wrong password.
   * @throws DomainError SECOND_FACTOR_REQUIRED with a challenge; ACCOUNT_UNKNOWN, ACCOUNT_DISABLED, PASSWORD_WRONG (checked in this order, in the same time),
   * CAPTCHA_REQUIRED, THROTTLED, UNAVAILABLE
   */
  async login(
    { login, password, captcha }: PasswordCredentials,
    client: Client,
    policy: SessionPolicy,
  ): Promise<OpenedSession> {
    const { address } = client;
    const name = canonicalLoginName(login);
    let userId: number | null = null;
    let refusal: DomainErrorCode | null = null;
    const attempt = {
      findUserId: async () => userId,
      client,
      name,
      api: policy.api,
      refusal: () => refusal,
    };
    return this.attempts.run(attempt, async () => {
      const em = this.db.em.fork();
      const found = await this.guard.findAccount(em, login);
      userId = found.user?.id ?? null;
      refusal = found.user && factorRefusal(found.user, policy);
      const account = { ...found, takesPassword: refusal === null };
      const limited = { name, userId, address, captcha };
      const { user, passwordHash } = await this.guard.verify(account, limited, password, client);
      return this.challenges.open(em, user, client, policy, { proof: { passwordHash } });
    });
  }
}
