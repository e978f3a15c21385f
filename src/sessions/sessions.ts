import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { LRUCache } from 'lru-cache';
import type { Database } from '../adapters/database.js';
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
}

/** Who makes a request: a session that is good. Shared between requests; never changed. */
export interface Caller {
  readonly sessionId: string;
  readonly user: User;
  readonly door: string;
  readonly capped: boolean;
  readonly permissions: ReadonlySet<Permission>;
  readonly deviceId: string | null;
}

/** A login that succeeded. Only here are the tokens known: the database has their hashes. */
export interface OpenedSession {
  readonly session: Session;
  readonly user: User;
  readonly accessToken: string;
  readonly refreshToken: string | null;
}

interface Remembered {
  readonly caller: Caller;
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
    dispose: ({ caller }, token) => this.#tokensOf.get(caller.user.id)?.delete(token),
  });
  readonly #seen = new Set<Remembered>();
  readonly #listeners = new Set<(userId: number) => void>();
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
  async open(em: EntityManager, user: User, client: Client, door: Door, capped = door.capped): Promise<OpenedSession> {
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
    const em = this.db.em.fork();
    const hash = tokenHash(refreshToken);
    const now = this.clock();
    const first = await em.nativeUpdate(RefreshToken, { hash, usedAt: null }, { usedAt: new Date(now) });
    const used = await em.findOne(RefreshToken, { hash }, { populate: ['session.user.roles'] });
    const session = used?.session;
    if (session && first === 0) await this.revoke(session.user.id, session.id);
    const door = this.doors.get(session?.door ?? '');
    if (!session || !door || first === 0 || session.revokedAt || session.expiresAt.getTime() <= now) {
      throw new DomainError('UNAUTHENTICATED', 'The refresh token is not valid any more.');
    }
    if (session.user.status !== UserStatus.ACTIVE) {
      throw new DomainError('ACCOUNT_DISABLED', 'The account is disabled.');
    }
    const { columns, accessToken, ...tokens } = this.#mint(session.user, door, now);
    em.assign(session, { ...columns, lastSeenAt: new Date(now) });
    await em.nativeUpdate(Session, { id: session.id }, { ...columns, lastSeenAt: new Date(now) });
    await this.#keepRefreshToken(em, session, tokens.refreshToken);
    this.forget(session.user.id);
    return { session, user: session.user, accessToken, refreshToken: tokens.refreshToken };
  }

  /** Whose token it is, or null when it is not good (any more). No query when it was seen before. */
  async authenticate(token: string): Promise<Caller | null> {
    const known = this.#remembered.get(token) ?? (await this.#load(token));
    const now = this.clock();
    if (!known || known.expiresAt <= now) return null;
    known.seenAt = now;
    if (known.slidingMs !== null) known.expiresAt = now + known.slidingMs;
    this.#seen.add(known);
    return known.caller;
  }

  /** The sessions of a user that have not ended, latest first. */
  listActive(userId: number): Promise<Session[]> {
    return this.db.em
      .fork()
      .find(
        Session,
        { user: userId, revokedAt: null, expiresAt: { $gt: new Date(this.clock()) } },
        { orderBy: { createdAt: 'desc', id: 'asc' }, populate: ['user'] },
      );
  }

  /** The session by its id, ended or not; null when there is none. */
  find(id: string): Promise<Session | null> {
    return this.db.em.fork().findOne(Session, { id }, { populate: ['user'] });
  }

  /** Ends one session; its token fails from the next request on. */
  async revoke(userId: number, sessionId: string): Promise<void> {
    await this.#end({ id: sessionId, user: userId });
    this.forget(userId);
  }

  /** Ends all sessions of a user, but for the one to keep. */
  async revokeAll(userId: number, keep?: string): Promise<void> {
    await this.#end({ user: userId, ...(keep ? { id: { $ne: keep } } : {}) });
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

  /** Writes when sessions were last used, and prolongs sliding ones, all in one statement. */
  async saveSeen(): Promise<void> {
    const seen = [...this.#seen];
    this.#seen.clear();
    if (seen.length === 0) return;
    const time = (ms: number) => new Date(ms).toISOString();
    await this.db.em.fork().execute(
      `update sessions s set last_seen_at = seen.at,
         token_expires_at = coalesce(seen.until, s.token_expires_at),
         expires_at = coalesce(seen.until, s.expires_at)
       from (select * from json_to_recordset(?) as t(id uuid, at timestamptz, until timestamptz)) seen
       where s.id = seen.id`,
      [
        JSON.stringify(
          seen.map(({ caller, slidingMs, seenAt, expiresAt }) => ({
            id: caller.sessionId,
            at: time(seenAt),
            until: slidingMs === null ? null : time(expiresAt),
          })),
        ),
      ],
    );
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
    const granted = user.roles.getItems().flatMap((role) => role.permissions);
    return {
      caller: {
        sessionId: session.id,
        user,
        door: session.door,
        capped,
        permissions: grantedPermissions(granted, capped),
        deviceId: session.deviceId,
      },
      slidingMs: door?.sliding ? door.tokenLifetimeMs : null,
      expiresAt: session.tokenExpiresAt.getTime(),
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

  async #end(where: object): Promise<void> {
    await this.db.em
      .fork()
      .nativeUpdate(Session, { ...where, revokedAt: null }, { revokedAt: new Date(this.clock()) });
  }
}
