import { LRUCache } from 'lru-cache';
import type { Caller } from './caller.js';

/** How many sessions are good without asking the database. */
const REMEMBERED = 250_000;

/** A session that was read, and what its use changes. */
export interface Remembered extends Caller {
  /** Null where use does not prolong the token. */
  readonly slidingMs: number | null;
  /** When the session is over, in milliseconds, however much it is used. */
  readonly endsAt: number;
  expiresAt: number;
  seenAt: number;
}

/** Sessions by access token, until something about their users changes. */
export class SessionCache {
  readonly #tokensOf = new Map<number, Set<string>>();
  readonly #byToken = new LRUCache<string, Remembered>({
    max: REMEMBERED,
    dispose: ({ user }, token) => this.#tokensOf.get(user.id)?.delete(token),
  });
  #changes = 0;

  /** Not a promise: most requests are answered from here. */
  get(token: string): Remembered | undefined {
    return this.#byToken.get(token);
  }

  /** What was kept of a user's sessions, or is being read now, is old. */
  forget(userId: number): void {
    this.#changes += 1;
    for (const token of this.#tokensOf.get(userId) ?? []) this.#byToken.delete(token);
    this.#tokensOf.delete(userId);
  }

  /** Keeps what `read` finds of this token. */
  async load(token: string, read: () => Promise<Remembered | null>): Promise<Remembered | null> {
    for (;;) {
      const changes = this.#changes;
      const loaded = await read();
      if (!loaded) return null;
      // Something changed while we read: what was read may be old, and must not be kept.
      if (changes !== this.#changes) continue;
      this.#byToken.set(token, loaded);
      const tokens = this.#tokensOf.get(loaded.user.id) ?? new Set();
      this.#tokensOf.set(loaded.user.id, tokens.add(token));
      return loaded;
    }
  }
}
