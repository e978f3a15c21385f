import type { Database } from '../database/database.js';
import type { CachedSession } from './session-cache.js';

/** Sessions that were used since they were written last, by id: newer than what the database says. */
export class SessionActivity {
  readonly #unsaved = new Map<string, CachedSession>();

  constructor(private readonly db: Database) {}

  /** A use of a session that is good; a sliding one is prolonged. */
  record(session: CachedSession, now: number): void {
    session.lastSeenAt = now;
    if (session.slidingMs !== null)
      session.expiresAt = Math.min(now + session.slidingMs, session.absoluteExpiresAt);
    this.#unsaved.set(session.sessionId, session);
  }

  /** When a session that was used ends, in milliseconds; undefined where the database knows. */
  unsavedExpiry(sessionId: string): number | undefined {
    return this.#unsaved.get(sessionId)?.expiresAt;
  }

  /** Writes when sessions were last used, and prolongs sliding ones, all in one statement. */
  async save(): Promise<void> {
    const time = (ms: number) => new Date(ms).toISOString();
    const seen = [...this.#unsaved.values()].map(({ sessionId, slidingMs, lastSeenAt, expiresAt }) => ({
      id: sessionId,
      at: time(lastSeenAt),
      until: slidingMs === null ? null : time(expiresAt),
      lastSeenAt,
    }));
    if (seen.length === 0) return;
    await this.db.em.fork().execute(
      `update sessions s set last_seen_at = seen.at,
         token_expires_at = coalesce(seen.until, s.token_expires_at),
         expires_at = coalesce(seen.until, s.expires_at)
       from (select * from json_to_recordset(?) as t(id uuid, at timestamptz, until timestamptz)) seen
       where s.id = seen.id`,
      [JSON.stringify(seen)],
    );
    for (const { id, lastSeenAt } of seen) {
      if (this.#unsaved.get(id)?.lastSeenAt === lastSeenAt) this.#unsaved.delete(id);
    }
  }
}
