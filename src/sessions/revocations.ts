import type { FilterQuery } from '@mikro-orm/core';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { exclusively } from '../database/exclusive.js';
import { Session } from './session.entity.js';

/** Sessions that were revoked. */
export interface EndedSessions {
  readonly ids: readonly string[];
  readonly reason: 'LOGOUT' | 'REVOKED';
}

/**
 * Revokes sessions, and notifies listeners of every revocation, those by other processes included. Revocations are
 * numbered and committed in the same order, so that no process can read past one that is not committed yet.
 */
export class Revocations {
  readonly #listeners = new Set<(ended: EndedSessions) => Promise<void>>();
  /** Sessions that this process has revoked since the last poll. */
  readonly #own = new Set<string>();
  /** The number of the last revocation that was read; null before the first poll. */
  #position: string | null = null;

  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  /** Calls back when sessions were revoked, and waits for the result. */
  onEnd(listener: (ended: EndedSessions) => Promise<void>): void {
    this.#listeners.add(listener);
  }

  /** Revokes the sessions that match. */
  async revoke(where: FilterQuery<Session>, reason: EndedSessions['reason']): Promise<void> {
    const em = this.db.em.fork();
    // Repeated until none is left, because a session that one of them approved may open in between.
    for (;;) {
      const sessions = await em.find(Session, { $and: [where, { revokedAt: null }] }, { fields: ['id'] });
      const ids = sessions.map(({ id }) => id);
      if (ids.length === 0) return;
      // Before they are committed, so that a concurrent poll cannot notify with the reason REVOKED.
      for (const id of ids) this.#own.add(id);
      try {
        await this.#save(ids);
      } catch (error) {
        for (const id of ids) this.#own.delete(id);
        throw error;
      }
      await this.#notify({ ids, reason });
    }
  }

  /**
   * Notifies listeners of the sessions that other processes, such as the command line, revoked since the last poll. The
   * first poll finds out where to begin.
   * @returns the ids of their users.
   */
  async poll(): Promise<number[]> {
    const em = this.db.em.fork();
    if (this.#position === null) {
      const [last] = await em.execute<{ id: string }[]>(
        'select coalesce(max(id), 0)::text as id from session_revocations',
      );
      this.#position = last?.id ?? '0';
      return [];
    }
    const revoked = await em.execute<{ id: string; sessionId: string; userId: number }[]>(
      `select id::text, session_id as "sessionId", user_id as "userId"
       from session_revocations where id > ? order by session_revocations.id`,
      [this.#position],
    );
    const others = revoked.filter(({ sessionId }) => !this.#own.delete(sessionId));
    if (others.length > 0) {
      await this.#notify({ ids: others.map(({ sessionId }) => sessionId), reason: 'REVOKED' });
    }
    this.#position = revoked.at(-1)?.id ?? this.#position;
    return [...new Set(others.map(({ userId }) => userId))];
  }

  async #save(ids: readonly string[]): Promise<void> {
    const now = new Date(this.clock()).toISOString();
    await exclusively(this.db, 'revocations', (em) =>
      em.execute(
        `with revoked as (
           update sessions set revoked_at = ? where id = any(?::uuid[]) and revoked_at is null returning id, user_id
         )
         insert into session_revocations (session_id, user_id, at) select id, user_id, ? from revoked`,
        [now, `{${ids.join(',')}}`, now],
      ),
    );
  }

  async #notify(ended: EndedSessions): Promise<void> {
    await Promise.all([...this.#listeners].map((listener) => listener(ended)));
  }
}
