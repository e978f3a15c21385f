import type { SharedState } from '../adapters/shared-state.js';
import type { OpenedStorage } from '../adapters/storage/index.js';
import { Alarms } from '../alarms.js';
import type { Clock } from '../clock.js';
import type { Config } from '../config.js';
import type { Database } from '../database/database.js';
import type { CreatePresence } from '../devices/heartbeats/presence-recorder.js';
import type { PresenceOptions } from '../devices/presence.js';
import { SecretCipher } from '../factors/secret-cipher.js';
import { Health } from '../health/health.js';
import type { Limiters } from '../rate-limits/limiters.js';
import { LoginThrottle } from '../rate-limits/login-throttle.js';
import type { SessionPolicy } from '../sessions/session-policy.js';
import { derivedSigningKey, SigningKeys } from '../sessions/tokens/signing-keys.js';
import { TokenSigner } from '../sessions/tokens/token-signer.js';
import type { Events } from '../streams/events.js';
import type { Tracing } from '../tracing/tracing.js';

/** What a process brings to its services. */
export interface Dependencies {
  readonly db: Database;
  readonly jwtSecrets: readonly string[];
  readonly packageStorage: Pick<OpenedStorage, 'storage' | 'links' | 'check'>;
  readonly shared: SharedState;
  /** By default, one without listeners, as for commands. */
  readonly health?: Health;
  readonly clock: Clock;
  readonly sessionPolicies: readonly SessionPolicy[];
  /** Records what requests and jobs do; null by default. */
  readonly tracing?: Tracing | null;
  /** The shortest time of a failed login, and that of a request for a reset code, in milliseconds. */
  readonly minFailureMs?: number;
}

/** What several services share. */
export interface Core extends Pick<Dependencies, 'db' | 'clock'> {
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
  /** Whether every node asks for second factors. */
  readonly everyNodeAsksForFactors: () => boolean;
}

/** Creates what services share. */
export function createCore(config: Config, dependencies: Dependencies): Core {
  const { db, clock, shared, health = new Health(clock), tracing = null } = dependencies;
  const { events, limiters } = shared;
  return {
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
    // Nodes that know this setting do.
    everyNodeAsksForFactors: () => shared.everyNodeKnows('PASSKEY_DOMAIN'),
    tracing,
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
