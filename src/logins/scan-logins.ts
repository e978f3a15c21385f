import type { ScanTickets } from '../captchas/scan-tickets.js';
import type { Database } from '../database/database.js';
import type { SessionPolicy } from '../sessions/session-policy.js';
import type { Client, OpenedSession, Sessions } from '../sessions/sessions.js';
import type { Users } from '../users/users.js';

/** Logs in with a scan ticket that another session approved. */
export class ScanLogins {
  constructor(
    private readonly db: Database,
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
    const { userId, restricted, approvedBy } = await this.tickets.redeem(ticket, client.deviceId);
    const em = this.db.em.fork();
    const user = await this.users.get(userId, em);
    return this.sessions.open(em, user, client, policy, {
      restricted: restricted || policy.restricted,
      proof: { approvedBy },
    });
  }
}
