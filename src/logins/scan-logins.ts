import { expiredTicket, type ScanTickets } from '../captchas/scan-tickets.js';
import type { SessionPolicy } from '../sessions/session-policy.js';
import type { Client, OpenedSession } from '../sessions/sessions.js';
import type { Users } from '../users/users.js';
import { factorRefusal } from './factor-refusal.js';
import type { LoginAttempts } from './login-attempts.js';
import type { LoginChallenges } from './login-challenges.js';

/** Logs in with a scan ticket that another session approved. */
export class ScanLogins {
  constructor(
    private readonly users: Users,
    private readonly challenges: LoginChallenges,
    private readonly tickets: ScanTickets,
    private readonly attempts: LoginAttempts,
  ) {}

  /**
   * The new session never has more permissions than the one that approved the ticket. An account whose second factor the
   * API cannot ask for is refused as with an unknown ticket.
   * @throws DomainError SECOND_FACTOR_REQUIRED with a challenge; CAPTCHA_EXPIRED (also when the approving session has
   * ended), CAPTCHA_REQUIRED (not approved yet), FORBIDDEN (denied), ACCOUNT_DISABLED
   */
  async login(
    ticket: string,
    client: Client & { deviceId: string },
    policy: SessionPolicy,
  ): Promise<OpenedSession> {
    // In one transaction: a ticket whose session cannot be saved can be redeemed again.
    const handOut = await this.tickets.redeem(ticket, client.deviceId, async (em, scan) => {
      const user = await this.users.get(scan.userId, em);
      const refusal = factorRefusal(user, policy);
      if (refusal !== null) {
        const { api } = policy;
        await this.attempts.record({ findUserId: async () => user.id, client, api }, refusal);
        throw expiredTicket();
      }
      return this.challenges.openWithin(em, user, client, policy, {
        restricted: scan.restricted || policy.restricted,
        proof: { approvedBy: scan.approvedBy },
      });
    });
    return handOut();
  }
}
