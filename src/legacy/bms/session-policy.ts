import { randomBytes } from 'node:crypto';
import type { SessionPolicy } from '../../sessions/session-policy.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** 16 random bytes in the form of the document's tokens: `8d9a53f5-64a4-450b-bba9-957b3a71ef6b`. */
const mintToken = (): string =>
  randomBytes(16)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');

/** Access token valid for 48 hours, refresh token for 30 days. */
export const bmsSessionPolicy: SessionPolicy = {
  api: 'bms',
  restricted: true,
  tokenLifetimeMs: 48 * HOUR_MS,
  sliding: false,
  mintToken,
  refresh: { lifetimeMs: 30 * DAY_MS, mintToken },
};
