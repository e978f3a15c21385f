import type { EntityManager } from '@mikro-orm/postgresql';
import { requireActive } from '../users/account-status.js';
import type { User } from '../users/user.entity.js';
import { RefreshToken } from './refresh-token.entity.js';
import type { Session } from './session.entity.js';
import type { SessionPolicy } from './session-policy.js';
import { type TokenSigner, tokenHash } from './token-signer.js';

/** Makes the tokens of sessions, and exchanges them. */
export class SessionTokens {
  constructor(
    private readonly signer: TokenSigner,
    private readonly policies: ReadonlyMap<string, SessionPolicy>,
    private readonly longestMs: number,
  ) {}

  /** New tokens in the form of the policy, and the session's columns that go with them; times in milliseconds. */
  mint(user: User, policy: SessionPolicy, { now, openedAt }: { now: number; openedAt: number }) {
    const endsAt = openedAt + this.longestMs;
    const expiresAt = Math.min(now + policy.tokenLifetimeMs, endsAt);
    const accessToken = policy.mintToken(user, { issuedAt: now, expiresAt }, this.signer);
    return {
      accessToken,
      refreshToken: policy.refresh?.mintToken() ?? null,
      columns: {
        tokenHash: tokenHash(accessToken),
        tokenExpiresAt: new Date(expiresAt),
        expiresAt: new Date(Math.min(now + (policy.refresh?.lifetimeMs ?? policy.tokenLifetimeMs), endsAt)),
      },
    };
  }

  /**
   * Spends a refresh token for a new pair, within the caller's transaction.
   * @param hash of the refresh token.
   * @returns no session for an unknown or dead token; a session without tokens when the token was used before.
   * @throws DomainError ACCOUNT_DISABLED
   */
  async rotate(em: EntityManager, hash: string, now: number) {
    const first = await em.nativeUpdate(RefreshToken, { hash, usedAt: null }, { usedAt: new Date(now) });
    const used = await em.findOne(RefreshToken, { hash }, { populate: ['session.user.roles'] });
    const session = used?.session;
    const policy = this.policies.get(session?.api ?? '');
    if (!session || !policy || session.revokedAt || session.expiresAt.getTime() <= now) return {};
    const openedAt = session.createdAt.getTime();
    if (openedAt + this.longestMs <= now) return {};
    if (first === 0) return { session };
    requireActive(session.user);
    const { columns, ...tokens } = this.mint(session.user, policy, { now, openedAt });
    em.assign(session, { ...columns, lastSeenAt: new Date(now) });
    await keepRefreshToken(em, session, tokens.refreshToken);
    return { session, tokens };
  }
}

/** Keeps the hash of a refresh token, where the policy has any. */
export async function keepRefreshToken(
  em: EntityManager,
  session: Session,
  token: string | null,
): Promise<void> {
  if (token) await em.insert(RefreshToken, { hash: tokenHash(token), session: session.id });
}
