import type { z } from 'zod';
import { StartError } from './errors.js';
import { passkeyConflicts, type RelyingParty, relyingParty } from './settings/passkey-settings.js';
import { textProblems } from './settings/setting-text.js';
import { Settings } from './settings/settings.js';
import type { S3Url } from './settings/storage-url.js';
import { ignoredTraceSettings, type TraceSettings, traceSettings } from './settings/trace-settings.js';

/** `process.env` */
export type Environment = Readonly<Record<string, string | undefined>>;

/** How text messages are sent. */
export type SmsSettings =
  | { readonly provider: 'outbox'; readonly dataDir: string }
  | ({ readonly provider: 'aliyun' } & AliyunSettings)
  | ({ readonly provider: 'webhook' } & WebhookSettings);

export interface AliyunSettings {
  /** `https://host[:port]`, `http://host[:port]`, or a bare host, which means https. */
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** The approved signature that is shown before the text, without its 【】. */
  readonly signName: string;
  /** An approved template with the single variable `code`. */
  readonly templateCode: string;
}

export interface WebhookSettings {
  /** An http or https URL. */
  readonly url: string;
  /** The key of the HMAC, as its UTF-8 bytes. */
  readonly secret: string;
}

/** Where packages are stored. */
export type StorageSettings = { readonly kind: 'disk'; readonly dataDir: string } | S3Settings;

export interface S3Settings extends S3Url {
  readonly kind: 's3';
  /** Whether clients are sent to S3 to download. */
  readonly redirects: boolean;
}

export type { RelyingParty } from './settings/passkey-settings.js';

type ParsedSettings = z.output<typeof Settings>;

/** All settings, frozen: times in milliseconds, sizes in bytes. */
export type Config = Readonly<
  Omit<
    ParsedSettings,
    'SMS_PROVIDER' | 'STORAGE_URL' | 'STORAGE_DOWNLOADS' | 'PASSKEY_DOMAIN' | 'PASSKEY_ORIGINS'
  > & {
    SMS: SmsSettings;
    STORAGE: StorageSettings;
    TRACES: TraceSettings | null;
    /** Null where no setting names the domain of passkeys. */
    PASSKEYS: RelyingParty | null;
    /** Names of settings that are set and have no effect. */
    IGNORED: readonly string[];
  }
>;

/**
 * Reads and validates all settings.
 * @throws StartError with one message that names every invalid setting.
 */
export function readConfig(env: Environment): Config {
  const data = parse(Settings, env, conflictsIn);
  const {
    SMS_PROVIDER: _provider,
    STORAGE_URL: _storage,
    STORAGE_DOWNLOADS: _downloads,
    PASSKEY_DOMAIN: _domain,
    PASSKEY_ORIGINS: _origins,
    ...settings
  } = data;
  return Object.freeze({
    ...settings,
    SMS: smsSettings(data),
    STORAGE: storageSettings(data),
    TRACES: traceSettings(data),
    PASSKEYS: relyingParty(data),
    IGNORED: ignoredTraceSettings(env),
  });
}

const AddressSettings = Settings.pick({ HOST: true, PORTS: true });

/**
 * Reads where a gateway with these settings listens. Other settings may be invalid.
 * @throws StartError as `readConfig`
 */
export function readListenAddress(env: Environment): z.output<typeof AddressSettings> {
  return parse(AddressSettings, env);
}

/** @param conflicts finds problems between settings. */
function parse<T>(
  settings: z.ZodObject & z.ZodType<T>,
  env: Environment,
  conflicts: (given: Environment) => string[] = () => [],
): T {
  const given = withoutEmpty(env);
  const ofText = textProblems(given, Object.keys(settings.shape));
  const { data, error } = settings.safeParse(given);
  // The text of a setting explains why its form is wrong.
  const ofForm = error?.issues.filter(({ path }) => !ofText.has(String(path[0]))).map(sentence) ?? [];
  const problems = [...ofText.values(), ...ofForm, ...conflicts(given)];
  if (data && problems.length === 0) return data;
  throw new StartError(`Invalid settings: ${[...new Set(problems)].join('; ')}.`);
}

/** Container tools write an unset variable as an empty one. */
const withoutEmpty = (env: Environment) =>
  Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));

const sentence = ({ path, message }: z.core.$ZodIssue): string => `${String(path[0])} ${message}`;

