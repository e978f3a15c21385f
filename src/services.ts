import type { SharedState } from './adapters/shared-state.js';
import { createSmsSender } from './adapters/sms/index.js';
import type { OpenedStorage } from './adapters/storage/index.js';
import { AccountEditing } from './administration/account-editing.js';
import { Administration } from './administration/administration.js';
import { RoleEditing } from './administration/role-editing.js';
import { SetupLink } from './administration/setup-link.js';
import { UserImport } from './administration/user-import.js';
import { Alarms } from './alarms.js';
import { AuditTail } from './audit-log/audit-tail.js';
import { CaptchaStore } from './captchas/captcha-store.js';
import { CaptchaTurns } from './captchas/captcha-turns.js';
import { ImageCaptchas } from './captchas/image-captchas.js';
import { ReportedSmsSender } from './captchas/reported-sms-sender.js';
import { ScanStatuses } from './captchas/scan-statuses.js';
import { ScanTickets } from './captchas/scan-tickets.js';
import { SmsCodes } from './captchas/sms-codes.js';
import type { Clock } from './clock.js';
import type { Config } from './config.js';
import type { Database } from './database/database.js';
import { fleetId } from './database/fleet-id.js';
import { DeviceActionRunner } from './devices/actions/device-action-runner.js';
import { DeviceActions } from './devices/actions/device-actions.js';
import { DeviceLimits } from './devices/device-limits.js';
import { DeviceSettings } from './devices/device-settings.js';
import { Devices } from './devices/devices.js';
import { DeviceEditing } from './devices/editing/device-editing.js';
import { DeviceRetirement } from './devices/editing/device-retirement.js';
import { DeviceGroups } from './devices/groups/device-groups.js';
import { Bindings } from './devices/heartbeats/bindings.js';
import { Heartbeats } from './devices/heartbeats/heartbeats.js';
import type { CreatePresence } from './devices/heartbeats/presence-recorder.js';
import { FleetHistory } from './devices/history/fleet-history.js';
import { FleetSampler } from './devices/history/fleet-sampler.js';
import { VersionHistory } from './devices/history/version-history.js';
import { KnownDevices } from './devices/known-devices.js';
import { OnlineDevices } from './devices/live/online-devices.js';
import type { PresenceOptions } from './devices/presence.js';
import { SessionLimit } from './devices/session-limit.js';
import { PresenceStore } from './devices/transitions/presence-store.js';
import { ExportTickets } from './exports/export-tickets.js';
import { Exports } from './exports/exports.js';
import { Authenticators } from './factors/authenticators.js';
import { Enrollments } from './factors/enrollments.js';
import { SecondFactors } from './factors/second-factors.js';
import { SecretCipher } from './factors/secret-cipher.js';
import { Health } from './health.js';
import { JobRuns } from './job-runs.js';
import { LoginAttempts } from './logins/login-attempts.js';
import { LoginChallenges } from './logins/login-challenges.js';
import { loginTurns } from './logins/login-turns.js';
import { PasskeyLogins } from './logins/passkey-logins.js';
import { PasswordGuard } from './logins/password-guard.js';
import { PasswordLogins } from './logins/password-logins.js';
import { PasswordReplacement } from './logins/password-replacement.js';
import { PasswordVerifier } from './logins/password-verifier.js';
import { Passwords } from './logins/passwords.js';
import { PhoneLogins } from './logins/phone-logins.js';
import { Registrations } from './logins/registrations.js';
import { ScanLogins } from './logins/scan-logins.js';
import { StepUps } from './logins/step-ups.js';
import { ApiKeys } from './machines/api-keys.js';
import { DeviceClaims } from './machines/device-claims.js';
import { DeviceCredentials } from './machines/device-credentials.js';
import { OwnNode } from './nodes/node-info.js';
import { PasskeyChallenges } from './passkeys/passkey-challenges.js';
import { PasskeyRegistrations } from './passkeys/passkey-registrations.js';
import { PasskeyVerifier } from './passkeys/passkey-verifier.js';
import { Passkeys } from './passkeys/passkeys.js';
import { AccountLimit } from './rate-limits/account-limit.js';
import { AddressLimit } from './rate-limits/address-limit.js';
import { ClaimThrottle } from './rate-limits/claim-throttle.js';
import { ComplexityBudget } from './rate-limits/complexity-budget.js';
import { databaseTurns } from './rate-limits/database-turns.js';
import type { FairTurns } from './rate-limits/fair-turns.js';
import type { Limiters } from './rate-limits/limiters.js';
import { LoginThrottle } from './rate-limits/login-throttle.js';
import { PasswordResets } from './recovery/password-resets.js';
import { ResetLinks } from './recovery/reset-links.js';
import { NewestRelease } from './releases/newest-release.js';
import { ReleaseEvents } from './releases/release-events.js';
import { Releases } from './releases/releases.js';
import { UploadSlots } from './releases/upload-slots.js';
import { KnownClients } from './sessions/known-clients.js';
import { OpenSessions } from './sessions/open-sessions.js';
import { RecentClients } from './sessions/recent-clients.js';
import { SessionPolicies, type SessionPolicy } from './sessions/session-policy.js';
import { Sessions } from './sessions/sessions.js';
import { derivedSigningKey, SigningKeys } from './sessions/tokens/signing-keys.js';
import { TokenSigner } from './sessions/tokens/token-signer.js';
import type { Events } from './streams/events.js';
import { Tally } from './tally.js';
import { traceCalls } from './tracing/trace-calls.js';
import type { Tracing } from './tracing/tracing.js';
import { AccountChanges } from './users/account-changes.js';
import { Users } from './users/users.js';

