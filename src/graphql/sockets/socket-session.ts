import type { Clock } from '../../clock.js';
import type { Caller, Sessions } from '../../sessions/sessions.js';

export interface SessionServices {
  readonly sessions: Sessions;
  readonly clock: Clock;
}

/** setTimeout takes at most 2^31 − 1 ms. */
const LONGEST_TIMER_MS = 2_147_483_647;

/**
 * The session behind a socket. It ends the socket when the session ends, and when the permissions of its user change:
 * subscriptions were opened with the old ones.
 */
export class SocketSession {
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  /** The latest check; null before the first one. */
  #check: Promise<void> | null = null;
  readonly #unsubscribe: () => void;

  private constructor(
    private readonly services: SessionServices,
    private readonly onEnd: () => void,
    readonly userId: number,
    private caller: Caller,
  ) {
    this.#unsubscribe = services.sessions.onChange((userId) => {
      if (userId === this.userId) this.#check = this.#recheck(true);
    });
    this.#scheduleExpiry();
  }

  /** @returns null for an invalid token. */
  static async open(
    services: SessionServices,
    token: string,
    onEnd: () => void,
  ): Promise<SocketSession | null> {
    const caller = await services.sessions.authenticate(token);
    if (!caller) return null;
    const session = new SocketSession(services, onEnd, caller.user.id, caller);
    // It receives changes from here on. A change just before makes the caller another one, or null.
    if ((await services.sessions.authenticate(token)) === caller) return session;
    session.close();
    return null;
  }

  /** The caller as of now, after a check that is under way; null once the session has ended. */
  async current(): Promise<Caller | null> {
    await this.#check;
    return this.#isClosed ? null : this.caller;
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#unsubscribe();
  }

  /** A refreshed session has a new token, but keeps its sockets. @param changed whether the user may have changed. */
  async #recheck(changed: boolean): Promise<void> {
    const current = await this.services.sessions.findActive(this.caller.sessionId).catch(() => null);
    if (this.#isClosed) return;
    if (current && haveSamePermissions(current, this.caller)) {
      // Sockets share the caller of their token, and with it some kilobytes, until the user changes.
      this.caller = changed ? current : { ...this.caller, expiresAt: current.expiresAt };
      this.#scheduleExpiry();
    } else {
      this.close();
      this.onEnd();
    }
  }

  #scheduleExpiry(): void {
    clearTimeout(this.#timer);
    const left = this.caller.expiresAt - this.services.clock();
    const delay = Math.min(Math.max(left, 0) + 1, LONGEST_TIMER_MS);
    this.#timer = setTimeout(() => {
      this.#check = this.#recheck(false);
    }, delay);
  }
}

const haveSamePermissions = ({ permissions: some }: Caller, { permissions: others }: Caller): boolean =>
  some.size === others.size && some.isSubsetOf(others);
