import { growingCache } from '../../growing-cache.js';
import type { RememberedUser } from '../caller.js';
import type { UsedSession } from '../session-activity.js';

/** A session takes less than a kilobyte. */
const MAX_SESSIONS = 2 ** 20;

/** A user with remembered sessions, which share it. */
export interface CachedUser extends RememberedUser {
  /** Whether the user, its roles or its sessions have changed since it was read. */
  isStale: boolean;
  /** How many remembered sessions share it. */
  sessions: number;
}

/** A remembered session. */
export interface CachedSession extends UsedSession {
  user: CachedUser;
}

/** Sessions by the hash of their access token, until their users change. */
export class SessionCache {
  /** The users that are not stale. */
  readonly #users = new Map<number, CachedUser>();
  readonly #byToken = growingCache<string, CachedSession>(MAX_SESSIONS, ({ user }) => this.#release(user));
  /** For each load under way, the users that were invalidated since it began. */
  readonly #loads = new Set<Set<number>>();

  /** Synchronous, because most requests are answered from here. */
  get(hash: string): CachedSession | undefined {
    const session = this.#byToken.get(hash);
    if (!session?.user.isStale) return session;
    this.#byToken.delete(hash);
    return undefined;
  }

  /** Discards the sessions of a user, and makes loads under way read them again. */
  invalidate(userId: number): void {
    for (const invalidated of this.#loads) invalidated.add(userId);
    const user = this.#users.get(userId);
    if (!user) return;
    user.isStale = true;
    this.#users.delete(userId);
  }

  /** Caches what `read` returns for the token with this hash. */
  async load(hash: string, read: () => Promise<CachedSession | null>): Promise<CachedSession | null> {
    const invalidated = new Set<number>();
    this.#loads.add(invalidated);
    try {
      let loaded = await read();
      // Only changes of the same user matter: under load some user always changes.
      while (loaded && invalidated.delete(loaded.user.id)) loaded = await read();
      if (loaded) this.#add(hash, loaded);
      return loaded;
    } finally {
      this.#loads.delete(invalidated);
    }
  }

  #add(hash: string, session: CachedSession): void {
    // A load in parallel may have added it, and a heartbeat found its device.
    session.binding ??= this.get(hash)?.binding ?? null;
    const user = this.#users.get(session.user.id) ?? session.user;
    user.sessions += 1;
    session.user = user;
    this.#users.set(user.id, user);
    this.#byToken.set(hash, session);
  }

  #release(user: CachedUser): void {
    user.sessions -= 1;
    if (user.sessions === 0 && !user.isStale) this.#users.delete(user.id);
  }
}