/** What a process brings to its services. */
export interface Dependencies {
  readonly db: Database;
  readonly jwtSecrets: readonly string[];
  readonly packageStorage: Pick<OpenedStorage, 'storage' | 'links' | 'check'>;
  readonly shared: SharedState;
  /** By default one that nothing is reported to, as for commands. */
  readonly health?: Health;
  readonly clock: Clock;
  readonly sessionPolicies: readonly SessionPolicy[];
  /** Records what requests and jobs do; null by default. */
  readonly tracing?: Tracing | null;
  /** The shortest time of a failed login, and that of a request for a reset code, in milliseconds. */
  readonly minFailureMs?: number;
}

/** All services, for the APIs. */
export type Services = ReturnType<typeof createServices>;

/** Wires the services. Nothing is opened or started here. */
export function createServices(config: Config, dependencies: Dependencies) {
  const { db, clock, shared, health = new Health(clock), tracing = null } = dependencies;
  const { events, jobLeases, limiters } = shared;
  const core = {
    config,
    db,
    clock,
    alarms: new Alarms(clock),
    health,
    events,
    limiters,
    createPresence: (options: Omit<PresenceOptions, 'intervalMs'>) =>
      shared.createPresence({
        ...options,
        intervalMs: config.HEARTBEAT_INTERVAL,
        ...(tracing ? { onEntry: withCause(options.onEntry, tracing) } : {}),
      }),
    createHeartbeatRelay: shared.createHeartbeatRelay,
    signer: createSigner(config, dependencies),
    cipher: new SecretCipher(dependencies.jwtSecrets),
    throttle: new LoginThrottle(limiters),
    tracing,
  };
  const accounts = createAccounts(core, dependencies.sessionPolicies);
  const captchas = createCaptchas(core);
  const factors = createFactors(core, accounts);
  const devices = createDevices(core, accounts);
  const turns = databaseTurns();
  return {
    config,
    db,
    clock,
    alarms: core.alarms,
    events,
    jobLeases,
    jobRuns: new JobRuns(clock),
    /** Requests that were refused before any API saw them, by reason. */
    shed: new Tally(['too_many_waiting', 'too_many_bodies', 'too_many_pipelined']),
    health,
    tracing,
    databaseTurns: turns,
    complexityBudget: new ComplexityBudget(limiters, config.GRAPHQL_COMPLEXITY_PER_MINUTE),
    ...accounts,
    ...captchas,
    ...factors,
    ...createLogins(core, { ...accounts, ...captchas, ...factors }, dependencies),
    ...devices,
    ...createExports(core, accounts, devices, turns),
    ...createDeviceCredentials(core, accounts),
    ...createReleases(core, dependencies.packageStorage),
    auditTail: new AuditTail(db),
    signingKeys: core.signer.keys,
    node: new OwnNode(health),
    otherNodes: shared.otherNodes,
  };
}

