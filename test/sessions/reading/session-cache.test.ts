import { expect, test } from '@jest/globals';
import { type CachedSession, SessionCache } from '../../../src/sessions/reading/session-cache.js';
import { SessionKind } from '../../../src/sessions/session.entity.js';

const session: CachedSession = {
  sessionId: 'a session',
  user: {
    id: 1,
    username: 'li',
    phone: null,
    email: null,
    type: null,
    openId: null,
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: null,
    isStale: false,
    sessions: 0,
  },
  api: 'graphql',
  restricted: false,
  mustEnroll: false,
  kind: SessionKind.LOGIN,
  permissions: new Set(),
  deviceId: null,
  deviceModel: null,
  clientVersion: null,
  address: null,
  slidingMs: null,
  absoluteExpiresAt: 0,
  expiresAt: 0,
  lastSeenAt: 0,
  binding: null,
};

/** Loads the session while the user is invalidated during each of the first five reads. @returns the number of reads */
async function readsDuringInvalidation(userId: number): Promise<number> {
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

test('reads a session again when its user is invalidated during the read', async () => {
  expect(await readsDuringInvalidation(1)).toBe(6);
});

test('reads a session once when other users are invalidated during the read', async () => {
  expect(await readsDuringInvalidation(2)).toBe(1);
});

test('a session that is read twice in parallel keeps the device that a heartbeat has found', async () => {
  const cache = new SessionCache();
  const second = Promise.withResolvers<CachedSession>();
  const loading = cache.load('token', () => second.promise);
  const binding = { clientId: 'd', device: 1, name: null, clientVersion: null, others: null };
  const first = await cache.load('token', async () => ({ ...session, user: { ...session.user } }));
  if (first) first.binding = binding;
  second.resolve({ ...session, user: { ...session.user } });
  expect((await loading)?.binding).toEqual(binding);
  expect(cache.get('token')?.binding).toEqual(binding);
});
