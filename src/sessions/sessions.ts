import type { Actor } from '../audit/audit.js';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { DomainError } from '../errors.js';
import type { Limiters } from '../rate-limits/limiters.js';
import { TokenThrottle } from '../rate-limits/token-throttle.js';
import type { AccountChanges, ChangeElsewhere } from '../users/account-changes.js';
import { whenReady } from '../when-ready.js';
import type { Caller } from './caller.js';
import { Revocations } from './ending/revocations.js';
import { SessionEndings } from './ending/session-endings.js';
import { type OpenedSession, Openings, type OpenListener } from './opening/openings.js';
import { type CachedSession, SessionCache } from './reading/session-cache.js';
import { type SessionRead, SessionReader } from './reading/session-reader.js';
import { Session } from './session.entity.js';
import { SessionActivity, type UsedSession } from './session-activity.js';
import type { SessionPolicies } from './session-policy.js';
import { isMachineToken } from './tokens/machine-token.js';
import { SessionTokens } from './tokens/session-tokens.js';
import { type TokenSigner, tokenHash } from './tokens/token-signer.js';

export type { Caller, Client } from './caller.js';
export type { EndedSessions } from './ending/revocations.js';
export type { OpenedSession } from './opening/openings.js';
export type { SessionRead } from './reading/session-reader.js';

/** @param expiresAt the end of the new access token of each session, in milliseconds. */
type RefreshListener = (expiresAt: ReadonlyMap<string, number>) => Promise<void>;

/** Where a token comes from, and how to read its session. */
export interface Authentication {
  /** The network address of the client. Wrong tokens are counted by it. */
  readonly address?: string;
  /** How to read a session that is not remembered; by default only itself. That of a machine is always read so. */
  readonly read?: SessionRead | undefined;
}

export interface SessionsOptions {
  readonly db: Database;
  readonly changes: AccountChanges;
  readonly signer: TokenSigner;
  readonly clock: Clock;
  readonly policies: SessionPolicies;
  readonly limiters: Limiters;
  /** How many open sessions a user may have. */
  readonly sessionsPerUser: number;
}

/** The sessions of all APIs. Every API accepts the tokens of every other. */
export class Sessions {
  readonly #db: Database;
  readonly #changes: AccountChanges;
  readonly #clock: Clock;
  readonly #cache = new SessionCache();
  readonly #activity: SessionActivity;
  readonly #reader: SessionReader;
  readonly #tokens: SessionTokens;
  readonly #openings: Openings;
  readonly #revocations: Revocations;
  /** Ends sessions. */
  readonly endings: SessionEndings;
  readonly #throttle: TokenThrottle;
  readonly #changeListeners: ((userId: number) => void)[] = [];
  readonly #refreshListeners = new Set<RefreshListener>();

