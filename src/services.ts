import { MemoryEvents } from './adapters/events/memory.js';
import { createSmsSender } from './adapters/sms/index.js';
import { DiskStorage } from './adapters/storage/disk.js';
import { Administration } from './administration/administration.js';
import { SetupLink } from './administration/setup-link.js';
import { UserImport } from './administration/user-import.js';
import { CaptchaStore } from './captchas/captcha-store.js';
import { ImageCaptchas } from './captchas/image-captchas.js';
import { ScanTickets } from './captchas/scan-tickets.js';
import { SmsCodes } from './captchas/sms-codes.js';
import type { Clock } from './clock.js';
import type { Config } from './config.js';
import type { Database } from './database/database.js';
import { Bindings } from './devices/bindings.js';
import { Devices } from './devices/devices.js';
import { Heartbeats } from './devices/heartbeats.js';
import { KnownDevices } from './devices/known-devices.js';
import { PresenceStore } from './devices/presence-store.js';
import { LoginAttempts } from './logins/login-attempts.js';
import { PasswordLogins } from './logins/password-logins.js';
import { PasswordVerifier } from './logins/password-verifier.js';
import { Passwords } from './logins/passwords.js';
import { PhoneLogins } from './logins/phone-logins.js';
import { Registrations } from './logins/registrations.js';
import { ScanLogins } from './logins/scan-logins.js';
import { AddressLimit } from './rate-limits/address-limit.js';
import { CostBudget } from './rate-limits/complexity-budget.js';
import { LoginThrottle } from './rate-limits/login-throttle.js';
import { NewestRelease } from './releases/newest-release.js';
import { Releases } from './releases/releases.js';
import { SessionPolicies, type SessionPolicy } from './sessions/session-policy.js';
import { Sessions } from './sessions/sessions.js';
import { TokenSigner } from './sessions/token-signer.js';
import { Users } from './users/users.js';

/** What the services stand on. */
export interface Adapters {
  readonly db: Database;
  readonly jwtSecrets: readonly string[];
  readonly clock: Clock;
  /** How the sessions of each API look. */
  readonly sessionPolicies: readonly SessionPolicy[];
  /** How long a failed login takes at least, in milliseconds; see `PasswordVerifier`. */
  readonly minFailureMs?: number;
}

/** Everything a door may call. */
export type Services = ReturnType<typeof createServices>;

/** Wires the services; nothing is opened or started here. */
export function createServices(config: Config, adapters: Adapters) {
  const { db, jwtSecrets, clock, sessionPolicies, minFailureMs } = adapters;
  const signer = new TokenSigner(jwtSecrets);
  const events = new MemoryEvents();
  const throttle = new LoginThrottle();
  const policies = new SessionPolicies(sessionPolicies, config.SESSION_LIFETIME);
  const sessions = new Sessions(db, signer, clock, policies);
  const registrationLimit = new AddressLimit(
    config.REGISTRATIONS_PER_ADDRESS,
    'Too many accounts were opened from this address; try again later.',
  );
  const users = new Users(db, registrationLimit, clock);
  users.onChange((userId) => sessions.invalidate(userId));
  const captchaLimit = new AddressLimit(
    config.CAPTCHAS_PER_ADDRESS,
    'Too many captchas were asked for from this address; try again later.',
  );
  const captchas = new CaptchaStore(db, signer, clock);
  const imageCaptchas = new ImageCaptchas(db, captchas, captchaLimit, config.CAPTCHA_FIXED_CODE);
  const smsCodes = new SmsCodes(db, captchas, createSmsSender(config.SMS), throttle, {
    fixedCode: config.CAPTCHA_FIXED_CODE,
    countries: config.SMS_COUNTRIES,
    dailyBudget: config.SMS_DAILY_BUDGET,
  });
  const scanTickets = new ScanTickets(db, events, signer, captchaLimit, clock);
  const attempts = new LoginAttempts(db, throttle, clock);
  const store = new PresenceStore(db);
  const heartbeats = new Heartbeats(store, new Bindings(db), events, clock, config.HEARTBEAT_INTERVAL);
  sessions.onEnd((ended) => heartbeats.sessionsEnded(ended));
  sessions.onRefresh((id, endsAt) => heartbeats.sessionRefreshed(id, endsAt));
  const administration = new Administration(db, users, sessions, clock);
  const releases = new Releases(db, new DiskStorage(config.DATA_DIR), events, clock, config.UPLOAD_LIMIT);
  return {
    config,
    clock,
    db,
    users,
    sessions,
    imageCaptchas,
    smsCodes,
    scanTickets,
    administration,
    events,
    heartbeats,
    devices: new Devices(db, heartbeats, new KnownDevices(db, events, sessions)),
    releases,
    costs: new CostBudget(config.GRAPHQL_COST_PER_MINUTE),
    newestRelease: new NewestRelease(releases, events),
    userImport: new UserImport(db, clock),
    setupLink: new SetupLink(administration),
    passwords: new Passwords(db, users, sessions, throttle, clock),
    passwordLogins: new PasswordLogins(
      db,
      users,
      sessions,
      new PasswordVerifier(users, minFailureMs),
      attempts,
    ),
    phoneLogins: new PhoneLogins(db, users, sessions, smsCodes, attempts),
    scanLogins: new ScanLogins(db, users, sessions, scanTickets),
    registrations: new Registrations(db, users, sessions),
  };
}
