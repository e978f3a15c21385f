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

test('touch slides the expiration, which is saved to the database', async () => {
  const { sessions } = gateway.services;
  const { accessToken, session } = await openSession(gateway, 'max', teacherSessionPolicy);
  await callerOf(gateway, accessToken);
  // Not the object that the token has: a socket holds such a caller after a change of the user.
  const held = await sessions.findActive(session.id);
  if (!held) throw new Error('The session has ended.');
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

test('touch does not revive an expired session', async () => {
  const { sessions } = gateway.services;
  const { accessToken } = await openSession(gateway, 'max', teacherSessionPolicy);
  const held = await callerOf(gateway, accessToken);
  gateway.clock.advance(2 * DAY);
  expect(sessions.touch(held)).toBeNull();
  await sessions.saveActivity();
  expect(await sessions.findActive(held.sessionId)).toBeNull();
});

test('touch does not move the expiration of a token with a fixed lifetime', async () => {
  const { sessions } = gateway.services;
  const held = await callerOf(gateway, (await openSession(gateway, 'max', graphqlSessionPolicy)).accessToken);
  const { expiresAt } = held;
  gateway.clock.advance(60_000);
  expect(sessions.touch(held)).toMatchObject({ expiresAt, lastSeenAt: gateway.clock.now });
});

test('counts from the last use at any node, whichever saves last', async () => {
  const other = await startGateway({}, gateway);
  const { accessToken } = await openSession(gateway, 'max', teacherSessionPolicy);
  for (const node of [gateway, other]) {
    await callerOf(node, accessToken);
    gateway.clock.advance(DAY);
  }
  await other.services.sessions.saveActivity();
  await gateway.services.sessions.saveActivity();
  expect(await callerOf(gateway, accessToken)).toMatchObject({ expiresAt: gateway.clock.now + 2 * DAY });
  await other.close();
});
