import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { z } from 'zod';
import { databaseUrlProblem } from './database-url.js';
import { passkeys } from './passkey-settings.js';
import { parseRedisUrl } from './redis-url.js';
import {
  byteSize,
  commaList,
  doc,
  duration,
  httpUrl,
  integer,
  isProxy,
  isTimeZone,
} from './setting-types.js';
import { signingKeys } from './signing-keys.js';
import { parseStorageUrl } from './storage-url.js';
import { tracing } from './trace-settings.js';

const network = {
  HOST: z
    .string()
    .refine((host) => host === 'localhost' || isIP(host) !== 0, 'must be an IP address or localhost')
    .prefault('127.0.0.1')
    .meta(doc('IP address to listen on, or `localhost`.')),
  PORTS: commaList
    .pipe(z.array(integer(0, 65_535)).min(1, 'must name at least one port'))
    .refine(isDistinct, 'must not contain a port twice')
    .prefault('8080,8888')
    .meta(doc('Ports to listen on. Every API is on every port; `0` picks a free one.')),
  PUBLIC_URL: httpUrl
    .transform((url) => url.replace(/\/+$/, ''))
    .optional()
    .meta(
      doc(
        'Base URL of the absolute links in responses. Passkeys belong to its host: see [operations.md](operations.md#passkeys).',
        'taken from the request',
      ),
    ),
  TRUST_PROXY: z
    .string()
    .transform((text) => (text === 'off' ? [] : commaList.parse(text)))
    .refine((items) => items.every(isProxy), 'must be off, or addresses, CIDR ranges, loopback, uniquelocal')
    .prefault('off')
    .meta(
      doc(
        'Proxies whose `X-Forwarded-*`, `X-Request-Id` and `traceparent` headers count: addresses, CIDR ranges, `loopback`, `uniquelocal`.',
      ),
    ),
  KEEP_ALIVE_TIMEOUT: duration('1s')
    .prefault('75s')
    .meta(
      doc(
        'How long a connection stays open without a request. It must be longer than the proxy in front keeps its connections: otherwise the proxy sends requests on connections that close, and answers 502. nginx keeps them for 60 seconds.',
      ),
    ),
  DRAIN_DELAY: duration('0s')
    .prefault('0s')
    .meta(
      doc(
        'How long a stopping gateway still accepts connections, while `/health/ready` answers 503. Set it to the time that your load balancer takes to notice, such as `10s` with Kubernetes. nginx does not ask.',
      ),
    ),
  DRAIN_TIMEOUT: duration('0s')
    .prefault('5s')
    .meta(
      doc(
        'How long a stopping gateway then waits for requests in progress, such as uploads. A supervisor must wait for 10 seconds more before it kills the gateway.',
      ),
    ),
};

const databaseUrl = z.string().superRefine((text, context) => {
  const message = databaseUrlProblem(text);
  if (message !== null) context.addIssue({ code: 'custom', message });
});

/** @param parse throws a RangeError that says what the text must be. */
const parsedBy = <T>(parse: (text: string) => T) =>
  z.string().transform((text, context) => {
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      context.addIssue({ code: 'custom', message: error.message });
      return z.NEVER;
    }
  });

const storage = {
  DATA_DIR: z
    .string()
    .transform((path) => resolve(path))
    .prefault('./data')
    .meta(doc('Folder of the embedded database, uploaded packages, generated secrets and the SMS outbox.')),
  DATABASE_URL: databaseUrl
    .optional()
    .meta(
      doc(
        '`postgresql://` URL of the database to use, with the parameters of libpq: see [operations.md](operations.md#the-database).',
        'embedded PostgreSQL',
      ),
    ),
  DATABASE_DIRECT_URL: databaseUrl
    .optional()
    .meta(
      doc(
        'URL of the same database without the pooler in front, such as PgBouncer in transaction mode. The gateway holds a lock there.',
        '`DATABASE_URL`',
      ),
    ),
  REDIS_URL: parsedBy(parseRedisUrl)
    .optional()
    .meta(
      doc(
        'What several nodes share: `redis://host:6379/0`, `rediss://…`, with `sentinel=name` or `cluster=true` as a parameter: see [scaling.md](scaling.md). Without it, one gateway serves a database.',
        'single node',
      ),
    ),
  STORAGE_URL: parsedBy(parseStorageUrl)
    .prefault('file:')
    .meta(
      doc(
        'Where packages are stored: `file:` for `DATA_DIR`, or `s3://bucket/prefix?region=…&endpoint=…` for S3-compatible storage: see [operations.md](operations.md#packages-in-s3).',
      ),
    ),
  STORAGE_DOWNLOADS: z
    .enum(['proxy', 'redirect'], 'must be proxy or redirect')
    .prefault('proxy')
    .meta(
      doc(
        '`proxy` sends packages in S3 through the gateway. `redirect` sends clients to S3 with links that are valid for a minute, even if the package is withdrawn meanwhile.',
      ),
    ),
};

