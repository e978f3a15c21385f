import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import { teacherSessionPolicy } from '../../src/legacy/teacher/session-policy.js';
import { ANONYMOUS, openSession } from '../support/callers.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

const MINUTE = 60_000;
const DAY = 86_400_000;

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ SESSION_LIFETIME: '3d' });
  await gateway.createUser({ username: 'root' });
});
afterAll(() => gateway.close());

describe('SESSION_LIFETIME ends a session that is', () => {
  test('refreshed', async () => {
    let { refreshToken, session } = await openSession(gateway, 'root', graphqlSessionPolicy);
    const end = session.createdAt.getTime() + 3 * DAY;
    gateway.clock.advance(3 * DAY - MINUTE);
    ({ refreshToken, session } = await gateway.services.sessions.refresh(refreshToken ?? '', ANONYMOUS));
    expect([session.tokenExpiresAt.getTime(), session.expiresAt.getTime()]).toEqual([end, end]);
    gateway.clock.advance(MINUTE);
    await expect(gateway.services.sessions.refresh(refreshToken ?? '', ANONYMOUS)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
  });

  test('used', async () => {
    const { accessToken } = await openSession(gateway, 'root', teacherSessionPolicy);
    const { sessions } = gateway.services;
    gateway.clock.advance(1.5 * DAY);
    expect(await sessions.authenticate(accessToken)).not.toBeNull();
    gateway.clock.advance(1.5 * DAY - 1);
    expect(await sessions.authenticate(accessToken)).not.toBeNull();
    gateway.clock.advance(1);
    expect(await sessions.authenticate(accessToken)).toBeNull();
  });
});
