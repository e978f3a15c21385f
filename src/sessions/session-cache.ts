import { LRUCache } from 'lru-cache';
import type { Caller } from './caller.js';

const MAX_SESSIONS = 250_000;

/** A caller that `SessionActivity` updates on use. */
export interface CachedSession extends Caller {
  expiresAt: number;
  lastSeenAt: number;
}

/** Sessions by access token, until their users change. */
export class SessionCache {
  readonly #tokensByUser = new Map<number, Set<string>>();
  readonly #byToken = new LRUCache<string, CachedSession>({
    max: MAX_SESSIONS,
    dispose: ({ user }, token) => this.#forgetToken(user.id, token),
  });
  /** For each load under way, the users that were invalidated since it began. */
  readonly #loads = new Set<Set<number>>();

  /** Synchronous, because most requests are answered from here. */
  get(token: string): CachedSession | undefined {
    return this.#byToken.get(token);
  }

  /** Removes the sessions of a user, and makes loads under way read them again. */
  invalidate(userId: number): void {
    for (const invalidated of this.#loads) invalidated.add(userId);
    for (const token of this.#tokensByUser.get(userId) ?? []) this.#byToken.delete(token);
    this.#tokensByUser.delete(userId);
  }

  /** Caches what `read` returns for this token. */
  async load(token: string, read: () => Promise<CachedSession | null>): Promise<CachedSession | null> {
    const invalidated = new Set<number>();
    this.#loads.add(invalidated);
    try {
      let loaded = await read();
      // Only changes of the same user matter: under load some user always changes.
      while (loaded && invalidated.delete(loaded.user.id)) loaded = await read();
      if (loaded) this.#add(token, loaded);
      return loaded;
    } finally {
      this.#loads.delete(invalidated);
    }
  }

  #add(token: string, session: CachedSession): void {
    this.#byToken.set(token, session);
    const tokens = this.#tokensByUser.get(session.user.id) ?? new Set();
    this.#tokensByUser.set(session.user.id, tokens.add(token));
  }

  #forgetToken(userId: number, token: string): void {
    const tokens = this.#tokensByUser.get(userId);
    if (tokens?.delete(token) && tokens.size === 0) this.#tokensByUser.delete(userId);
  }
}
