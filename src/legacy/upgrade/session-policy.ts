import { truncate } from '../../http/text/truncate.js';
import type { SessionPolicy } from '../../sessions/session-policy.js';
import { presentUser } from './present.js';

const DAY_MS = 86_400_000;

/** The token travels in a header, and servers reject headers over 16 KiB. Longer texts are truncated. */
const MAX_CLAIM_LENGTH = 300;

const claim = (value: unknown) => (typeof value === 'string' ? truncate(value, MAX_CLAIM_LENGTH) : value);

/** HS256 JWT whose claims are `data` of the login response, valid for 24 hours. */
export const upgradeSessionPolicy: SessionPolicy = {
  api: 'upgrade',
  restricted: true,
  tokenLifetimeMs: DAY_MS,
  sliding: false,
  mintToken: (user, { issuedAt, expiresAt }, signer) => {
    const claims = Object.entries(presentUser(user)).map(([name, value]) => [name, claim(value)]);
    return signer.sign({
      ...Object.fromEntries(claims),
      iat: Math.floor(issuedAt / 1000),
      exp: Math.floor(expiresAt / 1000),
    });
  },
};
