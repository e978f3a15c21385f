import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { type Actor, type AuditedAction, recordAudit } from '../audit/audit.js';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { DomainError } from '../errors.js';
import type { User } from '../users/user.entity.js';
import { mayAccess } from './authorization.js';
import type { Caller, Client } from './caller.js';
import { type LoginProof, requireValidProof } from './login-proof.js';
import { type EndedSessions, Revocations } from './revocations.js';
import { Session } from './session.entity.js';
import { SessionActivity } from './session-activity.js';
import { type CachedSession, SessionCache } from './session-cache.js';
import type { SessionPolicy } from './session-policy.js';
import { noSuchSession, SessionReader } from './session-reader.js';
import { keepRefreshToken, SessionTokens } from './session-tokens.js';
import { type TokenSigner, tokenHash } from './token-signer.js';

export type { Caller, Client } from './caller.js';
export type { EndedSessions } from './revocations.js';

/** A login that succeeded. Only here are the tokens known: the database has their hashes. */
export interface OpenedSession {
  readonly session: Session;
  readonly user: User;
  readonly accessToken: string;
  readonly refreshToken: string | null;
}

/** Told when a session was refreshed, and when its token ends now, in milliseconds. */
type RefreshListener = (sessionId: string, endsAt: number) => Promise<void>;

/** The one store of sessions, whatever door opened them: a token of any door is good at every door. */
export class Sessions {
  readonly #cache = new SessionCache();
  readonly #seen: SessionActivity;
  readonly #reader: SessionReader;
  readonly #tokens: SessionTokens;
  readonly #endings: Revocations;
  readonly #listeners = new Set<(userId: number) => void>();
  readonly #refreshListeners = new Set<RefreshListener>();

  /** @param longestMs a session ends so long after its login, however it is used or refreshed. */
  constructor(
    private readonly db: Database,
    signer: TokenSigner,
    private readonly clock: Clock,
    policies: ReadonlyMap<string, SessionPolicy>,
    longestMs: number,
  ) {
    this.#seen = new SessionActivity(db);
    this.#reader = new SessionReader(db, signer, clock, policies, this.#seen, longestMs);
    this.#tokens = new SessionTokens(signer, policies, longestMs);
    this.#endings = new Revocations(db, clock);
  }

  /**
   * Opens a session for a user who has proven who they are.
   * @param user managed by `em`, roles loaded.
   * @param restricted whether to keep the session to its own account; by default as its door says.
   * @param proof what has to hold still when the session opens.
   * @throws DomainError ACCOUNT_DISABLED, and what `requireStillProven` says of the proof
   */
  async open(
    em: EntityManager,
    user: User,
    client: Client,
    policy: SessionPolicy,
    { restricted = policy.restricted, proof }: { restricted?: boolean; proof?: LoginProof } = {},
  ): Promise<OpenedSession> {
    const now = this.clock();
    const { columns, ...tokens } = this.#tokens.mint(user, policy, { now, openedAt: now });
    const session = em.create(
      Session,
      {
        id: randomUUID(),
        user,
        api: policy.api,
        restricted,
        ...columns,
        deviceId: client.deviceId,
        deviceModel: client.model,
        clientVersion: client.version,
        address: client.address,
        createdAt: new Date(now),
        lastSeenAt: new Date(now),
      },
      { persist: false },
    );
    await em.transactional(async (tx) => {
      await requireValidProof(tx, user.id, proof, new Date(now));
      await tx.insert(session);
      await keepRefreshToken(tx, session, tokens.refreshToken);
      const actor = { userId: user.id, address: client.address };
      const opened = { target: `user:${user.id}`, detail: policy.api };
      recordAudit(tx, new Date(now), actor, { action: 'session.open', ...opened });
    });
    return { session, user, ...tokens };
  }

