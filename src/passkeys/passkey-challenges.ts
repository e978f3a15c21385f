import { randomBytes } from 'node:crypto';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { DomainError } from '../errors.js';
import { PasskeyChallenge, type PlannedPasskey } from './passkey-challenge.entity.js';

/** How long a challenge can be answered. */
export const CHALLENGE_LIFETIME_MS = 5 * 60_000;
const CHALLENGE_BYTES = 32;

export type ChallengePurpose = 'registration' | 'login' | 'proof';

/** The purpose of a challenge, and the session or login that it is bound to. */
export interface ChallengeUse {
  readonly purpose: ChallengePurpose;
  /** As `PasskeyChallenge.subject`. */
  readonly subject: string | null;
}

/** Issues challenges, each of which is answered once, over all nodes. */
export class PasskeyChallenges {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Issues a challenge. It replaces the one that the same session or waiting login had for this purpose.
   * @param planned the passkey to create.
   * @returns the challenge, base64url.
   */
  async issue(use: ChallengeUse, planned: PlannedPasskey | null = null): Promise<string> {
    const challenge = randomBytes(CHALLENGE_BYTES).toString('base64url');
    const expiresAt = new Date(this.clock() + CHALLENGE_LIFETIME_MS);
    const em = this.db.em.fork();
    // The devices of two logins may have one id.
    if (use.purpose !== 'login') await em.nativeDelete(PasskeyChallenge, use);
    await em.insert(PasskeyChallenge, { challenge, ...use, planned, expiresAt });
    return challenge;
  }

  /**
   * Uses a challenge up. It is committed at once, so that a failed answer cannot be repeated.
   * @returns the passkey to create, as `issue` got it.
   * @throws DomainError PASSKEY_INVALID
   */
  async consume(challenge: string, { purpose, subject }: ChallengeUse): Promise<PlannedPasskey | null> {
    const [consumed] = await this.db.em.fork().execute<{ planned: PlannedPasskey | null }[]>(
      `delete from passkey_challenges
       where challenge = ? and purpose = ? and subject is not distinct from ? and expires_at > ?
       returning planned`,
      [challenge, purpose, subject, new Date(this.clock()).toISOString()],
    );
    if (consumed) return consumed.planned;
    throw new DomainError('PASSKEY_INVALID', 'The challenge is unknown, used or expired. Start again.');
  }
}
