import { DomainError } from '../../errors.js';
import { growingCache } from '../../growing-cache.js';
import type { Caller } from '../../sessions/sessions.js';
import type { OfflineReason } from '../presence-event.entity.js';

/** Ended sessions in memory: more than can end while one request is handled. */
const CAPACITY = 100_000;

/** Refuses the heartbeats of requests that were authenticated before their session ended. */
export class RecentlyEndedSessions {
  readonly #reasons = growingCache<string, OfflineReason>(CAPACITY);

  add(sessionIds: readonly string[], reason: OfflineReason): void {
    for (const id of sessionIds) this.#reasons.set(id, reason);
  }

  /** Undefined for a session that has not ended lately. */
  reasonOf(sessionId: string): OfflineReason | undefined {
    return this.#reasons.get(sessionId);
  }

  /** @throws DomainError UNAUTHENTICATED when the session has ended. */
  requireOpen({ sessionId }: Caller): void {
    if (this.#reasons.has(sessionId)) throw new DomainError('UNAUTHENTICATED', 'Your session has ended.');
  }
}
