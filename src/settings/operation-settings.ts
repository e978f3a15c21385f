import { z } from 'zod';
import { doc, duration, integer } from './setting-types.js';

export const operation = {
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
