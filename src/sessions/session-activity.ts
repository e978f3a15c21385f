import { batches } from '../database/batches.js';
import type { Database } from '../database/database.js';
import type { Caller } from './caller.js';

/** A caller whose use is recorded. */
export interface UsedSession extends Caller {
  expiresAt: number;
  lastSeenAt: number;
}

/** Records when sessions are used, and slides their expiration. Written to the database in batches. */
export class SessionActivity {
  /** By session id; newer than the rows in the database. */
  readonly #unsaved = new Map<string, UsedSession>();

  constructor(private readonly db: Database) {}

  /** Records the use of a valid session. */
  record(session: UsedSession, now: number): void {
    session.lastSeenAt = now;
    if (session.slidingMs !== null) {
      session.expiresAt = Math.min(now + session.slidingMs, session.absoluteExpiresAt);
    }
    this.#unsaved.set(session.sessionId, session);
  }

  /** The expiration that is not saved yet, in milliseconds. */
  unsavedExpiry(sessionId: string): number | undefined {
    return this.#unsaved.get(sessionId)?.expiresAt;
  }

  /** Writes all unsaved uses that no other node has overtaken. After a failure the next call writes the rest. */
  async save(): Promise<void> {
    // A copy: sessions that are used meanwhile would never let the iteration end.
    for (const batch of batches([...this.#unsaved.values()])) await this.#saveBatch(batch);
  }

  async #saveBatch(sessions: readonly UsedSession[]): Promise<void> {
    const time = (ms: number) => new Date(ms).toISOString();
    const used = sessions.map(({ sessionId, slidingMs, lastSeenAt, expiresAt }) => ({
      id: sessionId,
      at: time(lastSeenAt),
      until: slidingMs === null ? null : time(expiresAt),
      lastSeenAt,
    }));
    await this.db.em.execute(
      `update sessions s set last_seen_at = greatest(used.at, s.last_seen_at),
         token_expires_at = greatest(used.until, s.token_expires_at),
         expires_at = greatest(used.until, s.expires_at)
       from (select * from json_to_recordset(?) as t(id uuid, at timestamptz, until timestamptz)) used
       where s.id = used.id`,
      [JSON.stringify(used)],
    );
    for (const { id, lastSeenAt } of used) {
      const wasUsedMeanwhile = this.#unsaved.get(id)?.lastSeenAt !== lastSeenAt;
      if (!wasUsedMeanwhile) this.#unsaved.delete(id);
    }
  }
}
