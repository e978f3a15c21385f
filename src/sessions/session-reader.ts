import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { DomainError } from '../errors.js';
import { grantedPermissions } from '../users/permissions.js';
import { type User, UserStatus } from '../users/user.entity.js';
import type { Caller, RememberedUser } from './caller.js';
import { RefreshToken } from './refresh-token.entity.js';
import { Session } from './session.entity.js';
import type { SessionActivity } from './session-activity.js';
import type { CachedSession } from './session-cache.js';
import type { SessionPolicies } from './session-policy.js';
import { type TokenSigner, tokenHash } from './token-signer.js';

const isUuid = (text: string) => /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text);

/** Reads sessions from the database. */
export class SessionReader {
  constructor(
    private readonly db: Database,
    private readonly signer: TokenSigner,
    private readonly clock: Clock,
    private readonly policies: SessionPolicies,
    private readonly activity: SessionActivity,
  ) {}

  /** The session of an access token, expired or not; null if we did not issue it or the session was revoked. */
  async byToken(token: string): Promise<CachedSession | null> {
    const session = await this.db.em
      .fork()
      .findOne(Session, { tokenHash: tokenHash(token), revokedAt: null }, { populate: ['user.roles'] });
    if (!session || session.user.status !== UserStatus.ACTIVE) return null;
    if (token.includes('.') && !this.signer.verifies(token, this.clock())) return null;
    return this.#toCaller(session);
  }

  /** A session, its access token expired or not; null if it was revoked. */
  async byId(id: string): Promise<Caller | null> {
    const open = { id, revokedAt: null, user: { status: UserStatus.ACTIVE } };
    const session = await this.db.em.fork().findOne(Session, open, { populate: ['user.roles'] });
    return session && this.#toCaller(session);
  }

  /** The session of a refresh token, used or not; null if it was revoked. */
  async byRefreshToken(refreshToken: string): Promise<Caller | null> {
    const token = await this.db.em.fork().findOne(RefreshToken, { hash: tokenHash(refreshToken) });
    return token && this.byId(token.session.id);
  }

  /** A session, revoked or not, with its user and roles. @throws DomainError NOT_FOUND */
  async find(id: string): Promise<Session> {
    const session = isUuid(id)
      ? await this.db.em.fork().findOne(Session, { id }, { populate: ['user.roles'] })
      : null;
    if (!session) throw noSuchSession();
    return session;
  }

  #toCaller(session: Session): CachedSession {
    const { user, restricted } = session;
    const policy = this.policies.of(session.api);
    const unsaved = policy?.sliding ? (this.activity.unsavedExpiry(session.id) ?? 0) : 0;
    const granted = user.roles.getItems().flatMap((role) => role.permissions);
    return {
      sessionId: session.id,
      user: remembered(user),
      api: session.api,
      restricted,
      permissions: grantedPermissions(granted, restricted),
      deviceId: session.deviceId,
      deviceModel: session.deviceModel,
      clientVersion: session.clientVersion,
      address: session.address,
      slidingMs: policy?.sliding ? policy.tokenLifetimeMs : null,
      absoluteExpiresAt: this.policies.absoluteExpiry(session.createdAt.getTime()),
      expiresAt: Math.max(session.tokenExpiresAt.getTime(), unsaved),
      lastSeenAt: session.lastSeenAt.getTime(),
    };
  }
}

const remembered = ({
  id,
  username,
  phone,
  email,
  type,
  openId,
  createdAt,
  updatedAt,
}: User): RememberedUser => ({
  id,
  username,
  phone,
  email,
  type,
  openId,
  createdAt: createdAt.toISOString(),
  updatedAt: updatedAt?.toISOString() ?? null,
});

export const noSuchSession = () => new DomainError('NOT_FOUND', 'There is no such session.');
