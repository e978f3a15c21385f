import { randomBytes } from 'node:crypto';
import type { SessionPolicy } from '../sessions/session-policy.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Sessions of the GraphQL API, the only ones with permissions to administer. */
export const graphqlSessionPolicy: SessionPolicy = {
  api: 'graphql',
  restricted: false,
  asksForSecondFactor: true,
  tokenLifetimeMs: 15 * MINUTE,
  sliding: false,
  mintToken: (user, { issuedAt, expiresAt }, signer) =>
    signer.signForOthers({
      iss: 'gatehouse',
      sub: String(user.id),
      iat: Math.floor(issuedAt / 1000),
      exp: Math.ceil(expiresAt / 1000),
    }),
  refresh: { lifetimeMs: 30 * DAY, mintToken: () => randomBytes(32).toString('base64url') },
};
