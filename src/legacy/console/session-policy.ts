import { randomInt } from 'node:crypto';
import type { SessionPolicy } from '../../sessions/session-policy.js';

const HOUR_MS = 3_600_000;
const TOKEN_LENGTH = 32;
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** Token as documented: 32 lower-case letters and digits (165 random bits), valid for 12 hours. */
export const consoleSessionPolicy: SessionPolicy = {
  api: 'console',
  restricted: true,
  tokenLifetimeMs: 12 * HOUR_MS,
  sliding: false,
  mintToken: () =>
    Array.from({ length: TOKEN_LENGTH }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join(''),
};
