import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { Database } from '../adapters/database.js';
import { type Actor, recordAudit } from '../audit/audit.js';
import type { Clock } from '../clock.js';
import { DomainError } from '../errors.js';
import { grantedPermissions } from '../users/permissions.js';
import { type User, UserStatus } from '../users/user.entity.js';
import type { Caller, Client } from './caller.js';
import type { Door } from './door.js';
import { LastSeen } from './last-seen.js';
import { type Proof, requireStillProven } from './proof.js';
import { Session } from './session.entity.js';
import { type Remembered, SessionCache } from './session-cache.js';
import { keepRefreshToken, SessionTokens } from './session-tokens.js';
import { type TokenSigner, tokenHash } from './tokens.js';

export type { Caller, Client } from './caller.js';

/** Sessions that were ended before their time. */
export interface EndedSessions {
  readonly ids: readonly string[];
  readonly reason: 'LOGOUT' | 'REVOKED';
}

/** A login that succeeded. Only here are the tokens known: the database has their hashes. */
export interface OpenedSession {
  readonly session: Session;
  readonly user: User;
  readonly accessToken: string;
  readonly refreshToken: string | null;
}

const isUuid = (text: string) => /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text);

/** The one store of sessions, whatever door opened them: a token of any door is good at every door. */
export class Sessions {
  readonly #cache = new SessionCache();
  readonly #seen: LastSeen;
  readonly #tokens: SessionTokens;
  readonly #listeners = new Set<(userId: number) => void>();
  readonly #endListeners = new Set<(ended: EndedSessions) => Promise<void>>();

  constructor(
    private readonly db: Database,
    private readonly signer: TokenSigner,
    private readonly clock: Clock,
    private readonly doors: ReadonlyMap<string, Door>,
  ) {
    this.#seen = new LastSeen(db);
    this.#tokens = new SessionTokens(signer, doors);
  }

