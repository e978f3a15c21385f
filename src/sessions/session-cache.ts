import { LRUCache } from 'lru-cache';
import type { Caller } from './caller.js';

/** How many sessions are good without asking the database. */
const MAX_SESSIONS = 250_000;

/** A session that was read, for who changes it by its use. */
export interface CachedSession extends Caller {
  expiresAt: number;
  lastSeenAt: number;
}

/** Sessions by access token, until something about their users changes. */
export class SessionCache {
  readonly #tokensOf = new Map<number, Set<string>>();
  readonly #byToken = new LRUCache<string, CachedSession>({
    max: MAX_SESSIONS,
    dispose: ({ user }, token) => this.#drop(user.id, token),
  });
  /** For each session that is being read: whose changed meanwhile. */
  readonly #readings = new Set<Set<number>>();

  /** Not a promise: most requests are answered from here. */
  get(token: string): CachedSession | undefined {
    return this.#byToken.get(token);
  }

  /** What was kept of a user's sessions, or is being read now, is old. */
  invalidate(userId: number): void {
    for (const changed of this.#readings) changed.add(userId);
    for (const token of this.#tokensOf.get(userId) ?? []) this.#byToken.delete(token);
    this.#tokensOf.delete(userId);
  }

  /** Keeps what `read` finds of this token. */
  async load(token: string, read: () => Promise<CachedSession | null>): Promise<CachedSession | null> {
    const changed = new Set<number>();
    this.#readings.add(changed);
    try {
      let loaded = await read();
      // What was read may be old, and must not be kept. Not so for the changes of others: there are always some.
      while (loaded && changed.delete(loaded.user.id)) loaded = await read();
      if (loaded) this.#keep(token, loaded);
      return loaded;
    } finally {
      this.#readings.delete(changed);
    }
  }

  #drop(userId: number, token: string): void {
    const tokens = this.#tokensOf.get(userId);
    if (tokens?.delete(token) && tokens.size === 0) this.#tokensOf.delete(userId);
  }

  #keep(token: string, session: CachedSession): void {
    this.#byToken.set(token, session);
    const tokens = this.#tokensOf.get(session.user.id) ?? new Set();
    this.#tokensOf.set(session.user.id, tokens.add(token));
  }
}
