import { z } from 'zod';
import { commaList, doc, duration, integer } from './setting-types.js';
import { signingKeys } from './signing-keys.js';

export const accounts = {
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
};