const accounts = {
  ADMIN_ACCOUNT: z
    .string()
    .optional()
    .meta(
      doc(
        'Username of the first administrator, created at a start without any administrator. Requires `ADMIN_PASSWORD`.',
        'the start prints a single-use set-up link',
      ),
    ),
  ADMIN_PASSWORD: z
    .string()
    .min(8, 'must be at least 8 characters')
    .max(100, 'must be at most 100 characters')
    .optional()
    .meta(doc('Password of the first administrator, 8 to 100 characters.')),
  REGISTRATION: z
    .enum(['open', 'closed'], 'must be open or closed')
    .prefault('open')
    .meta(doc('`closed` refuses registration through GraphQL.')),
  JWT_SECRETS: commaList
    .pipe(z.array(z.string().min(32, 'must each be at least 32 characters')).min(1, 'must not be empty'))
    .optional()
    .meta(
      doc(
        'Comma-separated secrets of at least 32 characters each. The first one signs tokens, and encrypts the secrets of authenticator apps; all of them verify and decrypt.',
        'generated in `DATA_DIR`',
      ),
    ),
  SIGNING_KEYS: signingKeys
    .optional()
    .meta(
      doc(
        'Private keys of the curve P-256 as JSON: a JWK, an array, or a JWK set. The first one signs the tokens of GraphQL; all of them verify, and `/.well-known/jwks.json` has their public parts.',
        'derived from `JWT_SECRETS`',
      ),
    ),
  SESSION_LIFETIME: z
    .union([z.literal('unlimited').transform(() => Number.POSITIVE_INFINITY), duration('1m')], {
      error: 'must be unlimited, or a number and a unit such as 90d, at least 1m',
    })
    .prefault('unlimited')
    .meta(doc('How long after its login a session ends even if it is used and refreshed, such as `90d`.')),
  LEGACY_MIN_PASSWORD: integer(1, 100)
    .prefault('5')
    .meta(doc('Shortest new password at the teacher API. GraphQL requires 8 characters.')),
  ...passkeys,
};

const captchas = {
  CAPTCHA_FIXED_CODE: z
    .string()
    .regex(/^[\da-z]{1,8}$/i, 'must be 1 to 8 digits or letters')
    .optional()
    .meta(
      doc(
        'The answer to every image and SMS captcha, for integration tests of clients. Requires a loopback `HOST`, and is refused with `NODE_ENV=production`.',
        'random answers',
      ),
    ),
  SMS_PROVIDER: z
    .enum(['outbox', 'aliyun', 'webhook'], 'must be outbox, aliyun or webhook')
    .optional()
    .meta(
      doc(
        '`outbox` appends messages to `outbox/sms.jsonl` in `DATA_DIR`, `aliyun` and `webhook` send them. Required with `NODE_ENV=production`.',
        '`outbox`',
      ),
    ),
  SMS_COUNTRIES: commaList
    .pipe(
      z
        .array(z.string().regex(/^\+\d{1,4}$/, 'must be country codes such as +86,+852'))
        .min(1, 'must name at least one country code'),
    )
    .prefault('+86')
    .meta(doc('Country codes of the numbers that codes may be sent to.')),
  SMS_DAILY_BUDGET: integer(1, 10_000_000)
    .prefault('10000')
    .meta(doc('Maximum number of SMS in 24 hours, over all phone numbers.')),
  ALIYUN_SMS_ENDPOINT: z
    .string()
    .prefault('https://dysmsapi.aliyuncs.com')
    .meta(doc('Endpoint of the Aliyun SMS API.')),
  ALIYUN_ACCESS_KEY_ID: z.string().optional().meta(doc('Access key id for `aliyun`.')),
  ALIYUN_ACCESS_KEY_SECRET: z.string().optional().meta(doc('Access key secret for `aliyun`.')),
  ALIYUN_SMS_SIGN_NAME: z.string().optional().meta(doc('Approved signature for `aliyun`, without its 【】.')),
  ALIYUN_SMS_TEMPLATE_CODE: z
    .string()
    .optional()
    .meta(doc('Approved template for `aliyun`, with the variable `code`.')),
  SMS_WEBHOOK_URL: httpUrl
    .optional()
    .meta(doc('URL for `webhook`, which receives `{to, code, text, at}` by POST.')),
  SMS_WEBHOOK_SECRET: z
    .string()
    .min(16, 'must be at least 16 characters')
    .optional()
    .meta(doc('Key of the HMAC in `X-Gatehouse-Signature` for `webhook`, at least 16 characters.')),
};

