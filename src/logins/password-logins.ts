import type { Database } from '../database/database.js';
import type { Attempt } from '../rate-limits/login-throttle.js';
import type { SessionPolicy } from '../sessions/session-policy.js';
import type { Client, OpenedSession, Sessions } from '../sessions/sessions.js';
import { canonicalLoginName } from '../users/login-names.js';
import type { LoginAttempts } from './login-attempts.js';
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
    private readonly sessions: Sessions,
    private readonly guard: PasswordGuard,
    private readonly attempts: LoginAttempts,
  ) {}

  /** How many logins wait for their turn, those by phone included. */
  get waiting(): number {
    return this.attempts.waiting;
  }

  /**
   * @throws DomainError ACCOUNT_UNKNOWN, ACCOUNT_DISABLED, PASSWORD_WRONG (checked in this order, in the same time),
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
    return this.attempts.run({ findUserId: async () => userId, client, name, api: policy.api }, async () => {
      const em = this.db.em.fork();
      const account = await this.guard.findAccount(em, login);
      userId = account.user?.id ?? null;
      const attempt = { name, userId, address, captcha };
      const { user, passwordHash } = await this.guard.verify(account, attempt, password, client);
      return this.sessions.open(em, user, client, policy, { proof: { passwordHash } });
    });
  }
}