function createSigner({ SIGNING_KEYS }: Config, { jwtSecrets, shared }: Dependencies): TokenSigner {
  const keys = new SigningKeys(SIGNING_KEYS ?? jwtSecrets.map(derivedSigningKey));
  return new TokenSigner(jwtSecrets, keys, () => shared.everyNodeKnows('SIGNING_KEYS'));
}

/** Notes which request or job a transition is from. */
const withCause =
  (onEntry: PresenceOptions['onEntry'], tracing: Tracing): PresenceOptions['onEntry'] =>
  ({ entry, ...rest }) =>
    onEntry({ entry: { ...entry, cause: tracing.current() ?? undefined }, ...rest });

/** What several services share. */
interface Core extends Pick<Dependencies, 'db' | 'clock'> {
  readonly tracing: Tracing | null;
  readonly config: Config;
  readonly alarms: Alarms;
  readonly health: Health;
  readonly events: Events;
  readonly limiters: Limiters;
  readonly createPresence: CreatePresence;
  readonly createHeartbeatRelay: SharedState['createHeartbeatRelay'];
  readonly signer: TokenSigner;
  readonly cipher: SecretCipher;
  readonly throttle: LoginThrottle;
}

function createAccounts(
  { config, db, clock, events, limiters, signer }: Core,
  policies: readonly SessionPolicy[],
) {
  const changes = new AccountChanges(db, events, clock);
  const sessions = new Sessions({
    db,
    changes,
    signer,
    clock,
    policies: new SessionPolicies(policies, config.SESSION_LIFETIME),
    limiters,
    sessionsPerUser: config.SESSIONS_PER_USER,
  });
  const registrationLimit = new AddressLimit(limiters, {
    name: 'registrations',
    perHour: config.REGISTRATIONS_PER_ADDRESS,
    refusal: 'Too many accounts were created from this address; try again later.',
  });
  const users = new Users(db, registrationLimit, changes, clock);
  users.onChange(({ id }) => sessions.invalidate(id));
  const administration = new Administration(db, users, sessions, changes, clock);
  return {
    changes,
    apiKeys: new ApiKeys(db, users, sessions, clock),
    sessions,
    openSessions: new OpenSessions(db, clock),
    users,
    administration,
    accountEditing: new AccountEditing(db, users, changes, clock),
    roleEditing: new RoleEditing({ db, sessions, changes, clock }),
    setupLink: new SetupLink(administration, signer, () => fleetId(db)),
    userImport: new UserImport(db, clock),
  };
}

function createCaptchas(core: Core) {
  const { config, db, clock, alarms, events, health, limiters, signer, throttle, tracing } = core;
  const fixedCode = config.CAPTCHA_FIXED_CODE;
  const limit = new AddressLimit(limiters, {
    name: 'captchas',
    perHour: config.CAPTCHAS_PER_ADDRESS,
    refusal: 'Too many captchas were requested from this address; try again later.',
  });
  const store = new CaptchaStore(db, signer, clock);
  const turns = new CaptchaTurns(limit);
  const sender = new ReportedSmsSender(smsSender(config, tracing), health);
  return {
    captchaTurns: turns,
    imageCaptchas: new ImageCaptchas(db, store, turns, fixedCode),
    smsCodes: new SmsCodes(db, store, sender, throttle, {
      fixedCode,
      countries: config.SMS_COUNTRIES,
      dailyBudget: config.SMS_DAILY_BUDGET,
    }),
    scanTickets: new ScanTickets(db, new ScanStatuses(db, events, alarms, clock), signer, turns, clock),
  };
}

/** The provider may be slow: its answer is awaited within a request. */
const smsSender = ({ SMS }: Config, tracing: Tracing | null) =>
  traceCalls(tracing, createSmsSender(SMS), {
    send: () => ({ name: `send SMS by ${SMS.provider}`, kind: 'client' }),
  });

