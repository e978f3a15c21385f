import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { LRUCache } from 'lru-cache';
import type { Database } from '../adapters/database.js';
import { type Actor, recordAudit } from '../audit/audit.js';
import type { Clock } from '../clock.js';
import { DomainError } from '../errors.js';
import { grantedPermissions, type Permission } from '../users/permissions.js';
import { type User, UserStatus } from '../users/user.entity.js';
import type { Door } from './door.js';
import { RefreshToken } from './refresh-token.entity.js';
import { Session } from './session.entity.js';
import { type TokenSigner, tokenHash } from './tokens.js';

/** How many sessions are good without asking the database. */
const REMEMBERED = 250_000;

/** Where a request comes from. */
export interface Client {
  readonly address: string;
  /** The id the client gives itself; captchas and devices are bound to it. */
  readonly deviceId: string | null;
  readonly version: string | null;
  /** What kind of device it is. */
  readonly model: string | null;
}

/** Who makes a request: a session that is good. Shared between requests; never changed. */
export interface Caller {
  readonly sessionId: string;
  readonly user: User;
  readonly door: string;
  readonly capped: boolean;
  readonly permissions: ReadonlySet<Permission>;
  /** The client device id, model and version that the login named. */
  readonly deviceId: string | null;
  readonly deviceModel: string | null;
  readonly clientVersion: string | null;
  /** When its token ends, in milliseconds; use may prolong it. */
  readonly expiresAt: number;
}

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

interface Remembered extends Caller {
  /** Null where use does not prolong the token. */
  readonly slidingMs: number | null;
  expiresAt: number;
  seenAt: number;
}

