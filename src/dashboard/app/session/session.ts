import { Failure } from '../api/failure.js';
import { post } from '../api/post.js';
import { type AuthFragment, LogoutDocument, RefreshSessionDocument } from '../generated/graphql.js';

/** Who is signed in here. */
export type SessionState =
  | { readonly status: 'starting' }
  | { readonly status: 'unreachable' }
  /** `ended`: there was a session, and somebody else ended it. */
  | { readonly status: 'signed-out'; readonly ended: boolean }
  | { readonly status: 'signed-in'; readonly auth: AuthFragment };

/** Before the token expires. */
const REFRESH_AHEAD_MS = 60_000;
/** However wrong this browser's clock is. */
const SHORTEST_WAIT_MS = 30_000;
const RETRY_MS = 3000;

/**
 * The session of this browser. Its access token is in the memory of the open tabs alone; its refresh token in a
 * cookie that no script can read. A refresh ends the token before, so tabs refresh one at a time, and tell each other.
 */
export class BrowserSession {
  #state: SessionState = { status: 'starting' };
  #refreshing: Promise<void> | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #listeners = new Set<() => void>();
  readonly #otherTabs = new BroadcastChannel('gatehouse-session');

  constructor() {
    this.#otherTabs.onmessage = ({ data }: MessageEvent<SessionState>) => this.#become(data);
  }

  /** Goes on with the session that the cookie stands for, where there is one. */
  async restore(): Promise<void> {
    await this.refresh(null);
  }

  readonly getState = (): SessionState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  get token(): string | null {
    return this.#state.status === 'signed-in' ? this.#state.auth.accessToken : null;
  }

  /** After a login. */
  open(auth: AuthFragment): void {
    this.#announce({ status: 'signed-in', auth });
  }

  async signOut(): Promise<void> {
    const { token } = this;
    if (token) await post(LogoutDocument, {}, { token }).catch(() => {});
    this.#announce({ status: 'signed-out', ended: false });
  }

  /**
   * Exchanges a token that is, or soon will be, good no more. Several calls at once share one exchange.
   * @param stale that token: where there is a newer one already, nothing is done.
   */
  refresh(stale: string | null): Promise<void> {
    this.#refreshing ??= oneTabAtATime(async () => {
      if (this.token === stale) await this.#exchange();
    }).finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  async #exchange(): Promise<void> {
    try {
      // Kept alive: an answer that a closing page does not wait for still sets the cookie.
      const { refreshSession } = await post(RefreshSessionDocument, {}, { keepalive: true });
      this.#announce({ status: 'signed-in', auth: refreshSession });
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      const refused = error.code === 'UNAUTHENTICATED' || error.code === 'ACCOUNT_DISABLED';
      if (refused) this.#announce({ status: 'signed-out', ended: this.token !== null });
      else this.#retry();
    }
  }

  /** The server is not there. Who is signed in stays so: the token may be good. */
  #retry(): void {
    if (this.#state.status === 'starting') this.#become({ status: 'unreachable' });
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.refresh(this.token), RETRY_MS);
  }

  #announce(state: SessionState): void {
    this.#otherTabs.postMessage(state);
    this.#become(state);
  }

  #become(state: SessionState): void {
    this.#state = state;
    clearTimeout(this.#timer);
    if (state.status === 'signed-in') {
      const { accessToken, expiresAt } = state.auth;
      // Not all tabs at the same moment: where pages come over plain HTTP, browsers have no locks.
      const left = Date.parse(expiresAt) - Date.now() - REFRESH_AHEAD_MS * (1 + Math.random());
      this.#timer = setTimeout(() => void this.refresh(accessToken), Math.max(left, SHORTEST_WAIT_MS));
    }
    for (const listener of this.#listeners) listener();
  }
}

function oneTabAtATime(work: () => Promise<void>): Promise<void> {
  // Only secure contexts have locks, whatever the types say.
  const locks: LockManager | undefined = navigator.locks;
  return locks ? locks.request('gatehouse-refresh', work) : work();
}
