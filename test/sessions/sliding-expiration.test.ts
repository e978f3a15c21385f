import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import { teacherSessionPolicy } from '../../src/legacy/teacher/session-policy.js';
import { callerOf, openSession } from '../support/callers.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

const DAY = 86_400_000;
let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createUser({ username: 'max' });
});
afterAll(() => gateway.close());

test('who holds on to a sliding session and uses it prolongs it, in the database too', async () => {
  const { sessions } = gateway.services;
  const { accessToken, session } = await openSession(gateway, 'max', teacherSessionPolicy);
  await callerOf(gateway, accessToken);
  // Another object than the one of the token, as a socket has after a change.
  const held = await sessions.findActive(session.id);
  if (!held) throw new Error('It has ended.');
  for (let day = 0; day < 3; day++) {
    gateway.clock.advance(DAY);
    expect(sessions.touch(held)).toBe(held);
  }
  expect(held.expiresAt).toBe(gateway.clock.now + 2 * DAY);
  await sessions.saveActivity();
  sessions.invalidate(held.user.id);
  gateway.clock.advance(2 * DAY - 1);
  expect(await sessions.findActive(session.id)).toMatchObject({
    lastSeenAt: gateway.clock.now - 2 * DAY + 1,
  });
});

test('use does not bring back a session that is over', async () => {
  const { sessions } = gateway.services;
  const { accessToken } = await openSession(gateway, 'max', teacherSessionPolicy);
  const held = await callerOf(gateway, accessToken);
  gateway.clock.advance(2 * DAY);
  expect(sessions.touch(held)).toBeNull();
  await sessions.saveActivity();
  expect(await sessions.findActive(held.sessionId)).toBeNull();
});

test('use prolongs no token of a fixed life', async () => {
  const { sessions } = gateway.services;
  const held = await callerOf(gateway, (await openSession(gateway, 'max', graphqlSessionPolicy)).accessToken);
  const { expiresAt } = held;
  gateway.clock.advance(60_000);
  expect(sessions.touch(held)).toMatchObject({ expiresAt, lastSeenAt: gateway.clock.now });
});