/** The one store of sessions, whatever door opened them: a token of any door is good at every door. */
export class Sessions {
  readonly #tokensOf = new Map<number, Set<string>>();
  /** By access token. */
  readonly #remembered = new LRUCache<string, Remembered>({
    max: REMEMBERED,
    dispose: ({ user }, token) => this.#tokensOf.get(user.id)?.delete(token),
  });
  /** Used since the last `saveSeen`, by session id: newer than what the database says. */
  readonly #seen = new Map<string, Remembered>();
  readonly #listeners = new Set<(userId: number) => void>();
  readonly #endListeners = new Set<(ended: EndedSessions) => Promise<void>>();
  #forgotten = 0;

  constructor(
    private readonly db: Database,
    private readonly signer: TokenSigner,
    private readonly clock: Clock,
    private readonly doors: ReadonlyMap<string, Door>,
  ) {}

  /**
   * Opens a session for a user who has proven who they are.
   * @param user managed by `em`, roles loaded.
   * @param capped whether to keep the session to its own account; by default as its door says.
   */
  async open(
    em: EntityManager,
    user: User,
    client: Client,
    door: Door,
    capped = door.capped,
  ): Promise<OpenedSession> {
    const now = this.clock();
    const tokens = this.#mint(user, door, now);
    const session = em.create(
      Session,
      {
        id: randomUUID(),
        user,
        door: door.name,
        capped,
        ...tokens.columns,
        deviceId: client.deviceId,
        deviceModel: client.model,
        clientVersion: client.version,
        address: client.address,
        createdAt: new Date(now),
        lastSeenAt: new Date(now),
      },
      { persist: false },
    );
    await em.insert(session);
    await this.#keepRefreshToken(em, session, tokens.refreshToken);
    return { session, user, accessToken: tokens.accessToken, refreshToken: tokens.refreshToken };
  }

  /**
   * Exchanges a refresh token for new tokens; the old pair ends. One that was used before is a theft: its
   * session ends, and with it every token that descended from it.
   * @throws DomainError UNAUTHENTICATED, ACCOUNT_DISABLED
   */
  async refresh(refreshToken: string): Promise<OpenedSession> {
    const hash = tokenHash(refreshToken);
    // In one transaction, so that the second of two callers waits for the first to be done.
    const { session, tokens } = await this.db.em.fork().transactional((em) => this.#rotate(em, hash));
    if (session && !tokens) await this.revoke(session.user.id, session.id);
    if (!session || !tokens)
      throw new DomainError('UNAUTHENTICATED', 'The refresh token is not valid any more.');
    this.forget(session.user.id);
    return { session, user: session.user, ...tokens };
  }

  /** Whose token it is, or null when it is not good (any more). No query when it was seen before. */
  async authenticate(token: string): Promise<Caller | null> {
    const known = this.#remembered.get(token) ?? (await this.#load(token));
    const now = this.clock();
    if (!known || known.expiresAt <= now) return null;
    known.seenAt = now;
    if (known.slidingMs !== null) known.expiresAt = now + known.slidingMs;
    this.#seen.set(known.sessionId, known);
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
  async revoke(userId: number, sessionId: string, reason: EndedSessions['reason'] = 'REVOKED'): Promise<void> {
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
    this.#forgotten += 1;
    for (const token of this.#tokensOf.get(userId) ?? []) this.#remembered.delete(token);
    this.#tokensOf.delete(userId);
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

  /** Writes when sessions were last used, and prolongs sliding ones, all in one statement. */
  async saveSeen(): Promise<void> {
    const time = (ms: number) => new Date(ms).toISOString();
    const seen = [...this.#seen.values()].map(({ sessionId, slidingMs, seenAt, expiresAt }) => ({
      id: sessionId,
      at: time(seenAt),
      until: slidingMs === null ? null : time(expiresAt),
      seenAt,
    }));
    if (seen.length === 0) return;
    await this.db.em.fork().execute(
      `update sessions s set last_seen_at = seen.at,
         token_expires_at = coalesce(seen.until, s.token_expires_at),
         expires_at = coalesce(seen.until, s.expires_at)
       from (select * from json_to_recordset(?) as t(id uuid, at timestamptz, until timestamptz)) seen
       where s.id = seen.id`,
      [JSON.stringify(seen)],
    );
    for (const { id, seenAt } of seen) if (this.#seen.get(id)?.seenAt === seenAt) this.#seen.delete(id);
  }

  /** @returns no session for an unknown or dead token; a session without tokens when the token was used before. */
  async #rotate(em: EntityManager, hash: string) {
    const now = this.clock();
    const first = await em.nativeUpdate(RefreshToken, { hash, usedAt: null }, { usedAt: new Date(now) });
    const used = await em.findOne(RefreshToken, { hash }, { populate: ['session.user.roles'] });
    const session = used?.session;
    const door = this.doors.get(session?.door ?? '');
    if (!session || !door || session.revokedAt || session.expiresAt.getTime() <= now) return {};
    if (first === 0) return { session };
    if (session.user.status !== UserStatus.ACTIVE) {
      throw new DomainError('ACCOUNT_DISABLED', 'The account is disabled.');
    }
    const { columns, ...tokens } = this.#mint(session.user, door, now);
    em.assign(session, { ...columns, lastSeenAt: new Date(now) });
    await this.#keepRefreshToken(em, session, tokens.refreshToken);
    return { session, tokens };
  }

  async #load(token: string): Promise<Remembered | null> {
    const forgotten = this.#forgotten;
    const session = await this.db.em
      .fork()
      .findOne(Session, { tokenHash: tokenHash(token), revokedAt: null }, { populate: ['user.roles'] });
    if (!session || session.user.status !== UserStatus.ACTIVE) return null;
    if (token.includes('.') && !this.signer.verifies(token, this.clock())) return null;
    const loaded = this.#toRemember(session);
    // Something changed while we read: what was read may be old, and must not be kept.
    if (forgotten !== this.#forgotten) return this.#load(token);
    this.#remembered.set(token, loaded);
    const tokens = this.#tokensOf.get(session.user.id) ?? new Set();
    this.#tokensOf.set(session.user.id, tokens.add(token));
    return loaded;
  }

  #toRemember(session: Session): Remembered {
    const { user, capped } = session;
    const door = this.doors.get(session.door);
    const unsaved = door?.sliding ? (this.#seen.get(session.id)?.expiresAt ?? 0) : 0;
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

  #mint(user: User, door: Door, now: number) {
    const expiresAt = now + door.tokenLifetimeMs;
    const accessToken = door.mintToken(user, { issuedAt: now, expiresAt }, this.signer);
    return {
      accessToken,
      refreshToken: door.refresh?.mintToken() ?? null,
      columns: {
        tokenHash: tokenHash(accessToken),
        tokenExpiresAt: new Date(expiresAt),
        expiresAt: new Date(now + (door.refresh?.lifetimeMs ?? door.tokenLifetimeMs)),
      },
    };
  }

  async #keepRefreshToken(em: EntityManager, session: Session, token: string | null): Promise<void> {
    if (token) await em.insert(RefreshToken, { hash: tokenHash(token), session: session.id });
  }

  async #end(where: object, reason: EndedSessions['reason']): Promise<void> {
    const em = this.db.em.fork();
    const ending = await em.find(Session, { ...where, revokedAt: null }, { fields: ['id'] });
    const ids = ending.map(({ id }) => id);
    if (ids.length === 0) return;
    await em.nativeUpdate(Session, { id: { $in: ids }, revokedAt: null }, { revokedAt: new Date(this.clock()) });
    await Promise.all([...this.#endListeners].map((listener) => listener({ ids, reason })));
  }
}
