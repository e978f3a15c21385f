import type { Clock } from '../../clock.js';
import type { Database } from '../../database/database.js';
import type { Session } from '../../sessions/session.entity.js';
import type { Sessions } from '../../sessions/sessions.js';
import type { Heartbeats } from '../heartbeats/heartbeats.js';
import { KeyedQueue } from './keyed-queue.js';

/** Sessions that one login ends: more can be open only where the limit was lowered. */
const MAX_ENDED = 5000;

/** Limits the logins of a user that are open. Those of machines are limited where they are created. */
export class SessionLimit {
  /** By user: concurrent logins would end more sessions than are beyond the limit, each other's among them. */
  readonly #ends = new KeyedQueue<number>();

  constructor(
    private readonly db: Database,
    private readonly sessions: Sessions,
    private readonly heartbeats: Heartbeats,
    private readonly clock: Clock,
    private readonly perUser: number,
  ) {}

  /**
   * Ends the sessions beyond the limit, but never the one just opened. Those without an online device end first, and
   * among them those that were used least recently.
   * @param openSessions of the user, at most.
   */
  async enforce({ id, user }: Session, openSessions: number): Promise<void> {
    if (openSessions <= this.perUser) return;
    await this.#ends.run(user.id, () => this.#endExcess(user.id, id));
  }

  async #endExcess(userId: number, openedId: string): Promise<void> {
    if ((await this.#count(userId)) <= this.perUser) return;
    await this.heartbeats.saveTransitions();
    const excess = await this.db.em.execute<{ id: string }[]>(
      `select s.id from sessions s where s.user_id = ? and s.session_kind = 'LOGIN' and s.revoked_at is null and s.expires_at > ?
       order by s.id = ? desc, exists (select from devices d where d.session_id = s.id and d.online) desc,
         s.last_seen_at desc, s.created_at desc, s.id
       limit ? offset ?`,
      [userId, this.#now(), openedId, MAX_ENDED, this.perUser],
    );
    await this.sessions.endings.revokeSome(userId, { id: { $in: excess.map((session) => session.id) } });
  }

  async #count(userId: number): Promise<number> {
    const [row] = await this.db.em.execute<{ open: number }[]>(
      `select count(*)::int as open from sessions where user_id = ? and session_kind = 'LOGIN' and revoked_at is null and expires_at > ?`,
      [userId, this.#now()],
    );
    return row?.open ?? 0;
  }

  #now(): string {
    return new Date(this.clock()).toISOString();
  }
}
