import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import { teacherSessionPolicy } from '../../src/legacy/teacher/session-policy.js';
import { uimsSessionPolicy } from '../../src/legacy/uims/session-policy.js';
import { RefreshToken } from '../../src/sessions/refresh-token.entity.js';
import { Session } from '../../src/sessions/session.entity.js';
import type { SessionPolicy } from '../../src/sessions/session-policy.js';
import { UserStatus } from '../../src/users/user.entity.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { PASSWORD } from '../support/password.js';

const MINUTE = 60_000;
const DAY = 86_400_000;
const client = { address: '192.0.2.1', deviceId: 'device 1', version: null, model: null };
const system = { userId: null, address: null };

let gateway: TestGateway;
let adminId: number;
beforeAll(async () => {
  gateway = await startGateway();
  adminId = (await gateway.createUser({ username: 'admin', password: PASSWORD, roles: ['ADMIN'] })).id;
});
afterAll(() => gateway.close());

let created = 0;
async function person() {
  created += 1;
  return (await gateway.createUser({ username: `person ${created}` })).id;
}
async function open(policy: SessionPolicy, userId?: number, restricted?: boolean) {
  const em = gateway.services.db.em.fork();
  const user = await gateway.services.users.get(userId ?? (await person()), em);
  return gateway.services.sessions.open(
    em,
    user,
    client,
    policy,
    restricted === undefined ? {} : { restricted },
  );
}
const caller = (token: string) => gateway.services.sessions.authenticate(token);
const refresh = (token: string | null) => gateway.services.sessions.refresh(token ?? 'none');

describe('a token', () => {
  test.each([graphqlSessionPolicy, uimsSessionPolicy, teacherSessionPolicy])(
    'of the $api API is good until its time is over',
    async (policy) => {
      const { accessToken, session, user } = await open(policy);
      expect(await caller(accessToken)).toMatchObject({
        sessionId: session.id,
        api: policy.api,
        deviceId: 'device 1',
      });
      expect((await caller(accessToken))?.user.id).toBe(user.id);
      gateway.clock.advance(policy.tokenLifetimeMs - 1000);
      if (!policy.sliding) expect(await caller(accessToken)).not.toBeNull();
      gateway.clock.advance(1000);
      expect(await caller(accessToken)).toBeNull();
    },
  );

  test('is kept as a hash only', async () => {
    const { accessToken, refreshToken, session } = await open(graphqlSessionPolicy);
    const em = gateway.services.db.em.fork();
    const columns = JSON.stringify([
      await em.find(Session, { id: session.id }),
      await em.find(RefreshToken, { session: session.id }),
    ]);
    expect(columns).not.toContain(accessToken);
    expect(columns).not.toContain(refreshToken);
  });

  test('that nobody was given is refused', async () => {
    const { accessToken } = await open(uimsSessionPolicy);
    for (const token of ['', 'x', `${accessToken}x`, 'a.b.c']) expect(await caller(token)).toBeNull();
  });

  test('that slides keeps what its uses won when the session is read anew', async () => {
    const { accessToken, user } = await open(teacherSessionPolicy);
    for (const readAnew of [
      async () => gateway.services.sessions.invalidate(user.id),
      async () => gateway.services.sessions.saveActivity(),
      async () =>
        gateway.services.sessions.saveActivity().then(() => gateway.services.sessions.invalidate(user.id)),
    ]) {
      gateway.clock.advance(2 * DAY - 1);
      expect(await caller(accessToken)).not.toBeNull();
      await readAnew();
    }
    gateway.clock.advance(2 * DAY);
    expect(await caller(accessToken)).toBeNull();
  });

  test('shows when it was last used', async () => {
    const { accessToken, user } = await open(graphqlSessionPolicy);
    gateway.clock.advance(MINUTE);
    await caller(accessToken);
    await gateway.services.sessions.saveActivity();
    const [session] = await gateway.services.sessions.listActive(user.id);
    expect(session?.lastSeenAt.getTime()).toBe(gateway.clock.now);
  });
});

