import type { ScanTickets } from '../captchas/scan-tickets.js';
import type { SessionPolicy } from '../sessions/session-policy.js';
import type { Client, OpenedSession, Sessions } from '../sessions/sessions.js';
import type { Users } from '../users/users.js';

/** Logs in with a scan ticket that another session approved. */
export class ScanLogins {
  constructor(
    private readonly users: Users,
    private readonly sessions: Sessions,
    private readonly tickets: ScanTickets,
  ) {}

  /**
   * The new session never has more permissions than the one that approved the ticket.
   * @throws DomainError CAPTCHA_EXPIRED (also when the approving session has ended), CAPTCHA_REQUIRED (not approved
   * yet), FORBIDDEN (denied), ACCOUNT_DISABLED
   */
  async login(
    ticket: string,
    client: Client & { deviceId: string },
    policy: SessionPolicy,
  ): Promise<OpenedSession> {
    // In one transaction: a ticket whose session cannot be saved can be redeemed again.
    const handOut = await this.tickets.redeem(ticket, client.deviceId, async (em, scan) => {
      const user = await this.users.get(scan.userId, em);
      return this.sessions.openWithin(em, user, client, policy, {
        restricted: scan.restricted || policy.restricted,
        proof: { approvedBy: scan.approvedBy },
      });
    });
    return handOut();
  }
}
