import type { FilterQuery } from '@mikro-orm/core';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { Session } from './session.entity.js';

/**
 * How far each look reaches back beyond the one before: a revocation carries the time at which it was decided,
 * is seen once its transaction ends, and may come from a clock that is behind ours.
 */
const OVERLAP_MS = 30_000;

/** Sessions that were ended before their time. */
export interface EndedSessions {
  readonly ids: readonly string[];
  readonly reason: 'LOGOUT' | 'REVOKED';
}

/** Ends sessions before their time, and tells who has to know; also of those that other processes ended. */
export class Revocations {
  readonly #listeners = new Set<(ended: EndedSessions) => Promise<void>>();
  /** Those that ended of late and were told of, by id, and when. */
  readonly #told = new Map<string, number>();
  #lookedAt: number;

  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
  ) {
    this.#lookedAt = clock();
  }

  /** Calls back when sessions were ended, and waits for it. */
  onEnd(listener: (ended: EndedSessions) => Promise<void>): void {
    this.#listeners.add(listener);
  }

  /** Ends the sessions that match. */
  async revoke(where: FilterQuery<Session>, reason: EndedSessions['reason']): Promise<void> {
    const em = this.db.em.fork();
    // Until none is left: one that the ended ones approved may have been opening until now.
    for (;;) {
      const ending = await em.find(Session, { $and: [where, { revokedAt: null }] }, { fields: ['id'] });
      const ids = ending.map(({ id }) => id);
      if (ids.length === 0) return;
      const now = this.clock();
      // Before others can see it, or a look at the same time would tell it with another reason.
      for (const id of ids) this.#told.set(id, now);
      try {
        await em.nativeUpdate(Session, { id: { $in: ids }, revokedAt: null }, { revokedAt: new Date(now) });
      } catch (error) {
        for (const id of ids) this.#told.delete(id);
        throw error;
      }
      await this.#tell({ ids, reason });
    }
  }

  /**
   * Tells of the sessions that other processes ended (the command line, another node) since the last look: one
   * read of an index, which finds nothing nearly always.
   * @returns whose they were.
   */
  async pollForeign(): Promise<number[]> {
    const now = this.clock();
    const since = this.#lookedAt - OVERLAP_MS;
    const ended = await this.db.em
      .fork()
      .execute<{ id: string; userId: number; at: Date }[]>(
        'select id, user_id as "userId", revoked_at as at from sessions where revoked_at > ?',
        [new Date(since).toISOString()],
      );
    const fresh = ended.filter(({ id }) => !this.#told.has(id));
    if (fresh.length > 0) await this.#tell({ ids: fresh.map(({ id }) => id), reason: 'REVOKED' });
    for (const { id, at } of fresh) this.#told.set(id, new Date(at).getTime());
    for (const [id, at] of this.#told) if (at <= since) this.#told.delete(id);
    this.#lookedAt = now;
    return [...new Set(fresh.map(({ userId }) => userId))];
  }

  async #tell(ended: EndedSessions): Promise<void> {
    await Promise.all([...this.#listeners].map((listener) => listener(ended)));
  }
}