describe('a session ends with the next request', () => {
  test('after it was revoked, and no other one does', async () => {
    const { accessToken, session, user } = await open(graphqlSessionPolicy);
    const other = await open(uimsSessionPolicy, user.id);
    await caller(accessToken);
    await caller(other.accessToken);
    await gateway.services.sessions.revoke(user.id, session.id);
    expect(await caller(accessToken)).toBeNull();
    expect(await caller(other.accessToken)).not.toBeNull();
    expect((await gateway.services.sessions.listActive(user.id)).map(({ id }) => id)).toEqual([
      other.session.id,
    ]);
  });

  test('after all of its user were, but for the one kept', async () => {
    const { accessToken, user } = await open(graphqlSessionPolicy);
    const kept = await open(graphqlSessionPolicy, user.id);
    await caller(accessToken);
    await gateway.services.sessions.revokeAll(user.id, kept.session.id);
    expect(await caller(accessToken)).toBeNull();
    expect(await caller(kept.accessToken)).not.toBeNull();
  });

  test('after it was revoked, also where those who have to know cannot be told', async () => {
    const { accessToken, session, user } = await open(graphqlSessionPolicy);
    await caller(accessToken);
    const em = gateway.services.db.em.fork();
    await em.execute('alter table devices rename to away');
    await expect(gateway.services.sessions.revoke(user.id, session.id)).rejects.toThrow('devices');
    await em.execute('alter table away rename to devices');
    expect(await caller(accessToken)).toBeNull();
  });

  test('after its user was disabled', async () => {
    const { accessToken, refreshToken, user } = await open(graphqlSessionPolicy);
    await caller(accessToken);
    await gateway.services.administration.setStatus(user.id, UserStatus.DISABLED, system);
    expect(await caller(accessToken)).toBeNull();
    await expect(refresh(refreshToken)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('after its user was deleted', async () => {
    const { accessToken, refreshToken, user } = await open(graphqlSessionPolicy);
    await caller(accessToken);
    await gateway.services.administration.delete(user.id, system);
    expect(await caller(accessToken)).toBeNull();
    await expect(refresh(refreshToken)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('also when it was being read while it was revoked', async () => {
    for (let round = 0; round < 20; round += 1) {
      const { accessToken, session, user } = await open(graphqlSessionPolicy);
      const reading = caller(accessToken);
      await gateway.services.sessions.revoke(user.id, session.id);
      await reading;
      expect(await caller(accessToken)).toBeNull();
    }
  });
});

describe('refreshing', () => {
  test('ends the old pair and goes on with the same session', async () => {
    const opened = await open(graphqlSessionPolicy);
    await caller(opened.accessToken);
    gateway.clock.advance(MINUTE);
    const next = await refresh(opened.refreshToken);
    expect(next.session.id).toBe(opened.session.id);
    expect(await caller(opened.accessToken)).toBeNull();
    expect(await caller(next.accessToken)).not.toBeNull();
  });

  test('works while the access token is over, until 30 days after the last time', async () => {
    let { refreshToken } = await open(graphqlSessionPolicy);
    for (let month = 0; month < 3; month += 1) {
      gateway.clock.advance(30 * DAY - 1);
      refreshToken = (await refresh(refreshToken)).refreshToken;
    }
    gateway.clock.advance(30 * DAY);
    await expect(refresh(refreshToken)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('with a token used before ends the session and all that descended from it', async () => {
    const opened = await open(graphqlSessionPolicy);
    const second = await refresh(opened.refreshToken);
    const third = await refresh(second.refreshToken);
    await caller(third.accessToken);
    await expect(refresh(opened.refreshToken)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await caller(third.accessToken)).toBeNull();
    await expect(refresh(third.refreshToken)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('twice at once gives new tokens once; the second counts as reuse', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { refreshToken, user } = await open(graphqlSessionPolicy);
      const outcomes = await Promise.allSettled([refresh(refreshToken), refresh(refreshToken)]);
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(await gateway.services.sessions.listActive(user.id)).toEqual([]);
    }
  });

  test('is not to be had at a door without refresh tokens, nor with an access token', async () => {
    const { accessToken, refreshToken } = await open(uimsSessionPolicy);
    expect(refreshToken).toBeNull();
    await expect(refresh(accessToken)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });
});

describe('an administrator', () => {
  test('administers through GraphQL, and never through a legacy door or a restricted session', async () => {
    const permissions = async (policy: SessionPolicy, restricted?: boolean) =>
      (await caller((await open(policy, adminId, restricted)).accessToken))?.permissions;
    expect((await permissions(graphqlSessionPolicy))?.has('users:manage')).toBe(true);
    for (const granted of [
      await permissions(uimsSessionPolicy),
      await permissions(teacherSessionPolicy),
      await permissions(graphqlSessionPolicy, true),
    ]) {
      expect(granted?.has('releases:publish')).toBe(true);
      expect(granted?.has('profile:own')).toBe(true);
      for (const never of ['users:read', 'users:manage', 'sessions:manage', 'audit:read'] as const) {
        expect(granted?.has(never)).toBe(false);
      }
    }
  });

  test('stays restricted after a refresh', async () => {
    const { refreshToken } = await open(graphqlSessionPolicy, adminId, true);
    const { accessToken } = await refresh(refreshToken);
    expect((await caller(accessToken))?.permissions.has('users:manage')).toBe(false);
  });
});

test('what another process ends is noticed once, and what this one ends is not told again', async () => {
  const { sessions, db } = gateway.services;
  const [here, there] = [await open(uimsSessionPolicy), await open(uimsSessionPolicy)];
  const told: string[] = [];
  sessions.onEnd(async ({ ids, reason }) => void told.push(...ids.map((id) => `${reason} ${id}`)));
  expect(await caller(there.accessToken)).not.toBeNull();
  await sessions.revoke(here.user.id, here.session.id, 'LOGOUT');
  // As one whose clock is behind ours by some seconds would write it.
  const revokedAt = new Date(gateway.clock.now - 10_000);
  await db.em.fork().nativeUpdate(Session, { id: there.session.id }, { revokedAt });
  await sessions.pollRevocations();
  gateway.clock.advance(500);
  await sessions.pollRevocations();
  expect(told).toEqual([`LOGOUT ${here.session.id}`, `REVOKED ${there.session.id}`]);
  expect(await caller(there.accessToken)).toBeNull();
});
