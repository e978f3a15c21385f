import { LoginAttempts } from '../logins/login-attempts.js';
import { LoginChallenges } from '../logins/login-challenges.js';
import { loginTurns } from '../logins/login-turns.js';
import { PasskeyLogins } from '../logins/passkey-logins.js';
import { PasswordGuard } from '../logins/password-guard.js';
import { PasswordLogins } from '../logins/password-logins.js';
import { PasswordReplacement } from '../logins/password-replacement.js';
import { PasswordVerifier } from '../logins/password-verifier.js';
import { Passwords } from '../logins/passwords.js';
import { PhoneLogins } from '../logins/phone-logins.js';
import { Registrations } from '../logins/registrations.js';
import { ScanLogins } from '../logins/scan-logins.js';
import { StepUps } from '../logins/step-ups.js';
import { AccountLimit } from '../rate-limits/account-limit.js';
import { AddressLimit } from '../rate-limits/address-limit.js';
import { PasswordResets } from '../recovery/password-resets.js';
import { ResetLinks } from '../recovery/reset-links.js';
import { KnownClients } from '../sessions/known-clients.js';
import { RecentClients } from '../sessions/recent-clients.js';
import { traceCalls } from '../tracing/trace-calls.js';
import type { createAccounts } from './accounts.js';
import type { createCaptchas } from './captchas.js';
import type { Core, Dependencies } from './core.js';
import type { createFactors } from './factors.js';

/** Logins by passkey that an address may begin in an hour, for schools behind one address. */
const PASSKEY_LOGINS_PER_ADDRESS = 1000;

/** Reset links that an address may redeem or try to in an hour, for schools behind one address. */
const RESETS_PER_ADDRESS = 100;

/** Reset links that an account may create in an hour, for a school that starts again. */
const LINKS_PER_CREATOR = 200;

/** Ways to sign in, to get a password again, and to prove more. */
export function createLogins(
  core: Core,
  accounts: ReturnType<typeof createAccounts> &
    ReturnType<typeof createCaptchas> &
    ReturnType<typeof createFactors>,
  { minFailureMs }: Pick<Dependencies, 'minFailureMs'>,
) {
  const { db, clock, throttle, tracing, limiters } = core;
  const { users, sessions, smsCodes, scanTickets, secondFactors: factors, passkeyVerifier } = accounts;
  const attempts = new LoginAttempts(db, clock, loginTurns(), new RecentClients(db, clock));
  const verifier = traceCalls(tracing, new PasswordVerifier(db, users, minFailureMs), {
    verify: () => ({ name: 'verify password' }),
    reject: () => ({ name: 'verify password' }),
  });
  const knownClients = new KnownClients(db, clock);
  const challenges = new LoginChallenges({
    db,
    users,
    sessions,
    factors,
    verifier: passkeyVerifier,
    knownClients,
    attempts,
    clock,
  });
  const guard = new PasswordGuard(throttle, verifier, knownClients);
  const replacement = new PasswordReplacement(db, sessions, clock);
  const limit = new AddressLimit(limiters, {
    name: 'reset-links',
    perHour: RESETS_PER_ADDRESS,
    refusal: 'Too many reset links were tried from this address; try again later.',
  });
  const passkeyLimit = new AddressLimit(limiters, {
    name: 'passkey-logins',
    perHour: PASSKEY_LOGINS_PER_ADDRESS,
    refusal: 'Too many logins by passkey were begun from this address; try again later.',
  });
  const creations = new AccountLimit(limiters, {
    name: 'reset-link-creators',
    perHour: LINKS_PER_CREATOR,
    refusal: 'You have created too many reset links; try again later.',
  });
  return {
    passwords: new Passwords({ db, users, sessions, throttle, replacement, clock }),
    passwordResets: new PasswordResets({
      db,
      users,
      codes: smsCodes,
      attempts,
      replacement,
      clock,
      answerMs: minFailureMs,
    }),
    resetLinks: new ResetLinks({ db, users, replacement, creations, limit, clock }),
    passkeyLogins: new PasskeyLogins({
      db,
      users,
      sessions,
      verifier: passkeyVerifier,
      attempts,
      throttle,
      limit: passkeyLimit,
    }),
    passwordLogins: new PasswordLogins(db, challenges, guard, attempts),
    phoneLogins: new PhoneLogins({ db, users, sessions, challenges, codes: smsCodes, attempts }),
    scanLogins: new ScanLogins(users, challenges, scanTickets, attempts),
    loginChallenges: challenges,
    stepUps: new StepUps({ db, users, factors, verifier: passkeyVerifier, throttle, clock }),
    registrations: new Registrations(db, users, sessions),
  };
}
