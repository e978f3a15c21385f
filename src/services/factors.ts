import { Authenticators } from '../factors/authenticators.js';
import { Enrollments } from '../factors/enrollments.js';
import { SecondFactors } from '../factors/second-factors.js';
import { PasskeyChallenges } from '../passkeys/passkey-challenges.js';
import { PasskeyRegistrations } from '../passkeys/passkey-registrations.js';
import { PasskeyVerifier } from '../passkeys/passkey-verifier.js';
import { Passkeys } from '../passkeys/passkeys.js';
import type { createAccounts } from './accounts.js';
import type { Core } from './core.js';

/** Second factors and passkeys. */
export function createFactors(
  { db, clock, cipher, throttle, everyNodeAsksForFactors }: Core,
  { users, sessions, changes }: ReturnType<typeof createAccounts>,
) {
  const enrollments = new Enrollments(sessions, changes, clock, everyNodeAsksForFactors);
  const authenticators = new Authenticators({ db, users, enrollments, cipher, clock });
  const challenges = new PasskeyChallenges(db, clock);
  const passkeyVerifier = new PasskeyVerifier(db, challenges, clock);
  return {
    authenticators,
    secondFactors: new SecondFactors({
      db,
      authenticators,
      passkeys: passkeyVerifier,
      enrollments,
      throttle,
      clock,
    }),
    passkeyVerifier,
    passkeys: new Passkeys(db, enrollments, clock),
    passkeyRegistrations: new PasskeyRegistrations(db, challenges, enrollments, clock),
  };
}
