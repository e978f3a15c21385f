import type { SessionPolicy } from '../../sessions/session-policy.js';
import { presentAccount } from './present.js';

const HOUR_MS = 3_600_000;
/** Clocks of the documented clients may run behind by this much. */
const NOT_BEFORE_S = 1000;

/** HS256 JWT as documented, 6 h. The document's own sample key is public knowledge: only our keys verify. */
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
      nbf: Math.floor(issuedAt / 1000) - NOT_BEFORE_S,
    }),
};