  /**
   * Exchanges a refresh token for new tokens; the old pair ends. One that was used before is a theft: its
   * session ends, and with it every token that descended from it.
   * @throws DomainError UNAUTHENTICATED, ACCOUNT_DISABLED
   */
  async refresh(refreshToken: string): Promise<OpenedSession> {
    const hash = tokenHash(refreshToken);
    // In one transaction, so that the second of two callers waits for the first to be done.
    const { session, tokens } = await this.db.em
      .fork()
      .transactional((em) => this.#tokens.rotate(em, hash, this.clock()));
    if (session && !tokens) await this.revoke(session.user.id, session.id);
    if (!session || !tokens)
      throw new DomainError('UNAUTHENTICATED', 'The refresh token is not valid any more.');
    this.invalidate(session.user.id);
    const endsAt = session.tokenExpiresAt.getTime();
    // The old tokens are spent: the new ones are handed out, whatever becomes of this.
    await Promise.allSettled([...this.#refreshListeners].map((tell) => tell(session.id, endsAt)));
    return { session, user: session.user, ...tokens };
  }

  /** Whose token it is, or null when it is not good (any more). No query when it was seen before. */
  async authenticate(token: string): Promise<Caller | null> {
    const known =
      this.#cache.get(token) ?? (await this.#cache.load(token, () => this.#reader.byToken(token)));
    return known && this.touch(known);
  }

  /**
   * Counts a use by who holds on to a session, as `authenticate` does by its token; a sliding one is prolonged.
   * @param caller from `authenticate` or `current`.
   * @returns the caller; null when its token has expired.
   */
  touch(caller: Caller): Caller | null {
    const used: CachedSession = caller;
    const now = this.clock();
    if (used.expiresAt <= now) return null;
    this.#seen.record(used, now);
    return used;
  }

  /** A session as it is now; null when it has ended. For who holds on to one. */
  async findActive(sessionId: string): Promise<Caller | null> {
    const caller = await this.findUnrevoked(sessionId);
    return caller && caller.expiresAt > this.clock() ? caller : null;
  }

  /** `current`, for who began with an access token that was good: it may have expired since. */
  findUnrevoked(sessionId: string): Promise<Caller | null> {
    return this.#reader.byId(sessionId);
  }

  /** The session of a refresh token; null when it was ended. */
  findByRefreshToken(refreshToken: string): Promise<Caller | null> {
    return this.#reader.byRefreshToken(refreshToken);
  }

  /**
   * Sessions that have not ended, latest first.
   * @param userId whose; null for those of all.
   * @param limit the longest answer.
   */
  listActive(userId: number | null, limit?: number): Promise<Session[]> {
    return this.#reader.active(userId, limit);
  }

  /** Ends the caller's own session. */
  async logout({ user, sessionId, api }: Caller, actor: Actor): Promise<void> {
    await this.#record({ action: 'session.close', target: `user:${user.id}`, detail: api }, actor);
    await this.revoke(user.id, sessionId, 'LOGOUT');
  }

  /** Ends one session; its token fails from the next request on. */
  async revoke(
    userId: number,
    sessionId: string,
    reason: EndedSessions['reason'] = 'REVOKED',
  ): Promise<void> {
    // Even if it fails half-way: then it has ended, and is not told of again.
    await this.#endings
      .revoke({ id: sessionId, user: userId }, reason)
      .finally(() => this.invalidate(userId));
  }

  /**
   * Ends a session of the caller's own, or anybody's for who may manage sessions.
   * @throws DomainError NOT_FOUND
   */
  async revokeAs(caller: Caller, sessionId: string, actor: Actor): Promise<Session> {
    const session = await this.#reader.find(sessionId);
    if (!mayAccess(caller, session.user.id, 'sessions:manage')) throw noSuchSession();
    return this.#revokeRecorded(session, actor);
  }

  /** `revokeAs` for who runs the gateway itself. @throws DomainError NOT_FOUND */
  async revokeByOperator(sessionId: string, actor: Actor): Promise<Session> {
    return this.#revokeRecorded(await this.#reader.find(sessionId), actor);
  }

  /** Ends all sessions of a user, but for the one to keep. */
  async revokeAll(userId: number, keep?: string): Promise<void> {
    const others = keep ? { id: { $ne: keep } } : {};
    await this.#endings.revoke({ user: userId, ...others }, 'REVOKED').finally(() => this.invalidate(userId));
  }

  /** Must follow every change to a user, its roles or its sessions: the next request reads them anew. */
  invalidate(userId: number): void {
    this.#cache.invalidate(userId);
    for (const listener of this.#listeners) listener(userId);
  }

  /** Calls back when a user, its roles or its sessions changed, for who holds on to a caller. */
  onChange(listener: (userId: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls back when sessions were logged out or revoked, and waits for it. */
  onEnd(listener: (ended: EndedSessions) => Promise<void>): void {
    this.#endings.onEnd(listener);
  }

  /** Calls back when a session was refreshed, and waits for it. */
  onRefresh(listener: RefreshListener): () => void {
    this.#refreshListeners.add(listener);
    return () => this.#refreshListeners.delete(listener);
  }

  /** Gives up what was kept of sessions that other processes ended since it was called last. */
  async pollRevocations(): Promise<void> {
    for (const userId of await this.#endings.pollForeign()) this.invalidate(userId);
  }

  /** Writes when sessions were last used, and prolongs sliding ones. */
  saveActivity(): Promise<void> {
    return this.#seen.save();
  }

  async #revokeRecorded({ id, user }: Session, actor: Actor): Promise<Session> {
    await this.#record({ action: 'session.revoke', target: `user:${user.id}` }, actor);
    await this.revoke(user.id, id);
    return this.#reader.find(id);
  }

  async #record(fact: AuditedAction, actor: Actor): Promise<void> {
    const em = this.db.em.fork();
    recordAudit(em, new Date(this.clock()), actor, fact);
    await em.flush();
  }
}