const devices = {
  HEARTBEAT_INTERVAL: duration('1s')
    .prefault('30s')
    .meta(doc('How often a device is expected to send a heartbeat.')),
  TIME_ZONE: z
    .string()
    .refine(isTimeZone, 'must be an IANA time zone such as Asia/Shanghai')
    .prefault('Asia/Shanghai')
    .meta(doc('IANA time zone of the times in legacy responses.')),
};

const graphql = {
  GRAPHQL_INTROSPECTION: z
    .enum(['on', 'off'], 'must be on or off')
    .prefault('on')
    .meta(doc('`off` hides the schema, and the names that error messages suggest.')),
  GRAPHQL_DOCUMENTS: z
    .enum(['any', 'trusted'], 'must be any or trusted')
    .prefault('any')
    .meta(
      doc(
        '`trusted` executes only the documents of the manifests: `schema/trusted-documents.json` and those of `GRAPHQL_MANIFESTS`. Requests may name them by hash in either case.',
      ),
    ),
  GRAPHQL_MANIFESTS: commaList
    .prefault('')
    .meta(
      doc(
        "Comma-separated manifest files of other front ends, in the form of codegen's `persistedDocuments` or of Apollo.",
        'none',
      ),
    ),
  GRAPHQL_MAX_DEPTH: integer(1, 1000)
    .prefault('12')
    .meta(doc('Maximum depth of an operation; a fragment counts wherever it is spread.')),
  GRAPHQL_MAX_ROOT_FIELDS: integer(1, 1000)
    .prefault('10')
    .meta(doc('Maximum number of root fields in an operation.')),
  GRAPHQL_MAX_ALIASES: integer(0, 10_000)
    .prefault('30')
    .meta(doc('Maximum number of aliases in an operation.')),
  GRAPHQL_MAX_DIRECTIVES: integer(0, 10_000)
    .prefault('30')
    .meta(doc('Maximum number of directives in an operation.')),
  // Parsing is recursive and would overflow the stack with far more tokens.
  GRAPHQL_MAX_TOKENS: integer(10, 5000).prefault('2000').meta(doc('Maximum number of tokens in a document.')),
  GRAPHQL_MAX_COMPLEXITY: integer(1, 1_000_000_000)
    .prefault('10000')
    .meta(
      doc(
        'Maximum complexity of an operation: the number of fields in its largest response. A list counts `first` or `last` times (100 times for a variable), or 10 times without them.',
      ),
    ),
  GRAPHQL_MAX_BATCH: integer(1, 100)
    .prefault('10')
    .meta(doc("Maximum number of operations in one HTTP request, as Apollo's `BatchHttpLink` sends them.")),
  GRAPHQL_COMPLEXITY_PER_MINUTE: integer(1, 1_000_000_000)
    .prefault('30000000')
    .meta(
      doc(
        'Maximum complexity of all operations that a user, or an anonymous address, may execute in a minute. Heartbeats are free. A tenth of it bounds the parsing of documents that are not in the cache.',
      ),
    ),
};

