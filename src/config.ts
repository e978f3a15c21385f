import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { z } from 'zod';
import { StartError } from './errors.js';
import { byteSize, duration, httpUrl, integer, knownZone, list, proxy, SECOND } from './setting-types.js';

/** Where text messages are sent. */
export type SmsSettings =
  | { readonly provider: 'outbox'; readonly dataDir: string }
  | ({ readonly provider: 'aliyun' } & AliyunSettings)
  | ({ readonly provider: 'webhook' } & WebhookSettings);

export interface AliyunSettings {
  /** `https://host[:port]`, `http://host[:port]`, or a bare host, which means https. */
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** The approved signature shown before the text, without its 【】. */
  readonly signName: string;
  /** An approved template with the one variable `code`. */
  readonly templateCode: string;
}

export interface WebhookSettings {
  /** http or https. */
  readonly url: string;
  /** Shared key of the HMAC, used as its UTF-8 bytes. */
  readonly secret: string;
}

/** One line per setting: its name, its form and its default. The README's table lists the same names. */
const Environment = z.object({
  NODE_ENV: z.string().default('development'),
  HOST: z
    .string()
    .refine((host) => host === 'localhost' || isIP(host) !== 0, 'must be an IP address or localhost')
    .default('127.0.0.1'),
  PORTS: z
    .string()
    .default('8080,8888')
    .transform(list)
    .pipe(z.array(integer(0, 65_535)).min(1, 'must name at least one port'))
    .refine(
      (ports) => new Set(ports.filter(Boolean)).size === ports.filter(Boolean).length,
      'names a port twice',
    ),
  PUBLIC_URL: httpUrl.transform((url) => url.replace(/\/+$/, '')).optional(),
  DATA_DIR: z
    .string()
    .default('./data')
    .transform((path) => resolve(path)),
  DATABASE_URL: z
    .string()
    .refine((text) => /^postgres(ql)?:$/.test(URL.parse(text)?.protocol ?? ''), 'must be a postgresql:// URL')
    .optional(),
  REDIS_URL: z.undefined({ error: 'is not supported by this version: it runs as a single node' }).optional(),
  STORAGE_URL: z
    .undefined({ error: 'is not supported by this version: packages stay in DATA_DIR' })
    .optional(),
  SMS_PROVIDER: z.enum(['outbox', 'aliyun', 'webhook'], 'must be outbox, aliyun or webhook').optional(),
  SMS_COUNTRIES: z
    .string()
    .default('+86')
    .transform(list)
    .pipe(z.array(z.string().regex(/^\+\d{1,4}$/, 'must be country codes such as +86,+852')).min(1)),
  SMS_DAILY_BUDGET: integer(1, 10_000_000).default(10_000),
  ALIYUN_SMS_ENDPOINT: z.string().default('https://dysmsapi.aliyuncs.com'),
  ALIYUN_ACCESS_KEY_ID: z.string().optional(),
  ALIYUN_ACCESS_KEY_SECRET: z.string().optional(),
  ALIYUN_SMS_SIGN_NAME: z.string().optional(),
  ALIYUN_SMS_TEMPLATE_CODE: z.string().optional(),
  SMS_WEBHOOK_URL: httpUrl.optional(),
  SMS_WEBHOOK_SECRET: z.string().min(16, 'must have at least 16 characters').optional(),
  JWT_SECRETS: z
    .string()
    .transform(list)
    .pipe(z.array(z.string().min(32, 'must each have at least 32 characters')).min(1))
    .optional(),
  ADMIN_ACCOUNT: z.string().optional(),
  ADMIN_PASSWORD: z.string().min(8, 'must have at least 8 characters').max(100).optional(),
  REGISTRATION: z.enum(['open', 'closed'], 'must be open or closed').default('open'),
  // A class or an office that signs up or logs in together shares one address: these stop programs, not people.
  REGISTRATIONS_PER_ADDRESS: integer(1, 1_000_000).default(100),
  CAPTCHAS_PER_ADDRESS: integer(1, 1_000_000).default(1000),
  CAPTCHA_FIXED_CODE: z
    .string()
    .regex(/^[\da-z]{1,8}$/i, 'must be 1 to 8 digits or letters')
    .optional(),
  SESSION_LIFETIME: z
    .union([z.literal('unlimited').transform(() => Number.POSITIVE_INFINITY), duration(60 * SECOND)], {
      error: 'must be unlimited, or a number and a unit such as 90d, at least 1m',
    })
    .default(Number.POSITIVE_INFINITY),
  HEARTBEAT_INTERVAL: duration(SECOND).default(30 * SECOND),
  TIME_ZONE: z
    .string()
    .refine(knownZone, 'must be an IANA zone such as Asia/Shanghai')
    .default('Asia/Shanghai'),
  LEGACY_MIN_PASSWORD: integer(1, 100).default(5),
  GRAPHQL_INTROSPECTION: z.enum(['on', 'off'], 'must be on or off').default('on'),
  GRAPHQL_DOCUMENTS: z.enum(['any', 'trusted'], 'must be any or trusted').default('any'),
  GRAPHQL_MANIFESTS: z.string().default('').transform(list),
  GRAPHQL_MAX_DEPTH: integer(1, 1000).default(12),
  GRAPHQL_MAX_ROOT_FIELDS: integer(1, 1000).default(10),
  GRAPHQL_MAX_ALIASES: integer(0, 10_000).default(30),
  GRAPHQL_MAX_DIRECTIVES: integer(0, 10_000).default(30),
  // Parsing is recursive: far more of them would not fit the stack.
  GRAPHQL_MAX_TOKENS: integer(10, 5000).default(2000),
  GRAPHQL_MAX_COST: integer(1, 1_000_000_000).default(10_000),
  GRAPHQL_COST_PER_MINUTE: integer(1, 1_000_000_000).default(30_000_000),
  UPLOAD_LIMIT: byteSize.default(4 * 1024 ** 3),
  LIVE_SOCKETS_PER_ADDRESS: integer(1, 1_000_000).default(1000),
  LIVE_SOCKETS_PER_USER: integer(1, 1_000_000).default(200),
  LIVE_SUBSCRIPTIONS_PER_SOCKET: integer(1, 10_000).default(100),
  RETAIN_SESSIONS: duration(0).default(30 * 86_400 * SECOND),
  RETAIN_PRESENCE: duration(0).default(90 * 86_400 * SECOND),
  RETAIN_AUDIT: duration(0).default(365 * 86_400 * SECOND),
  TRUST_PROXY: z
    .string()
    .default('off')
    .transform((text) => (text === 'off' ? [] : list(text)))
    .refine((items) => items.every(proxy), 'must be off, or addresses, CIDR ranges, loopback, uniquelocal'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], 'must be a pino level such as info')
    .default('info'),
});