function createFactors(
  { db, clock, cipher, throttle }: Core,
  { users, sessions, changes }: ReturnType<typeof createAccounts>,
) {
  const enrollments = new Enrollments(sessions, changes, clock);
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

/** Logins by passkey that an address may begin in an hour, for schools behind one address. */
const PASSKEY_LOGINS_PER_ADDRESS = 1000;

/** Reset links that an address may redeem or try to in an hour, for schools behind one address. */
const RESETS_PER_ADDRESS = 100;

/** Reset links that an account may create in an hour, for a school that starts again. */
const LINKS_PER_CREATOR = 200;

function createLogins(
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

function createDevices(
  { config, db, clock, events, limiters, createPresence, createHeartbeatRelay }: Core,
  { sessions, users }: { readonly sessions: Sessions; readonly users: Users },
) {
  const store = new PresenceStore(db, config.HEARTBEAT_INTERVAL);
  const limits = new DeviceLimits(limiters, config.DEVICES_PER_ACCOUNT, config.DEVICES_PER_ADDRESS);
  const bindings = new Bindings(db, limits);
  const heartbeats = new Heartbeats(store, bindings, events, clock, createPresence);
  sessions.onEnd((ended) => heartbeats.sessionsEnded(ended));
  const sessionLimit = new SessionLimit(db, sessions, heartbeats, clock, config.SESSIONS_PER_USER);
  sessions.onOpen((session, openSessions) => sessionLimit.enforce(session, openSessions));
  users.onChange((user, before) => heartbeats.ownerChanges.add(user, before));
  sessions.onRefresh((expiresAt) => heartbeats.sessionsRefreshed(expiresAt));
  const deviceSettings = new DeviceSettings(db, heartbeats, events);
  return {
    heartbeats,
    deviceSettings,
    deviceGroups: new DeviceGroups(db, clock),
    deviceRetirement: new DeviceRetirement(db, heartbeats, sessions, clock),
    deviceActions: new DeviceActions(db, heartbeats, events, clock),
    deviceActionRunner: new DeviceActionRunner({
      db,
      heartbeats,
      settings: deviceSettings,
      sessions,
      events,
      clock,
    }),
    deviceEditing: new DeviceEditing(db, heartbeats, deviceSettings, clock),
    heartbeatRelay: createHeartbeatRelay(heartbeats.recorded),
    devices: new Devices(db, heartbeats, new KnownDevices(db, events, sessions)),
    onlineDevices: new OnlineDevices(db),
    versionHistory: new VersionHistory(db),
    fleetSampler: new FleetSampler(db, heartbeats, clock),
    fleetHistory: new FleetHistory(db, clock),
  };
}

/** Codes that devices of one address may ask for in an hour, for schools behind one address: a device asks six times. */
const CLAIMS_PER_ADDRESS = 1000;

function createDeviceCredentials(
  { config, db, clock, limiters, signer }: Core,
  { users, sessions }: ReturnType<typeof createAccounts>,
) {
  const perAccount = config.DEVICES_PER_ACCOUNT;
  const deviceCredentials = new DeviceCredentials({ db, users, sessions, clock, perAccount });
  const limit = new AddressLimit(limiters, {
    name: 'device-claims',
    perHour: CLAIMS_PER_ADDRESS,
    refusal: 'Too many codes were requested from this address; try again later.',
  });
  const throttle = new ClaimThrottle(limiters);
  return {
    deviceCredentials,
    deviceClaims: new DeviceClaims({ db, credentials: deviceCredentials, signer, limit, throttle, clock }),
  };
}

function createExports(
  { db, clock, limiters }: Core,
  { sessions, users }: { readonly sessions: Sessions; readonly users: Users },
  { heartbeats }: { readonly heartbeats: Heartbeats },
  databaseTurns: FairTurns,
) {
  const exportTickets = new ExportTickets(db, limiters, clock);
  return {
    exportTickets,
    exports: new Exports({ db, sessions, users, heartbeats, databaseTurns, tickets: exportTickets, clock }),
  };
}

function createReleases(
  { config, db, clock, events }: Core,
  { storage, links, check }: Dependencies['packageStorage'],
) {
  const releases = new Releases(db, storage, events, clock, config.UPLOAD_LIMIT);
  return {
    releases,
    uploadSlots: new UploadSlots(),
    packageLinks: links,
    storageCheck: check,
    releaseEvents: new ReleaseEvents(db, events),
    newestRelease: new NewestRelease(releases, events),
  };
}
