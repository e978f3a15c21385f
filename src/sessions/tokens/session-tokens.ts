import type { EntityManager } from '@mikro-orm/postgresql';
import { requireActive } from '../../users/account-status.js';
import type { User } from '../../users/user.entity.js';
import type { Session } from '../session.entity.js';
import type { SessionPolicies, SessionPolicy } from '../session-policy.js';
import { RefreshToken } from './refresh-token.entity.js';
import { type TokenSigner, tokenHash } from './token-signer.js';

export interface TokenPair {
  readonly accessToken: string;
  /** Null where the API has no refresh tokens. */
  readonly refreshToken: string | null;
}

/** The outcome of presenting a refresh token. */
export type Rotation =
  | { readonly outcome: 'rotated'; readonly session: Session; readonly tokens: TokenPair }
  /** It was used before, which means that it was stolen. */
  | { readonly outcome: 'reused'; readonly session: Session }
  | { readonly outcome: 'invalid' };

/** Issues the tokens of sessions, and rotates refresh tokens. */
export class SessionTokens {
  constructor(
    private readonly signer: TokenSigner,
    private readonly policies: SessionPolicies,
  ) {}

  /** New tokens in the format of the policy, and the session columns that depend on them. Times in milliseconds. */
  issue(user: User, policy: SessionPolicy, { now, openedAt }: { now: number; openedAt: number }) {
    const absoluteExpiry = this.policies.absoluteExpiry(openedAt);
    const expiresAt = Math.min(now + policy.tokenLifetimeMs, absoluteExpiry);
    const accessToken = policy.mintToken(user, { issuedAt: now, expiresAt }, this.signer);
    const lifetimeMs = policy.refresh?.lifetimeMs ?? policy.tokenLifetimeMs;
    return {
      tokens: { accessToken, refreshToken: policy.refresh?.mintToken() ?? null },
      columns: {
        tokenHash: tokenHash(accessToken),
        tokenExpiresAt: new Date(expiresAt),
        expiresAt: new Date(Math.min(now + lifetimeMs, absoluteExpiry)),
      },
    };
  }

  /**
   * Exchanges a refresh token for a new pair, within the caller's transaction.
   * @param hash of the refresh token.
   * @throws DomainError ACCOUNT_DISABLED
   */
  async rotate(em: EntityManager, hash: string, now: number): Promise<Rotation> {
    // The update locks the row, so a parallel rotation waits here and then finds the token used.
    const used = await em.nativeUpdate(RefreshToken, { hash, usedAt: null }, { usedAt: new Date(now) });
    const token = await em.findOne(RefreshToken, { hash }, { populate: ['session.user.roles'] });
    const session = token?.session;
    const policy = session && this.policies.of(session.api);
    if (!session || !policy || session.revokedAt || session.expiresAt.getTime() <= now) {
      return { outcome: 'invalid' };
    }
    const openedAt = session.createdAt.getTime();
    if (this.policies.absoluteExpiry(openedAt) <= now) return { outcome: 'invalid' };
    if (used === 0) return { outcome: 'reused', session };
    requireActive(session.user);
    const { columns, tokens } = this.issue(session.user, policy, { now, openedAt });
    em.assign(session, { ...columns, lastSeenAt: new Date(now) });
    if (tokens.refreshToken) {
      await em.insert(RefreshToken, { hash: tokenHash(tokens.refreshToken), session: session.id });
    }
    return { outcome: 'rotated', session, tokens };
  }
}
