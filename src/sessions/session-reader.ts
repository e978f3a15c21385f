import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { DomainError } from '../errors.js';
import { grantedPermissions } from '../users/permissions.js';
import { UserStatus } from '../users/user.entity.js';
import type { Caller } from './caller.js';
import { RefreshToken } from './refresh-token.entity.js';
import { Session } from './session.entity.js';
import type { SessionActivity } from './session-activity.js';
import type { CachedSession } from './session-cache.js';
import type { SessionPolicy } from './session-policy.js';
import { type TokenSigner, tokenHash } from './token-signer.js';

const isUuid = (text: string) => /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text);

/** Reads sessions, and the callers they make. */
export class SessionReader {
  constructor(
    private readonly db: Database,
    private readonly signer: TokenSigner,
    private readonly clock: Clock,
    private readonly policies: ReadonlyMap<string, SessionPolicy>,
    private readonly seen: SessionActivity,
    private readonly longestMs: number,
  ) {}

  /** The session of an access token, which may have expired; null when we never signed it, or it was ended. */
  async byToken(token: string): Promise<CachedSession | null> {
    const session = await this.db.em
      .fork()
      .findOne(Session, { tokenHash: tokenHash(token), revokedAt: null }, { populate: ['user.roles'] });
    if (!session || session.user.status !== UserStatus.ACTIVE) return null;
    if (token.includes('.') && !this.signer.verifies(token, this.clock())) return null;
    return this.#toRemember(session);
  }

  /** A session as it is now, its access token expired or not; null when it was ended. */
  async byId(id: string): Promise<Caller | null> {
    const open = { id, revokedAt: null, user: { status: UserStatus.ACTIVE } };
    const session = await this.db.em.fork().findOne(Session, open, { populate: ['user.roles'] });
    return session && this.#toRemember(session);
  }

  /** The session that a refresh token goes on with, or went on with; null when it was ended. */
  async byRefreshToken(refreshToken: string): Promise<Caller | null> {
    const token = await this.db.em.fork().findOne(RefreshToken, { hash: tokenHash(refreshToken) });
    return token && this.byId(token.session.id);
  }

  /** A session, ended or not, with its user. @throws DomainError NOT_FOUND */
  async find(id: string): Promise<Session> {
    const session = isUuid(id)
      ? await this.db.em.fork().findOne(Session, { id }, { populate: ['user.roles'] })
      : null;
    if (!session) throw noSuchSession();
    return session;
  }

  /** Sessions that have not ended, latest first, of a user or of all. */
  active(userId: number | null, limit?: number): Promise<Session[]> {
    const whose = userId === null ? {} : { user: userId };
    return this.db.em.fork().find(
      Session,
      { ...whose, revokedAt: null, expiresAt: { $gt: new Date(this.clock()) } },
      {
        orderBy: { createdAt: 'desc', id: 'asc' },
        populate: ['user.roles'],
        ...(limit === undefined ? {} : { limit }),
      },
    );
  }

  #toRemember(session: Session): CachedSession {
    const { user, restricted } = session;
    const policy = this.policies.get(session.api);
    const unsaved = policy?.sliding ? (this.seen.unsavedExpiry(session.id) ?? 0) : 0;
    const granted = user.roles.getItems().flatMap((role) => role.permissions);
    return {
      sessionId: session.id,
      user,
      api: session.api,
      restricted,
      permissions: grantedPermissions(granted, restricted),
      deviceId: session.deviceId,
      deviceModel: session.deviceModel,
      clientVersion: session.clientVersion,
      slidingMs: policy?.sliding ? policy.tokenLifetimeMs : null,
      absoluteExpiresAt: session.createdAt.getTime() + this.longestMs,
      expiresAt: Math.max(session.tokenExpiresAt.getTime(), unsaved),
      lastSeenAt: session.lastSeenAt.getTime(),
    };
  }
}

export const noSuchSession = () => new DomainError('NOT_FOUND', 'There is no such session.');
