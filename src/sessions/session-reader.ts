import type { Clock } from '../clock.js';
import { BatchQueue } from '../database/batch-queue.js';
import type { Database } from '../database/database.js';
import { DomainError } from '../errors.js';
import { grantedPermissions } from '../users/permissions.js';
import type { Caller } from './caller.js';
import type { OpenedSession } from './openings.js';
import { type Api, Session } from './session.entity.js';
import type { SessionActivity } from './session-activity.js';
import type { CachedSession } from './session-cache.js';
import type { SessionPolicies } from './session-policy.js';
import { type TokenSigner, tokenHash } from './token-signer.js';

const isUuid = (text: string) => /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text);

/** A session with its user, as the statement below returns it. Times in milliseconds. */
interface CallerRow {
  readonly tokenHash: string;
  readonly sessionId: string;
  readonly api: Api;
  readonly restricted: boolean;
  readonly deviceId: string | null;
  readonly deviceModel: string | null;
  readonly clientVersion: string | null;
  readonly address: string | null;
  readonly openedAt: number;
  readonly expiresAt: number;
  readonly lastSeenAt: number;
  readonly userId: number;
  readonly username: string | null;
  readonly phone: string | null;
  readonly email: string | null;
  readonly type: number | null;
  readonly openId: string | null;
  readonly userCreatedAt: number;
  readonly userUpdatedAt: number | null;
  /** Of the roles of the user. */
  readonly granted: readonly string[];
}

const milliseconds = (column: string) => `(extract(epoch from ${column}) * 1000)::float8`;

/**
 * Selects callers: sessions that were not revoked, of active users. Materialized, because a plan without statistics, as
 * before the first `analyze`, could look for every token once for each user.
 */
const selectCallers = (condition: string) => `
  with s as materialized (select * from sessions where revoked_at is null and ${condition})
  select s.token_hash as "tokenHash", s.id as "sessionId", s.door as api, s.capped as restricted,
    s.device_id as "deviceId", s.device_model as "deviceModel", s.client_version as "clientVersion", s.address,
    ${milliseconds('s.created_at')} as "openedAt", ${milliseconds('s.token_expires_at')} as "expiresAt",
    ${milliseconds('s.last_seen_at')} as "lastSeenAt",
    u.id as "userId", u.username, u.phone, u.email, u.type, u.open_id as "openId",
    ${milliseconds('u.created_at')} as "userCreatedAt", ${milliseconds('u.updated_at')} as "userUpdatedAt",
    array(
      select unnest(r.permissions) from user_roles ur join roles r on r.id = ur.role_id where ur.user_id = u.id
    ) as granted
  from s join users u on u.id = s.user_id where u.status = 'ACTIVE'`;

/** Reads sessions from the database. */
export class SessionReader {
  readonly #byTokenHash = new BatchQueue((hashes: readonly string[]) => this.#findByTokenHashes(hashes));

  constructor(
    private readonly db: Database,
    private readonly signer: TokenSigner,
    private readonly clock: Clock,
    private readonly policies: SessionPolicies,
    private readonly activity: SessionActivity,
  ) {}

  /**
   * The session of an access token, expired or not; null if the token was not issued or the session was revoked. A
   * forged token takes no query.
   * @throws DomainError UNAVAILABLE if too many tokens are being read
   */
  async byToken(token: string, hash: string): Promise<CachedSession | null> {
    if (token.includes('.') && !this.signer.verifies(token, this.clock())) return null;
    return this.#byTokenHash.run(hash);
  }

  /** A session, its access token expired or not; null if it was revoked. */
  async byId(id: string): Promise<Caller | null> {
    const [row] = await this.db.em.execute<CallerRow[]>(selectCallers('id = ?'), [id]);
    return row ? this.#toCaller(row) : null;
  }

  /** The session of a refresh token, used or not; null if it was revoked. */
  async byRefreshToken(refreshToken: string): Promise<Caller | null> {
    const [row] = await this.db.em.execute<CallerRow[]>(
      selectCallers('id = (select session_id from refresh_tokens where hash = ?)'),
      [tokenHash(refreshToken)],
    );
    return row ? this.#toCaller(row) : null;
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
      granted: user.roles.getItems().flatMap(({ permissions }) => permissions),
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

  async #findByTokenHashes(hashes: readonly string[]): Promise<(CachedSession | null)[]> {
    const rows = await this.db.em.execute<CallerRow[]>(selectCallers('token_hash = any(?::text[])'), [
      `{${hashes.join()}}`,
    ]);
    const byHash = new Map(rows.map((row) => [row.tokenHash, row]));
    return hashes.map((hash) => {
      const row = byHash.get(hash);
      return row ? this.#toCaller(row) : null;
    });
  }

  #toCaller(row: CallerRow): CachedSession {
    const { sessionId, restricted } = row;
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
      restricted,
      permissions: grantedPermissions(row.granted, restricted),
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
