import type { SessionPolicy } from '../../sessions/session-policy.js';
import { presentUser } from './present.js';

const DAY_MS = 86_400_000;

/** A token travels in a header, and a server refuses headers beyond 16 KiB: longer texts are cut in it. */
const LONGEST_CLAIM = 300;

const claim = (value: unknown) => (typeof value === 'string' ? value.slice(0, LONGEST_CLAIM) : value);

/** HS256 JWT, 24 h, whose claims are the user as `verifyCode` shows them. */
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
