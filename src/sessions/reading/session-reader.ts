import type { Clock } from '../../clock.js';
import { BatchQueue } from '../../database/batch-queue.js';
import type { Database } from '../../database/database.js';
import { DomainError } from '../../errors.js';
import { grantedPermissions, NO_PERMISSIONS } from '../../users/permissions.js';
import { mustEnroll } from '../../users/required-factor.js';
import type { Caller } from '../caller.js';
import type { OpenedSession } from '../opening/openings.js';
import { Session, SessionKind } from '../session.entity.js';
import type { SessionActivity } from '../session-activity.js';
import type { SessionPolicies } from '../session-policy.js';
import { hasValidChecksum, isMachineToken, machineTokenHash } from '../tokens/machine-token.js';
import { type TokenSigner, tokenHash } from '../tokens/token-signer.js';
import type { CallerRow } from './caller-row.js';
import type { CachedSession } from './session-cache.js';

const isUuid = (text: string) => /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text);

/** Identifies a session: its id, or the hash of a token. */
type SessionKey = { readonly id: string } | { readonly hash: string } | { readonly refreshHash: string };

/**
 * Reads the session of an access token.
 * @param toCaller remembers the row.
 */
export type SessionRead = (
  hash: string,
  toCaller: (row: CallerRow) => CachedSession,
) => Promise<CachedSession | null>;

/** Reads sessions from the database. */
export class SessionReader {
  readonly #callers = new BatchQueue((keys: readonly SessionKey[]) => this.#readCallers(keys));

  constructor(
    private readonly db: Database,
    private readonly signer: TokenSigner,
    private readonly clock: Clock,
    private readonly policies: SessionPolicies,
    private readonly activity: SessionActivity,
  ) {}

  /** The number of sessions that wait to be read. */
  get waiting(): number {
    return this.#callers.waiting;
  }

  /**
   * The session of an access token, expired or not; null if the token was not issued or the session was revoked. A
   * forged or mistyped token takes no query where its form shows that it is one.
   * @param read how to read it, unless it belongs to a machine.
   * @throws DomainError UNAVAILABLE if too many tokens are being read
   */
  async byToken(
    token: string,
    hash: string,
    read: SessionRead = (unread) => this.#read({ hash: unread }),
  ): Promise<CachedSession | null> {
    if (token.includes('.') && !this.signer.verifies(token, this.clock())) return null;
    if (isMachineToken(token)) {
      return hasValidChecksum(token) ? this.#read({ hash: machineTokenHash(token) }) : null;
    }
    return read(hash, (row) => this.#toCaller(row));
  }

  /** A session, its access token expired or not; null if it was revoked. */
  byId(id: string): Promise<Caller | null> {
    return this.#read({ id });
  }

  /** The session of a refresh token, used or not; null if it was revoked. */
  byRefreshToken(refreshToken: string): Promise<Caller | null> {
    return this.#read({ refreshHash: tokenHash(refreshToken) });
  }

  /** The caller of a session that has just been opened or refreshed. */
  ofOpened({ session, user }: Pick<OpenedSession, 'session' | 'user'>): Caller {
    return this.#toCaller({
      ...session,
      sessionId: session.id,
      openedAt: session.createdAt.getTime(),
      expiresAt: session.tokenExpiresAt.getTime(),
      lastSeenAt: session.lastSeenAt.getTime(),
      userId: user.id,
      username: user.username,
      phone: user.phone,
      email: user.email,
      type: user.type,
      openId: user.openId,
      userCreatedAt: user.createdAt.getTime(),
      userUpdatedAt: user.updatedAt?.getTime() ?? null,
      ceiling: session.permissions,
      granted: user.roles.getItems().flatMap(({ permissions }) => permissions),
      mustEnroll: mustEnroll(user),
    });
  }

  /** A session, revoked or not, with its user and roles. @throws DomainError NOT_FOUND */
  async find(id: string): Promise<Session> {
    const session = isUuid(id)
      ? await this.db.em.fork().findOne(Session, { id }, { populate: ['user.roles'] })
      : null;
    if (!session) throw noSuchSession();
    return session;
  }

  async #read(key: SessionKey): Promise<CachedSession | null> {
    const row = await this.#callers.run(key);
    return row && this.#toCaller(row);
  }

  async #readCallers(keys: readonly SessionKey[]): Promise<(CallerRow | null)[]> {
    const rows = await this.db.em.execute<(CallerRow & { readonly index: number })[]>(
      'select * from read_callers(?)',
      [JSON.stringify(keys.map((key, index) => ({ index, ...key })))],
    );
    const byIndex = new Map(rows.map((row) => [row.index, row]));
    return keys.map((_, index) => byIndex.get(index) ?? null);
  }

  #toCaller(row: CallerRow): CachedSession {
    const { sessionId, restricted, kind, ceiling, mustEnroll } = row;
    const policy = this.policies.of(row.api);
    const unsaved = policy?.sliding ? (this.activity.unsavedExpiry(sessionId) ?? 0) : 0;
    return {
      sessionId,
      user: {
        id: row.userId,
        username: row.username,
        phone: row.phone,
        email: row.email,
        type: row.type,
        openId: row.openId,
        createdAt: new Date(row.userCreatedAt).toISOString(),
        updatedAt: row.userUpdatedAt === null ? null : new Date(row.userUpdatedAt).toISOString(),
        isStale: false,
        sessions: 0,
      },
      api: policy?.api ?? row.api,
      kind: SessionKind[kind],
      restricted,
      permissions: mustEnroll ? NO_PERMISSIONS : grantedPermissions(row.granted, { restricted, ceiling }),
      mustEnroll,
      deviceId: row.deviceId,
      deviceModel: row.deviceModel,
      clientVersion: row.clientVersion,
      address: row.address,
      slidingMs: policy?.sliding ? policy.tokenLifetimeMs : null,
      absoluteExpiresAt: this.policies.absoluteExpiry(row.openedAt),
      expiresAt: Math.max(row.expiresAt, unsaved),
      lastSeenAt: row.lastSeenAt,
      binding: null,
    };
  }
}

export const noSuchSession = () => new DomainError('NOT_FOUND', 'There is no such session.');
