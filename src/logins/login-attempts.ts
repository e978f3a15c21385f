import { recordAudit, userTarget } from '../audit/audit.js';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { isFailedAttempt } from '../rate-limits/login-throttle.js';

/** One attempt to log in. */
export interface LoginAttempt {
  /** Finds the account to record a failure of; null when no account has the name. */
  readonly findUserId: () => Promise<number | null>;
  readonly address: string;
  /** The API that is called, as its session policy names it. */
  readonly api: string;
}

/** Records failed logins in the audit log. */
export class LoginAttempts {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Runs `login` and records its failure. Throttled attempts are not recorded, so that the throttle limits how fast
   * the log grows, and neither is the name that was entered, which may be a password.
   */
  async audited<T>(attempt: LoginAttempt, login: () => Promise<T>): Promise<T> {
    try {
      return await login();
    } catch (error) {
      if (isFailedAttempt(error)) await this.#record(attempt, error.code);
      throw error;
    }
  }

  async #record({ findUserId, address, api }: LoginAttempt, code: string): Promise<void> {
    const userId = await findUserId();
    const em = this.db.em.fork();
    recordAudit(
      em,
      new Date(this.clock()),
      { userId: null, address },
      {
        action: 'session.refuse',
        ...(userId === null ? {} : { target: userTarget(userId) }),
        detail: `${api} ${code}`,
      },
    );
    await em.flush();
  }
}