type Settings = z.output<typeof Environment>;

/** Everything the operator can set; times in milliseconds. Frozen. */
export type Config = Readonly<
  Omit<Settings, 'SMS_PROVIDER' | 'REDIS_URL' | 'STORAGE_URL'> & { SMS: SmsSettings }
>;

const smsNeeds = {
  outbox: [],
  aliyun: [
    'ALIYUN_ACCESS_KEY_ID',
    'ALIYUN_ACCESS_KEY_SECRET',
    'ALIYUN_SMS_SIGN_NAME',
    'ALIYUN_SMS_TEMPLATE_CODE',
  ],
  webhook: ['SMS_WEBHOOK_URL', 'SMS_WEBHOOK_SECRET'],
} as const satisfies Record<SmsSettings['provider'], readonly (keyof Settings)[]>;

function smsSettings(s: Settings): SmsSettings {
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

const loopback = (host: string) => host === 'localhost' || host === '::1' || /^127\./.test(host);

const isProvider = (name: string): name is SmsSettings['provider'] => Object.hasOwn(smsNeeds, name);

/**
 * Rules that tie settings to each other, each as the sentence the operator reads.
 * @param s as given: what is given but bad is complained about already, and is not missing.
 */
function contradictions(s: Record<string, string | undefined>): string[] {
  const production = s.NODE_ENV === 'production';
  const provider = s.SMS_PROVIDER ?? 'outbox';
  const missing = isProvider(provider) ? smsNeeds[provider].filter((name) => s[name] === undefined) : [];
  const rules: [broken: boolean, sentence: string][] = [
    [production && !s.SMS_PROVIDER, 'SMS_PROVIDER must be named with NODE_ENV=production, even for outbox'],
    [missing.length > 0, `SMS_PROVIDER=${provider} needs ${missing.join(', ')}`],
    [!s.ADMIN_ACCOUNT !== !s.ADMIN_PASSWORD, 'ADMIN_ACCOUNT and ADMIN_PASSWORD go together'],
    [
      s.CAPTCHA_FIXED_CODE !== undefined && (production || (s.HOST !== undefined && !loopback(s.HOST))),
      'CAPTCHA_FIXED_CODE opens every captcha: it needs a loopback HOST and no NODE_ENV=production',
    ],
  ];
  return rules.filter(([broken]) => broken).map(([, sentence]) => sentence);
}

/** The settings as they are given. */
export type GivenSettings = Readonly<Record<string, string | undefined>>;

/** An empty value counts as unset, as container tools write it. */
const givenIn = (env: GivenSettings) =>
  Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));

const mistakesIn = (error: z.ZodError | undefined): string[] =>
  error?.issues.map((issue) => `${String(issue.path[0])} ${issue.message}`) ?? [];

const complaint = (bad: readonly string[]) =>
  new StartError(`The settings are not right: ${[...new Set(bad)].join('; ')}.`);

/**
 * Reads and validates all settings.
 * @param env `process.env`
 * @throws StartError with one message that names every bad setting.
 */
export function readConfig(env: GivenSettings): Config {
  const given = givenIn(env);
  const parsed = Environment.safeParse(given);
  const bad = [...mistakesIn(parsed.error), ...contradictions(given)];
  if (!parsed.success || bad.length > 0) throw complaint(bad);
  const { SMS_PROVIDER: _provider, REDIS_URL: _redis, STORAGE_URL: _storage, ...settings } = parsed.data;
  return Object.freeze({ ...settings, SMS: smsSettings(parsed.data) });
}

const Listening = Environment.pick({ HOST: true, PORTS: true });

/**
 * Where a gateway with these settings listens, for who looks for one; the other settings may be anything.
 * @throws StartError as `readConfig`
 */
export function readListening(env: GivenSettings): z.output<typeof Listening> {
  const { data, error } = Listening.safeParse(givenIn(env));
  if (data) return data;
  throw complaint(mistakesIn(error));
}
