import type { FilterQuery } from '@mikro-orm/core';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { Session } from './session.entity.js';

/**
 * How far each poll reaches back beyond the one before. A revocation carries the time of its decision, becomes
 * visible when its transaction commits, and may come from a clock that is behind ours.
 */
const OVERLAP_MS = 30_000;

/** Sessions that were revoked. */
export interface EndedSessions {
  readonly ids: readonly string[];
  readonly reason: 'LOGOUT' | 'REVOKED';
}

/** Revokes sessions, and notifies listeners of every revocation, those by other processes included. */
export class Revocations {
  readonly #listeners = new Set<(ended: EndedSessions) => Promise<void>>();
  /** The revocations that listeners were notified of within the overlap: time by session id. */
  readonly #notified = new Map<string, number>();
  #polledAt: number;

  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
  ) {
    this.#polledAt = clock();
  }

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
      const now = this.clock();
      // Set before the update, so that a concurrent poll cannot notify with the reason REVOKED.
      for (const id of ids) this.#notified.set(id, now);
      try {
        await em.nativeUpdate(Session, { id: { $in: ids }, revokedAt: null }, { revokedAt: new Date(now) });
      } catch (error) {
        for (const id of ids) this.#notified.delete(id);
        throw error;
      }
      await this.#notify({ ids, reason });
    }
  }

  /**
   * Notifies listeners of the sessions that other processes, such as the command line, revoked since the last poll.
   * @returns the ids of their users.
   */
  async poll(): Promise<number[]> {
    const now = this.clock();
    const since = this.#polledAt - OVERLAP_MS;
    const revoked = await this.db.em
      .fork()
      .execute<{ id: string; userId: number; at: Date }[]>(
        'select id, user_id as "userId", revoked_at as at from sessions where revoked_at > ?',
        [new Date(since).toISOString()],
      );
    const unknown = revoked.filter(({ id }) => !this.#notified.has(id));
    if (unknown.length > 0) await this.#notify({ ids: unknown.map(({ id }) => id), reason: 'REVOKED' });
    for (const { id, at } of unknown) this.#notified.set(id, new Date(at).getTime());
    for (const [id, at] of this.#notified) if (at <= since) this.#notified.delete(id);
    this.#polledAt = now;
    return [...new Set(unknown.map(({ userId }) => userId))];
  }

  async #notify(ended: EndedSessions): Promise<void> {
    await Promise.all([...this.#listeners].map((listener) => listener(ended)));
  }
}