const limits = {
  UPLOAD_LIMIT: byteSize.prefault('4GiB').meta(doc('Maximum size of a package.')),
  // Schools and offices share one address, so that these limits are far above what people do.
  REGISTRATIONS_PER_ADDRESS: integer(1, 1_000_000)
    .prefault('100')
    .meta(doc('Maximum number of accounts that one address may create in an hour.')),
  CAPTCHAS_PER_ADDRESS: integer(1, 1_000_000)
    .prefault('1000')
    .meta(doc('Maximum number of image captchas and scan tickets that one address may request in an hour.')),
  SESSIONS_PER_USER: integer(1, 10_000_000)
    .prefault('20000')
    .meta(
      doc(
        'Maximum number of open sessions of one user. Beyond it, a login ends the sessions that were used least recently, those without an online device first. A user may open a twentieth of it in a minute, and at least 100.',
      ),
    ),
  DEVICES_PER_ACCOUNT: integer(1, 10_000_000)
    .prefault('10000')
    .meta(
      doc(
        'Maximum number of devices of one account. Heartbeats of further ones are refused; known devices are not affected. An account may add a tenth of it in a minute, and at least 100.',
      ),
    ),
  DEVICES_PER_ADDRESS: integer(1, 100_000_000)
    .prefault('100000')
    .meta(doc('Maximum number of devices that sessions opened from one address may add in an hour.')),
  LIVE_SOCKETS_PER_ADDRESS: integer(1, 1_000_000)
    .prefault('1000')
    .meta(
      doc('Maximum number of WebSockets of one address on each node; further ones are closed with 4429.'),
    ),
  LIVE_SOCKETS_PER_USER: integer(1, 1_000_000)
    .prefault('200')
    .meta(doc('Maximum number of WebSockets of one user on each node; further ones are closed with 4429.')),
  LIVE_SUBSCRIPTIONS_PER_SOCKET: integer(1, 10_000)
    .prefault('100')
    .meta(doc('Maximum number of operations on one WebSocket at a time; further ones fail with THROTTLED.')),
};

const operation = {
  RETAIN_SESSIONS: duration('0s').prefault('30d').meta(doc('How long ended sessions are kept.')),
  DEVICE_RETENTION: duration('1h')
    .optional()
    .meta(
      doc(
        'How long devices are kept after they were last seen, such as `365d`. Then they are deleted with their history; one that comes back is a new device.',
        'devices are kept',
      ),
    ),
  RETIRED_DEVICE_RETENTION: duration('1h')
    .optional()
    .meta(
      doc(
        'How long devices are kept after they were retired, such as `90d`. Then they are deleted with their history.',
        'retired devices are kept',
      ),
    ),
  RETAIN_DEVICE_ACTIONS: duration('0s')
    .prefault('90d')
    .meta(doc('How long actions on many devices are kept after their end.')),
  RETAIN_PRESENCE: duration('0s')
    .prefault('90d')
    .meta(doc('How long the presence history of devices is kept.')),
  RETAIN_AUDIT: duration('0s').prefault('365d').meta(doc('How long audit entries are kept.')),
  METRICS_PORT: integer(0, 65_535)
    .optional()
    .meta(
      doc(
        'Port for `/metrics` alone, on `HOST`; `0` picks a free one. Without it, `METRICS_TOKEN` puts `/metrics` on all `PORTS`: see [operations.md](operations.md#watch).',
        'no port of its own',
      ),
    ),
  METRICS_TOKEN: z
    .string()
    .regex(/^[\w.~+/=-]{16,}$/, 'must be at least 16 letters, digits or characters of -._~+/=')
    .optional()
    .meta(doc('Bearer token that `/metrics` requires, at least 16 characters.', 'no token')),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], 'must be a pino level such as info')
    .prefault('info')
    .meta(doc('Lowest level that is logged: `fatal`, `error`, `warn`, `info`, `debug`, `trace`, `silent`.')),
  NODE_ENV: z
    .string()
    .prefault('development')
    .meta(doc('`production` requires `SMS_PROVIDER` and refuses `CAPTCHA_FIXED_CODE`.')),
};

/** All settings, in the groups of `docs/settings.md`. */
export const settingGroups = {
  Network: network,
  Storage: storage,
  'Accounts and sessions': accounts,
  'Captchas and SMS': captchas,
  'Devices and legacy APIs': devices,
  GraphQL: graphql,
  Limits: limits,
  Operation: operation,
  Traces: tracing,
};

/** Parses the environment to settings: times in milliseconds, sizes in bytes. */
export const Settings = z.object({
  ...network,
  ...storage,
  ...accounts,
  ...captchas,
  ...devices,
  ...graphql,
  ...limits,
  ...operation,
  ...tracing,
});

/** Port 0 may repeat: each one picks a free port. */
function isDistinct(ports: readonly number[]): boolean {
  const fixed = ports.filter(Boolean);
  return new Set(fixed).size === fixed.length;
}
