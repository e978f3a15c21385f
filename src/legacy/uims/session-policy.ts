import type { SessionPolicy } from '../../sessions/session-policy.js';
import { presentAccount } from './present.js';

const HOUR_MS = 3_600_000;
/** `nbf` lies this far in the past, as documented: the clocks of clients may be slow. */
const NOT_BEFORE_LEEWAY_S = 1000;

/** HS256 JWT with the documented claims, valid for 6 hours. */
export const uimsSessionPolicy: SessionPolicy = {
  api: 'uims',
  restricted: true,
  tokenLifetimeMs: 6 * HOUR_MS,
  sliding: false,
  mintToken: (user, { issuedAt, expiresAt }, signer) =>
    signer.sign({
      account: presentAccount(user),
      exp: Math.floor(expiresAt / 1000),
      iss: 'UIMS-BACK',
      nbf: Math.floor(issuedAt / 1000) - NOT_BEFORE_LEEWAY_S,
    }),
};
