import { expect, test } from '@jest/globals';
import { type CachedSession, SessionCache } from '../../src/sessions/session-cache.js';
import { User } from '../../src/users/user.entity.js';

const session: CachedSession = {
  sessionId: 'a session',
  user: Object.assign(new User(), { id: 1 }),
  api: 'graphql',
  restricted: false,
  permissions: new Set(),
  deviceId: null,
  deviceModel: null,
  clientVersion: null,
  slidingMs: null,
  absoluteExpiresAt: 0,
  expiresAt: 0,
  lastSeenAt: 0,
};

/** Loads the session; during each of its first five reads this user changes. @returns how often it was read */
async function readsWhileChanging(userId: number): Promise<number> {
  const cache = new SessionCache();
  let reads = 0;
  await cache.load('token', async () => {
    reads += 1;
    if (reads <= 5) cache.invalidate(userId);
    return session;
  });
  expect(cache.get('token')).toBe(session);
  return reads;
}

test('a session whose user changes while it is read is read again', async () => {
  expect(await readsWhileChanging(1)).toBe(6);
});

test('a session is read once, whatever others change meanwhile', async () => {
  expect(await readsWhileChanging(2)).toBe(1);
});
