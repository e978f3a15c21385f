import type { Services } from '../services.js';
import type { Caller } from '../sessions/sessions.js';

/** Timers hold at most 2^31 − 1 ms. */
const LONGEST_TIMER_MS = 2_147_483_647;

/** The session behind a socket: it ends the socket when it ends, and follows changes of its owner's rights. */
export class SocketSession {
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  readonly #unsubscribe: () => void;

  private constructor(
    private readonly services: Services,
    private readonly onEnd: () => void,
    public caller: Caller,
  ) {
    this.#unsubscribe = services.sessions.onChange((userId) => {
      if (userId === this.caller.user.id) void this.#check();
    });
    this.#wait();
  }

  /** @returns null when the token is not good. */
  static async open(services: Services, token: string, onEnd: () => void): Promise<SocketSession | null> {
    const caller = await services.sessions.authenticate(token);
    const current = caller && (await services.sessions.current(caller.sessionId));
    return current && new SocketSession(services, onEnd, current);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#unsubscribe();
  }

  /** A session that was refreshed has another token, but is the same: its sockets stay. */
  async #check(): Promise<void> {
    const current = await this.services.sessions.current(this.caller.sessionId).catch(() => null);
    if (this.#closed) return;
    if (current) {
      this.caller = current;
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