const requiredBy = {
  outbox: [],
  aliyun: [
    'ALIYUN_ACCESS_KEY_ID',
    'ALIYUN_ACCESS_KEY_SECRET',
    'ALIYUN_SMS_SIGN_NAME',
    'ALIYUN_SMS_TEMPLATE_CODE',
  ],
  webhook: ['SMS_WEBHOOK_URL', 'SMS_WEBHOOK_SECRET'],
} as const satisfies Record<SmsSettings['provider'], readonly (keyof ParsedSettings)[]>;

const isProvider = (name: string): name is SmsSettings['provider'] => Object.hasOwn(requiredBy, name);

const isIn = (port: string | undefined, ports: string) =>
  port !== undefined && port !== '0' && ports.split(',').some((other) => other.trim() === port.trim());

const isLoopback = (host: string) => host === 'localhost' || host === '::1' || /^127\./.test(host);

/**
 * Checks the settings against each other.
 * @param s as given, since an invalid setting is reported already and not missing.
 */
function conflictsIn(s: Environment): string[] {
  const production = s.NODE_ENV === 'production';
  const provider = s.SMS_PROVIDER ?? 'outbox';
  const missing = isProvider(provider) ? requiredBy[provider].filter((name) => s[name] === undefined) : [];
  const rules: [broken: boolean, sentence: string][] = [
    [production && !s.SMS_PROVIDER, 'SMS_PROVIDER must be set with NODE_ENV=production, even to outbox'],
    [missing.length > 0, `SMS_PROVIDER=${provider} requires ${missing.join(', ')}`],
    [
      s.REDIS_URL !== undefined && s.JWT_SECRETS === undefined,
      'REDIS_URL requires JWT_SECRETS, the same on all nodes',
    ],
    [
      s.REDIS_URL !== undefined && s.DATABASE_URL === undefined,
      'REDIS_URL requires DATABASE_URL, the same on all nodes',
    ],
    [!s.DATABASE_URL && !!s.DATABASE_DIRECT_URL, 'DATABASE_DIRECT_URL requires DATABASE_URL'],
    [
      s.STORAGE_DOWNLOADS === 'redirect' && !s.STORAGE_URL?.startsWith('s3:'),
      'STORAGE_DOWNLOADS=redirect requires STORAGE_URL=s3://…',
    ],
    [
      isIn(s.METRICS_PORT, s.PORTS ?? '8080,8888'),
      'METRICS_PORT must not be one of PORTS: leave it out, and set METRICS_TOKEN',
    ],
    [!s.ADMIN_ACCOUNT !== !s.ADMIN_PASSWORD, 'ADMIN_ACCOUNT and ADMIN_PASSWORD must be set together'],
    [
      s.CAPTCHA_FIXED_CODE !== undefined && (production || (s.HOST !== undefined && !isLoopback(s.HOST))),
      'CAPTCHA_FIXED_CODE disables every captcha and requires a loopback HOST without NODE_ENV=production',
    ],
  ];
  return [...rules.filter(([broken]) => broken).map(([, sentence]) => sentence), ...passkeyConflicts(s)];
}

function smsSettings(s: ParsedSettings): SmsSettings {
  switch (s.SMS_PROVIDER) {
    case 'aliyun':
      return {
        provider: 'aliyun',
        endpoint: s.ALIYUN_SMS_ENDPOINT,
        accessKeyId: s.ALIYUN_ACCESS_KEY_ID ?? '',
        accessKeySecret: s.ALIYUN_ACCESS_KEY_SECRET ?? '',
        signName: s.ALIYUN_SMS_SIGN_NAME ?? '',
        templateCode: s.ALIYUN_SMS_TEMPLATE_CODE ?? '',
      };
    case 'webhook':
      return { provider: 'webhook', url: s.SMS_WEBHOOK_URL ?? '', secret: s.SMS_WEBHOOK_SECRET ?? '' };
    default:
      return { provider: 'outbox', dataDir: s.DATA_DIR };
  }
}

function storageSettings({ STORAGE_URL: url, STORAGE_DOWNLOADS, DATA_DIR }: ParsedSettings): StorageSettings {
  if (url === null) return { kind: 'disk', dataDir: DATA_DIR };
  return { kind: 's3', ...url, redirects: STORAGE_DOWNLOADS === 'redirect' };
}
