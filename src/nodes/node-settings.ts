import { createHmac } from 'node:crypto';
import type { Config, StorageSettings } from '../config.js';
import { tracing } from '../settings/trace-settings.js';

/** Fingerprints by setting. Nodes compare them, and cannot read the settings of each other. */
export type Fingerprints = Readonly<Record<string, string>>;

type Setting = keyof Config;

/** Settings that may differ, since each is about one host. */
const LOCAL = new Set<string>([
  'HOST',
  'PORTS',
  'TRUST_PROXY',
  'KEEP_ALIVE_TIMEOUT',
  'DATA_DIR',
  'DATABASE_URL',
  'DATABASE_DIRECT_URL',
  'REDIS_URL',
  'ADMIN_ACCOUNT',
  'ADMIN_PASSWORD',
  'METRICS_PORT',
  'METRICS_TOKEN',
  'LOG_LEVEL',
  'NODE_ENV',
  'TRACES',
  'IGNORED',
] satisfies Setting[]);

/** Settings without which nodes contradict each other: about tokens, presence and packages. */
const REQUIRED = new Set<string>([
  'JWT_SECRETS',
  'SIGNING_KEYS',
  'SESSION_LIFETIME',
  'HEARTBEAT_INTERVAL',
  'STORAGE_URL',
  'DATA_DIR',
] satisfies (Setting | 'STORAGE_URL')[]);

const SEPARATOR = ' ';

/**
 * @param fleetId makes the fingerprints of equal secrets different in other fleets.
 * @param packageFolderId null where packages are not in a folder.
 */
export function fingerprintsOf(
  config: Config,
  fleetId: string,
  packageFolderId: string | null,
): Fingerprints {
  const fingerprint = (value: unknown) =>
    createHmac('sha256', fleetId)
      .update(String(JSON.stringify(value)))
      .digest('base64url');
  const { JWT_SECRETS, SIGNING_KEYS, SMS, STORAGE, PASSKEYS, ...settings } = config;
  const compared = {
    ...settings,
    SMS_PROVIDER: SMS.provider,
    PASSKEY_DOMAIN: PASSKEYS?.id ?? null,
    PASSKEY_ORIGINS: PASSKEYS?.origins ?? [],
    STORAGE_URL: locationOf(STORAGE),
    STORAGE_DOWNLOADS: STORAGE.kind === 's3' && STORAGE.redirects,
  };
  const single = Object.entries(compared).filter(
    ([name]) => !LOCAL.has(name) && !Object.hasOwn(tracing, name),
  );
  return {
    ...Object.fromEntries(single.map(([name, value]) => [name, fingerprint(value)])),
    JWT_SECRETS: (JWT_SECRETS ?? []).map(fingerprint).join(SEPARATOR),
    SIGNING_KEYS: (SIGNING_KEYS ?? []).map(fingerprint).join(SEPARATOR),
    // Its path is that of the host, but its packages must be those of all nodes.
    ...(packageFolderId === null ? {} : { DATA_DIR: fingerprint(packageFolderId) }),
  };
}

/** Only where packages are: hosts may reach a bucket in different ways, and later versions have more parameters. */
const locationOf = (storage: StorageSettings): readonly unknown[] =>
  storage.kind === 'disk' ? [storage.kind] : [storage.kind, storage.endpoint, storage.bucket, storage.prefix];

/** The names of settings that differ between two nodes. */
export interface Differences {
  /** Those without which the nodes contradict each other. */
  readonly required: readonly string[];
  readonly others: readonly string[];
}

export function differencesOf(own: Fingerprints, other: Fingerprints): Differences {
  // A setting that only one version knows cannot be compared.
  const names = Object.keys(own).filter((name) => name in other && !agree(name, own[name], other[name]));
  return {
    required: names.filter((name) => REQUIRED.has(name)),
    others: names.filter((name) => !REQUIRED.has(name)),
  };
}

/** While secrets and keys are rotated, lists differ: each node must verify what the other one signs. */
function agree(name: string, own = '', other = ''): boolean {
  if (name !== 'JWT_SECRETS' && name !== 'SIGNING_KEYS') return own === other;
  const [ours, theirs] = [own.split(SEPARATOR), other.split(SEPARATOR)];
  return ours.includes(theirs[0] ?? '') && theirs.includes(ours[0] ?? '');
}
