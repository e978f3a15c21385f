import { randomBytes } from 'node:crypto';
import type { SessionPolicy } from '../../sessions/session-policy.js';

const DAY_MS = 86_400_000;

/** `userToken` of 32 hex digits. It expires 2 days after its last use. */
export const teacherSessionPolicy: SessionPolicy = {
  api: 'teacher',
  restricted: true,
  tokenLifetimeMs: 2 * DAY_MS,
  sliding: true,
  mintToken: () => randomBytes(16).toString('hex'),
};