  /**
   * Opens a session for a user who has proven who they are.
   * @param user managed by `em`, roles loaded.
   * @param capped whether to keep the session to its own account; by default as its door says.
   * @param proof what has to hold still when the session opens.
   * @throws DomainError ACCOUNT_DISABLED, and what `requireStillProven` says of the proof
   */
  async open(
    em: EntityManager,
    user: User,
    client: Client,
    door: Door,
    { capped = door.capped, proof }: { capped?: boolean; proof?: Proof } = {},
  ): Promise<OpenedSession> {
    const now = this.clock();
    const { columns, ...tokens } = this.#tokens.mint(user, door, now);
    const session = em.create(
      Session,
      {
        id: randomUUID(),
        user,
        door: door.name,
        capped,
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
      await requireStillProven(tx, user.id, proof);
      await tx.insert(session);
      await keepRefreshToken(tx, session, tokens.refreshToken);
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
    this.forget(session.user.id);
    return { session, user: session.user, ...tokens };
  }

  /** Whose token it is, or null when it is not good (any more). No query when it was seen before. */
  async authenticate(token: string): Promise<Caller | null> {
    const known = this.#cache.get(token) ?? (await this.#cache.load(token, () => this.#read(token)));
    const now = this.clock();
    if (!known || known.expiresAt <= now) return null;
    known.seenAt = now;
    if (known.slidingMs !== null) known.expiresAt = now + known.slidingMs;
    this.#seen.note(known);
    return known;
  }

  /** A session as it is now; null when it has ended. For who holds on to one. */
  async current(sessionId: string): Promise<Caller | null> {
    const now = new Date(this.clock());
    const session = await this.db.em
      .fork()
      .findOne(
        Session,
        { id: sessionId, revokedAt: null, tokenExpiresAt: { $gt: now }, user: { status: UserStatus.ACTIVE } },
        { populate: ['user.roles'] },
      );
    return session && this.#toRemember(session);
  }

  /** The sessions of a user that have not ended, latest first. */
  listActive(userId: number): Promise<Session[]> {
    return this.db.em
      .fork()
      .find(
        Session,
        { user: userId, revokedAt: null, expiresAt: { $gt: new Date(this.clock()) } },
        { orderBy: { createdAt: 'desc', id: 'asc' }, populate: ['user.roles'] },
      );
  }

  /** Ends one session; its token fails from the next request on. */
  async revoke(
    userId: number,
    sessionId: string,
    reason: EndedSessions['reason'] = 'REVOKED',
  ): Promise<void> {
    await this.#end({ id: sessionId, user: userId }, reason);
    this.forget(userId);
  }

  /**
   * Ends a session of the caller's own, or anybody's for who may manage sessions.
   * @throws DomainError NOT_FOUND
   */
  async revokeAs(caller: Caller, sessionId: string, actor: Actor): Promise<Session> {
    const em = this.db.em.fork();
    const session = isUuid(sessionId)
      ? await em.findOne(Session, { id: sessionId }, { populate: ['user.roles'] })
      : null;
    const mine = session?.user.id === caller.user.id;
    if (!session || !(mine || caller.permissions.has('sessions:manage'))) {
      throw new DomainError('NOT_FOUND', 'There is no such session.');
    }
    const now = new Date(this.clock());
    recordAudit(em, now, actor, { action: 'session.revoke', target: `user:${session.user.id}` });
    await em.flush();
    await this.revoke(session.user.id, sessionId);
    await em.refresh(session);
    return session;
  }

  /** Ends all sessions of a user, but for the one to keep. */
  async revokeAll(userId: number, keep?: string): Promise<void> {
    await this.#end({ user: userId, ...(keep ? { id: { $ne: keep } } : {}) }, 'REVOKED');
    this.forget(userId);
  }

  /** Must follow every change to a user, its roles or its sessions: the next request reads them anew. */
  forget(userId: number): void {
    this.#cache.forget(userId);
    for (const listener of this.#listeners) listener(userId);
  }

  /** Calls back when a user, its roles or its sessions changed, for who holds on to a caller. */
  onChange(listener: (userId: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls back when sessions were logged out or revoked, and waits for it. */
  onEnd(listener: (ended: EndedSessions) => Promise<void>): void {
    this.#endListeners.add(listener);
  }

  /** Writes when sessions were last used, and prolongs sliding ones. */
  saveSeen(): Promise<void> {
    return this.#seen.save();
  }

  async #read(token: string): Promise<Remembered | null> {
    const session = await this.db.em
      .fork()
      .findOne(Session, { tokenHash: tokenHash(token), revokedAt: null }, { populate: ['user.roles'] });
    if (!session || session.user.status !== UserStatus.ACTIVE) return null;
    if (token.includes('.') && !this.signer.verifies(token, this.clock())) return null;
    return this.#toRemember(session);
  }

  #toRemember(session: Session): Remembered {
    const { user, capped } = session;
    const door = this.doors.get(session.door);
    const unsaved = door?.sliding ? (this.#seen.expiryOf(session.id) ?? 0) : 0;
    const granted = user.roles.getItems().flatMap((role) => role.permissions);
    return {
      sessionId: session.id,
      user,
      door: session.door,
      capped,
      permissions: grantedPermissions(granted, capped),
      deviceId: session.deviceId,
      deviceModel: session.deviceModel,
      clientVersion: session.clientVersion,
      slidingMs: door?.sliding ? door.tokenLifetimeMs : null,
      expiresAt: Math.max(session.tokenExpiresAt.getTime(), unsaved),
      seenAt: session.lastSeenAt.getTime(),
    };
  }

  async #end(where: object, reason: EndedSessions['reason']): Promise<void> {
    const em = this.db.em.fork();
    // Until none is left: one that the ended ones approved may have been opening until now.
    for (;;) {
      const ending = await em.find(Session, { ...where, revokedAt: null }, { fields: ['id'] });
      const ids = ending.map(({ id }) => id);
      if (ids.length === 0) return;
      const revokedAt = new Date(this.clock());
      await em.nativeUpdate(Session, { id: { $in: ids }, revokedAt: null }, { revokedAt });
      await Promise.all([...this.#endListeners].map((listener) => listener({ ids, reason })));
    }
  }
}
