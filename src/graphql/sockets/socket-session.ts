import type { Clock } from '../../clock.js';
import type { Caller, Sessions } from '../../sessions/sessions.js';

/** What a socket's session is checked with. */
export interface SessionServices {
  readonly sessions: Sessions;
  readonly clock: Clock;
}

/** Timers hold at most 2^31 − 1 ms. */
const LONGEST_TIMER_MS = 2_147_483_647;

/**
 * The session behind a socket. It ends the socket when it ends, and when its owner's rights change: what runs on
 * the socket began with the old ones.
 */
export class SocketSession {
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  readonly #unsubscribe: () => void;

  private constructor(
    private readonly services: SessionServices,
    private readonly onEnd: () => void,
    public caller: Caller,
  ) {
    this.#unsubscribe = services.sessions.onChange((userId) => {
      if (userId === this.caller.user.id) void this.#check(true);
    });
    this.#wait();
  }

  /** @returns null when the token is not good. */
  static async open(
    services: SessionServices,
    token: string,
    onEnd: () => void,
  ): Promise<SocketSession | null> {
    const caller = await services.sessions.authenticate(token);
    if (!caller) return null;
    const session = new SocketSession(services, onEnd, caller);
    // From here on it listens. What changed just before makes this another caller, or none.
    if ((await services.sessions.authenticate(token)) === caller) return session;
    session.close();
    return null;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#unsubscribe();
  }

  /** A session that was refreshed has another token, but is the same: its sockets stay. */
  async #check(changed = false): Promise<void> {
    const current = await this.services.sessions.findActive(this.caller.sessionId).catch(() => null);
    if (this.#closed) return;
    if (current && sameRights(current, this.caller)) {
      // The caller of a token is shared by its sockets; one that is read for this socket alone costs kilobytes.
      this.caller = changed ? current : { ...this.caller, expiresAt: current.expiresAt };
      this.#wait();
    } else {
      this.close();
      this.onEnd();
    }
  }

  #wait(): void {
    clearTimeout(this.#timer);
    const left = this.caller.expiresAt - this.services.clock();
    this.#timer = setTimeout(() => void this.#check(), Math.min(Math.max(left, 0) + 1, LONGEST_TIMER_MS));
  }
}

const sameRights = ({ permissions: some }: Caller, { permissions: others }: Caller): boolean =>
  some.size === others.size && some.isSubsetOf(others);
