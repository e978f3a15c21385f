import type { FilterQuery } from '@mikro-orm/core';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import type { AccountChanges, EndReason } from '../users/account-changes.js';
import { Session } from './session.entity.js';

/** Sessions that were revoked. */
export interface EndedSessions {
  readonly ids: readonly string[];
  readonly reason: EndReason;
}

/** Revokes sessions, and notifies listeners of every revocation, those by other processes included. */
export class Revocations {
  readonly #listeners = new Set<(ended: EndedSessions) => Promise<void>>();

  constructor(
    private readonly db: Database,
    private readonly changes: AccountChanges,
    private readonly clock: Clock,
  ) {}

  /** Calls back when sessions were revoked, and waits for the result. */
  onEnd(listener: (ended: EndedSessions) => Promise<void>): void {
    this.#listeners.add(listener);
  }

  /** Revokes the sessions that match. */
  async revoke(where: FilterQuery<Session>, reason: EndReason): Promise<void> {
    const em = this.db.em.fork();
    // Repeated until none is left, because a session that one of them approved may open in between.
    for (;;) {
      const sessions = await em.find(Session, { $and: [where, { revokedAt: null }] }, { fields: ['id'] });
      const ids = sessions.map(({ id }) => id);
      if (ids.length === 0) return;
      await this.#save(ids, reason);
      await this.notify({ ids, reason });
    }
  }

  async notify(ended: EndedSessions): Promise<void> {
    await Promise.all([...this.#listeners].map((listener) => listener(ended)));
  }

  async #save(ids: readonly string[], reason: EndReason): Promise<void> {
    const now = new Date(this.clock()).toISOString();
    await this.db.em.fork().execute(
      `with revoked as (
         update sessions set revoked_at = ? where id = any(?::uuid[]) and revoked_at is null returning id, user_id
       )
       insert into session_revocations (origin, user_id, session_id, reason, at)
       select ?::uuid, user_id, id, ?, ?::timestamptz from revoked`,
      [now, `{${ids.join(',')}}`, this.changes.origin, reason, now],
    );
  }
}