  constructor({ db, changes, signer, clock, policies, limiters, sessionsPerUser }: SessionsOptions) {
    this.#db = db;
    this.#changes = changes;
    this.#clock = clock;
    this.#activity = new SessionActivity(db);
    this.#reader = new SessionReader(db, signer, clock, policies, this.#activity);
    this.#tokens = new SessionTokens(signer, policies);
    this.#openings = new Openings(this.#tokens, clock, limiters, sessionsPerUser);
    this.#revocations = new Revocations(db, changes, clock);
    this.endings = new SessionEndings(this.#revocations, this.#reader, (...userIds) =>
      this.invalidate(...userIds),
    );
    this.#throttle = new TokenThrottle(limiters);
    changes.onRead((read) => this.#apply(read));
  }

  /** The number of sessions that wait to be read from the database. */
  get waiting(): number {
    return this.#reader.waiting;
  }

  /** Opens a session for an authenticated user, as `Openings.open` does. */
  open(...opening: Parameters<Openings['open']>): Promise<OpenedSession> {
    return this.#openings.open(...opening);
  }

  /** Opens a session in a transaction, as `Openings.openWithin` does. */
  openWithin(...opening: Parameters<Openings['openWithin']>): Promise<() => Promise<OpenedSession>> {
    return this.#openings.openWithin(...opening);
  }

  /**
   * Exchanges a refresh token for a new pair and invalidates the old one. A reused refresh token ends its session,
   * and with it every token that was issued since.
   * @throws DomainError UNAUTHENTICATED, ACCOUNT_DISABLED
   */
  async refresh(refreshToken: string, actor: Actor): Promise<OpenedSession> {
    const hash = tokenHash(refreshToken);
    const rotation = await this.#db.em.fork().transactional(async (em) => {
      const result = await this.#tokens.rotate(em, hash, this.#clock());
      if (result.outcome === 'rotated') {
        await this.#changes.record(em, result.session.user.id, result.session.id);
      }
      return result;
    });
    if (rotation.outcome === 'reused') {
      await this.endings.revokeOne(rotation.session, actor, 'reused refresh token');
    }
    if (rotation.outcome !== 'rotated') {
      throw new DomainError('UNAUTHENTICATED', 'The refresh token is no longer valid.');
    }
    const { session, tokens } = rotation;
    this.invalidate(session.user.id);
    const expiresAt = new Map([[session.id, session.tokenExpiresAt.getTime()]]);
    // The old pair is spent, so the client gets the new one even if a listener fails.
    await Promise.allSettled([...this.#refreshListeners].map((listener) => listener(expiresAt)));
    return { session, user: session.user, ...tokens };
  }

  /**
   * The caller of an access token, or null: at once for a token that was seen recently, else after a query.
   * @throws DomainError UNAVAILABLE if too many tokens are being read, THROTTLED for keys after too many wrong ones
   */
  authenticate(token: string, from: Authentication = {}): Caller | null | Promise<Caller | null> {
    const hash = tokenHash(token);
    const cached = this.#cache.get(hash);
    // Another node may have used a session whose expiration slides.
    const session =
      cached && !(cached.slidingMs !== null && cached.expiresAt <= this.#clock())
        ? cached
        : this.#load(token, hash, from);
    return whenReady<CachedSession | null, Caller | null>(session, (found) => found && this.touch(found));
  }

  /** The caller of an access token that was seen recently, without its use being recorded; null for any other. */
  remembered(token: string): Caller | null {
    const session = this.#cache.get(tokenHash(token));
    return session && session.expiresAt > this.#clock() ? session : null;
  }

  /**
   * Records the use of a session whose caller is at hand; `authenticate` does so itself.
   * @param caller from `authenticate` or `findActive`.
   * @returns the caller; null when its token has expired.
   */
  touch(caller: Caller): Caller | null {
    const session: UsedSession = caller;
    const now = this.#clock();
    if (session.expiresAt <= now) return null;
    this.#activity.record(session, now);
    return session;
  }

  /** The caller of a session as it is now; null when it was revoked or its access token has expired. */
  async findActive(sessionId: string): Promise<Caller | null> {
    const caller = await this.findUnrevoked(sessionId);
    return caller && caller.expiresAt > this.#clock() ? caller : null;
  }

  /** As `findActive`, but the access token may have expired: for requests that were authenticated when they began. */
  findUnrevoked(sessionId: string): Promise<Caller | null> {
    return this.#reader.byId(sessionId);
  }

  /** The caller of a session that has just been opened or refreshed, without a query. */
  callerOf(opened: OpenedSession): Caller {
    return this.#reader.ofOpened(opened);
  }

  /** The caller of a refresh token; null when its session was revoked. */
  findByRefreshToken(refreshToken: string): Promise<Caller | null> {
    return this.#reader.byRefreshToken(refreshToken);
  }

  /** A session, ended or not, with its user. @throws DomainError NOT_FOUND */
  get(sessionId: string): Promise<Session> {
    return this.#reader.find(sessionId);
  }

  /**
   * Discards the cached sessions of users, and lets other nodes read the change. Must follow every change of a user, its
   * roles or its sessions.
   */
  invalidate(...userIds: readonly number[]): void {
    for (const userId of userIds) this.#discard(userId);
    this.#changes.announce();
  }

  /** Calls back after a user, its roles or its sessions changed. */
  onChange(listener: (userId: number) => void): void {
    this.#changeListeners.push(listener);
  }

  /** Calls back after a session was opened, before its tokens are handed out, and waits for the result. */
  onOpen(listener: OpenListener): void {
    this.#openings.onOpen(listener);
  }

  /** Calls back when sessions were refreshed, and waits for the result. @returns a function that unsubscribes. */
  onRefresh(listener: RefreshListener): () => void {
    this.#refreshListeners.add(listener);
    return () => this.#refreshListeners.delete(listener);
  }

  /** Applies the changes that other processes made since the last poll. A start must poll before it reads sessions. */
  pollChanges(): Promise<void> {
    return this.#changes.poll();
  }

  /** Saves when sessions were used, and their sliding expirations. */
  saveActivity(): Promise<void> {
    return this.#activity.save();
  }

  #load(token: string, hash: string, { address, read }: Authentication): Promise<CachedSession | null> {
    const load = () => this.#cache.load(hash, () => this.#reader.byToken(token, hash, read));
    return isMachineToken(token) ? this.#throttle.attempt(address ?? null, load) : load();
  }

  async #apply(changes: readonly ChangeElsewhere[]): Promise<void> {
    const refreshed = changes.flatMap((change) => change.refreshed ?? []);
    if (refreshed.length > 0) {
      const expiresAt = new Map(refreshed.map((session) => [session.sessionId, session.expiresAt]));
      await Promise.all([...this.#refreshListeners].map((listener) => listener(expiresAt)));
    }
    const ended = Map.groupBy(
      changes.flatMap((change) => change.ended ?? []),
      ({ reason }) => reason,
    );
    for (const [reason, sessions] of ended) {
      await this.#revocations.notify({ ids: sessions.map(({ sessionId }) => sessionId), reason });
    }
    for (const userId of new Set(changes.map(({ userId }) => userId))) this.#discard(userId);
  }

  #discard(userId: number): void {
    this.#cache.invalidate(userId);
    for (const listener of this.#changeListeners) listener(userId);
  }
}
