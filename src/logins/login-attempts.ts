import { recordAudit, userTarget } from '../audit/audit.js';
import type { AuditAction } from '../audit/audit-entry.entity.js';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import type { DomainErrorCode } from '../errors.js';
import { addressBucket } from '../rate-limits/address-bucket.js';
import type { Waiter } from '../rate-limits/fair-queue.js';
import type { FairTurns } from '../rate-limits/fair-turns.js';
import { isFailedAttempt } from '../rate-limits/login-throttle.js';
import type { RecentClients } from '../sessions/recent-clients.js';
import type { Client } from '../sessions/sessions.js';

/** One attempt to log in. */
export interface LoginAttempt {
  /** Finds the account to record a failure of; null when no account has the name. */
  readonly findUserId: () => Promise<number | null>;
  readonly client: Pick<Client, 'address' | 'deviceId'>;
  /** The canonical login name. The names that are used from one address take turns. */
  readonly name: string;
  /** The API that is called, as its session policy names it. */
  readonly api: string;
  /** What to record of a failure; a refused login by default. */
  readonly action?: AuditAction;
  /** Why the login was refused, if the answer must not say so; null if it does. */
  readonly refusal?: () => DomainErrorCode | null;
}

/**
 * Lets logins take turns, and records failed ones in the audit log. Clients that have signed in before take turns with
 * strangers, so that a flood of wrong passwords from many addresses does not keep them out.
 */
export class LoginAttempts {
  /** @param turns those of all logins, each of weight 1. */
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly turns: FairTurns,
    private readonly recentClients: RecentClients,
  ) {}

  /** How many logins wait for their turn. */
  get waiting(): number {
    return this.turns.waiting;
  }

  /**
   * Runs `login` in its turn and records its failure. Throttled attempts are not recorded, so that the throttle limits
   * how fast the log grows, and neither is the name that was entered, which may be a password.
   * @throws DomainError UNAVAILABLE if too many logins wait; as `login`.
   */
  async run<T>(attempt: LoginAttempt, login: () => Promise<T>): Promise<T> {
    try {
      return await this.turns.run(this.#waiterOf(attempt), 1, login);
    } catch (error) {
      if (isFailedAttempt(error)) await this.record(attempt, attempt.refusal?.() ?? error.code);
      throw error;
    }
  }

  #waiterOf({ client, name }: LoginAttempt): Waiter {
    const known = this.waiting > 0 ? this.recentClients.find(client) : null;
    return { caller: known ?? addressBucket(client.address), member: name, isKnown: known !== null };
  }

  /** Records a failure in the audit log, for logins that take no turns. */
  async record(
    { findUserId, client: { address }, api, action = 'session.refuse' }: Omit<LoginAttempt, 'name'>,
    code: DomainErrorCode,
  ): Promise<void> {
    const userId = await findUserId();
    const em = this.db.em.fork();
    recordAudit(
      em,
      new Date(this.clock()),
      { userId: null, address },
      {
        action,
        ...(userId === null ? {} : { target: userTarget(userId) }),
        detail: `${api} ${code}`,
      },
    );
    await em.flush();
  }
}
