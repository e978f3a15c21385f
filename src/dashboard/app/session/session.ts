import { type Challenge, Failure } from '../api/failure.js';
import { post } from '../api/post.js';
import { type AuthFragment, LogoutDocument, RefreshSessionDocument } from '../generated/graphql.js';

export type SessionState =
  | { readonly status: 'starting' }
  /** Whether there is a session is unknown, since the gateway did not say. It is asked again soon. */
  | { readonly status: 'unrestored'; readonly failure: Failure }
  /** `ended`: the gateway ended the session, for example by a revocation. */
  | {
      readonly status: 'signed-out';
      readonly ended: boolean;
      /** Of a login on this page that waits for a second factor. */
      readonly challenge?: Challenge;
    }
  | { readonly status: 'signed-in'; readonly auth: AuthFragment };

/** Before the token expires. */
const REFRESH_AHEAD_MS = 60_000;
/** Bounds the refreshes of a browser whose clock is wrong. */
const SHORTEST_WAIT_MS = 30_000;
const RETRY_MS = 3000;

/**
 * The session of this browser. Open tabs keep the access token in memory only; the refresh token is in an HttpOnly
 * cookie. A refresh invalidates the previous refresh token, so tabs refresh one at a time and broadcast the result.
 */
export class BrowserSession {
  #state: SessionState = { status: 'starting' };
  #refreshing: Promise<void> | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #listeners = new Set<() => void>();
  readonly #otherTabs = new BroadcastChannel('gatehouse-session');

  constructor() {
    this.#otherTabs.onmessage = ({ data }: MessageEvent<SessionState>) => this.#setState(data);
  }

  /** Resumes the session of the refresh cookie, if there is one. */
  async restore(): Promise<void> {
    await this.refresh(null);
  }

  readonly getState = (): SessionState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** The access token; null when signed out. */
  get token(): string | null {
    return this.#state.status === 'signed-in' ? this.#state.auth.accessToken : null;
  }

  /** Takes over the result of a login. */
  open(auth: AuthFragment): void {
    this.#broadcast({ status: 'signed-in', auth });
  }

  /**
   * Takes over the result of a login, or its challenge, if the account has a second factor.
   * @throws Failure
   */
  async signIn(login: () => Promise<AuthFragment>): Promise<void> {
    try {
      this.open(await login());
    } catch (error) {
      if (!(error instanceof Failure && error.challenge)) throw error;
      this.#setState({ status: 'signed-out', ended: false, challenge: error.challenge });
    }
  }

  /** Returns from a challenge to the choice of logins. */
  abandonChallenge(): void {
    this.#setState({ status: 'signed-out', ended: false });
  }

  async signOut(): Promise<void> {
    const { token } = this;
    if (token) await post(LogoutDocument, { input: {} }, { token }).catch(() => {});
    this.#broadcast({ status: 'signed-out', ended: false });
  }

  /**
   * Replaces an expired or expiring access token. Concurrent calls share one request.
   * @param stale the token to replace; nothing happens if it was already replaced.
   */
  refresh(stale: string | null): Promise<void> {
    this.#refreshing ??= oneTabAtATime(async () => {
      if (this.token === stale) await this.#requestRefresh();
    }).finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  async #requestRefresh(): Promise<void> {
    try {
      // With keepalive, the new cookie is stored even if the page closes before the answer arrives.
      const { refreshSession } = await post(RefreshSessionDocument, { input: {} }, { keepalive: true });
      this.#broadcast({ status: 'signed-in', auth: refreshSession });
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      const rejected = error.code === 'UNAUTHENTICATED' || error.code === 'ACCOUNT_DISABLED';
      if (rejected) this.#broadcast({ status: 'signed-out', ended: this.token !== null });
      else this.#scheduleRetry(error);
    }
  }

  /** A signed-in session stays signed in: its token may still be valid. */
  #scheduleRetry(failure: Failure): void {
    if (this.token === null) this.#setState({ status: 'unrestored', failure });
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.refresh(this.token), RETRY_MS);
  }

  #broadcast(state: SessionState): void {
    this.#otherTabs.postMessage(state);
    this.#setState(state);
  }

  #setState(state: SessionState): void {
    this.#state = state;
    clearTimeout(this.#timer);
    if (state.status === 'signed-in') {
      const { accessToken, expiresAt } = state.auth;
      // The jitter keeps tabs apart over plain HTTP, where browsers have no locks.
      const left = Date.parse(expiresAt) - Date.now() - REFRESH_AHEAD_MS * (1 + Math.random());
      this.#timer = setTimeout(() => void this.refresh(accessToken), Math.max(left, SHORTEST_WAIT_MS));
    }
    for (const listener of this.#listeners) listener();
  }
}

function oneTabAtATime(work: () => Promise<void>): Promise<void> {
  // Outside secure contexts `navigator.locks` is undefined, unlike its type.
  const locks: LockManager | undefined = navigator.locks;
  return locks ? locks.request('gatehouse-refresh', work) : work();
}
