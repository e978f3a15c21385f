import type { Database } from '../database/database.js';
import type { SessionPolicy } from '../sessions/session-policy.js';
import type { Client, OpenedSession, Sessions } from '../sessions/sessions.js';
import type { NewUser, Users } from '../users/users.js';

/** Accounts that people open for themselves. */
export class Registrations {
  constructor(
    private readonly db: Database,
    private readonly users: Users,
    private readonly sessions: Sessions,
  ) {}

  /**
   * Creates the account, its phone unverified, and opens its first session.
   * @throws DomainError as `Users.register` does.
   */
  async register(
    account: NewUser & { password: string },
    client: Client,
    policy: SessionPolicy,
  ): Promise<OpenedSession> {
    const { id } = await this.users.register(account, client.address);
    const em = this.db.em.fork();
    return this.sessions.open(em, await this.users.get(id, em), client, policy);
  }
}
