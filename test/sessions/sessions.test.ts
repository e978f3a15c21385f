import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AuditEntry } from '../../src/audit/audit-entry.entity.js';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import { teacherSessionPolicy } from '../../src/legacy/teacher/session-policy.js';
import { uimsSessionPolicy } from '../../src/legacy/uims/session-policy.js';
import { Session } from '../../src/sessions/session.entity.js';
import type { SessionPolicy } from '../../src/sessions/session-policy.js';
import { RefreshToken } from '../../src/sessions/tokens/refresh-token.entity.js';
import { UserStatus } from '../../src/users/user.entity.js';
import { ANONYMOUS } from '../support/callers.js';
import { eventually } from '../support/eventually.js';
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
const refresh = (token: string | null) => gateway.services.sessions.refresh(token ?? 'none', ANONYMOUS);

describe('authenticate', () => {
  test.each([graphqlSessionPolicy, uimsSessionPolicy, teacherSessionPolicy])(
    'accepts a token of the $api API until it expires',
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

  test('stores tokens as hashes only', async () => {
    const { accessToken, refreshToken, session } = await open(graphqlSessionPolicy);
    const em = gateway.services.db.em.fork();
    const columns = JSON.stringify([
      await em.find(Session, { id: session.id }),
      await em.find(RefreshToken, { session: session.id }),
    ]);
    expect(columns).not.toContain(accessToken);
    expect(columns).not.toContain(refreshToken);
  });

  test('rejects a token that was never issued', async () => {
    const { accessToken } = await open(uimsSessionPolicy);
    for (const token of ['', 'x', `${accessToken}x`, 'a.b.c']) expect(await caller(token)).toBeNull();
  });

  test('keeps a sliding expiration when the session is read from the database again', async () => {
    const { accessToken, user } = await open(teacherSessionPolicy);
    for (const readAgain of [
      async () => gateway.services.sessions.invalidate(user.id),
      async () => gateway.services.sessions.saveActivity(),
      async () =>
        gateway.services.sessions.saveActivity().then(() => gateway.services.sessions.invalidate(user.id)),
    ]) {
      gateway.clock.advance(2 * DAY - 1);
      expect(await caller(accessToken)).not.toBeNull();
      await readAgain();
    }
    gateway.clock.advance(2 * DAY);
    expect(await caller(accessToken)).toBeNull();
  });

  test('records when the session was last seen', async () => {
    const { accessToken, user } = await open(graphqlSessionPolicy);
    gateway.clock.advance(MINUTE);
    await caller(accessToken);
    await gateway.services.sessions.saveActivity();
    const [session] = await gateway.services.openSessions.listAll(user.id);
    expect(session?.lastSeenAt.getTime()).toBe(gateway.clock.now);
  });
});

describe('the next request fails', () => {
  test('after the session was revoked, and only that one', async () => {
    const { accessToken, session, user } = await open(graphqlSessionPolicy);
    const other = await open(uimsSessionPolicy, user.id);
    await caller(accessToken);
    await caller(other.accessToken);
    await gateway.services.sessions.endings.revoke(user.id, session.id);
    expect(await caller(accessToken)).toBeNull();
    expect(await caller(other.accessToken)).not.toBeNull();
    expect((await gateway.services.openSessions.listAll(user.id)).map(({ id }) => id)).toEqual([
      other.session.id,
    ]);
  });

  test('after all sessions of the user but another were revoked', async () => {
    const { accessToken, user } = await open(graphqlSessionPolicy);
    const kept = await open(graphqlSessionPolicy, user.id);
    await caller(accessToken);
    await gateway.services.sessions.endings.revokeAll(user.id, kept.session.id);
    expect(await caller(accessToken)).toBeNull();
    expect(await caller(kept.accessToken)).not.toBeNull();
  });

  test('after the session was revoked, even if a listener failed', async () => {
    const { accessToken, session, user } = await open(graphqlSessionPolicy);
    await caller(accessToken);
    const em = gateway.services.db.em.fork();
    await em.execute('alter table devices rename to away');
    await expect(gateway.services.sessions.endings.revoke(user.id, session.id)).rejects.toThrow('devices');
    await em.execute('alter table away rename to devices');
    expect(await caller(accessToken)).toBeNull();
  });

  test('after the user was disabled', async () => {
    const { accessToken, refreshToken, user } = await open(graphqlSessionPolicy);
    await caller(accessToken);
    await gateway.services.administration.setStatus(user.id, UserStatus.DISABLED, system);
    expect(await caller(accessToken)).toBeNull();
    await expect(refresh(refreshToken)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('after the user was deleted', async () => {
    const { accessToken, refreshToken, user } = await open(graphqlSessionPolicy);
    await caller(accessToken);
    await gateway.services.administration.delete(user.id, system);
    expect(await caller(accessToken)).toBeNull();
    await expect(refresh(refreshToken)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('after the session was revoked while it was read', async () => {
    for (let round = 0; round < 20; round += 1) {
      const { accessToken, session, user } = await open(graphqlSessionPolicy);
      const reading = caller(accessToken);
      await gateway.services.sessions.endings.revoke(user.id, session.id);
      await reading;
      expect(await caller(accessToken)).toBeNull();
    }
  });
});

describe('refresh', () => {
  test('replaces the token pair of the same session', async () => {
    const opened = await open(graphqlSessionPolicy);
    await caller(opened.accessToken);
    gateway.clock.advance(MINUTE);
    const next = await refresh(opened.refreshToken);
    expect(next.session.id).toBe(opened.session.id);
    expect(await caller(opened.accessToken)).toBeNull();
    expect(await caller(next.accessToken)).not.toBeNull();
  });

  test('succeeds with an expired access token, until 30 days after the last refresh', async () => {
    let { refreshToken } = await open(graphqlSessionPolicy);
    for (let month = 0; month < 3; month += 1) {
      gateway.clock.advance(30 * DAY - 1);
      refreshToken = (await refresh(refreshToken)).refreshToken;
    }
    gateway.clock.advance(30 * DAY);
    await expect(refresh(refreshToken)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('ends the session when a refresh token is reused', async () => {
    const opened = await open(graphqlSessionPolicy);
    const second = await refresh(opened.refreshToken);
    const third = await refresh(second.refreshToken);
    await caller(third.accessToken);
    await expect(refresh(opened.refreshToken)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await caller(third.accessToken)).toBeNull();
    await expect(refresh(third.refreshToken)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    const em = gateway.services.db.em.fork();
    const [entry] = await em.find(AuditEntry, {}, { orderBy: { id: 'desc' }, limit: 1 });
    expect(entry).toMatchObject({
      action: 'session.revoke',
      target: `user_${opened.user.id}`,
      actorId: null,
      address: ANONYMOUS.address,
      detail: 'reused refresh token',
    });
  });

  test('treats the second of two parallel calls as reuse', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { refreshToken, user } = await open(graphqlSessionPolicy);
      const outcomes = await Promise.allSettled([refresh(refreshToken), refresh(refreshToken)]);
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(await gateway.services.openSessions.listAll(user.id)).toEqual([]);
    }
  });

  test('rejects the access token of an API without refresh tokens', async () => {
    const { accessToken, refreshToken } = await open(uimsSessionPolicy);
    expect(refreshToken).toBeNull();
    await expect(refresh(accessToken)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });
});

describe('the permissions of an administrator', () => {
  test('are complete in a GraphQL session, and limited in a legacy or restricted one', async () => {
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

  test('stay limited after a refresh', async () => {
    const { refreshToken } = await open(graphqlSessionPolicy, adminId, true);
    const { accessToken } = await refresh(refreshToken);
    expect((await caller(accessToken))?.permissions.has('users:manage')).toBe(false);
  });
});

/** Another process on the same database, such as the command line. */
const openOther = () => startGateway({}, { ...gateway, clock: { ...gateway.clock } });

describe('the change by another process', () => {
  /** @returns what `gateway` knows of the caller after another process has worked. */
  async function afterwards(
    accessToken: string,
    work: (services: TestGateway['services']) => Promise<unknown>,
  ) {
    expect(await caller(accessToken)).not.toBeNull();
    const other = await openOther();
    await work(other.services);
    await gateway.services.sessions.pollChanges();
    await other.close();
    return caller(accessToken);
  }

  test('of roles gives the permissions with the next request', async () => {
    const { accessToken, user } = await open(graphqlSessionPolicy);
    const current = await afterwards(accessToken, ({ administration }) =>
      administration.setRoles(user.id, ['PUBLISHER'], system),
    );
    expect(current?.permissions.has('releases:publish')).toBe(true);
  });

  test('of a profile is shown', async () => {
    const { accessToken, user } = await open(graphqlSessionPolicy);
    const current = await afterwards(accessToken, ({ users }) =>
      users.updateProfile(user.id, { email: 'new@example.com' }),
    );
    expect(current?.user.email).toBe('new@example.com');
  });

  test('of the tokens invalidates the former access token', async () => {
    const { accessToken, refreshToken } = await open(graphqlSessionPolicy);
    const current = await afterwards(accessToken, ({ sessions }) =>
      sessions.refresh(refreshToken ?? '', ANONYMOUS),
    );
    expect(current).toBeNull();
  });

  test('that deletes the account ends its sessions', async () => {
    const { accessToken, user } = await open(graphqlSessionPolicy);
    const current = await afterwards(accessToken, ({ administration }) =>
      administration.delete(user.id, system),
    );
    expect(current).toBeNull();
  });
});

describe('a revocation by another process', () => {
  test('is reported once, and one by this process not again', async () => {
    const { sessions } = gateway.services;
    const other = await openOther();
    const [here, there] = [await open(uimsSessionPolicy), await open(uimsSessionPolicy)];
    const reported: string[] = [];
    sessions.endings.onEnd(
      async ({ ids, reason }) => void reported.push(...ids.map((id) => `${reason} ${id}`)),
    );
    expect(await caller(there.accessToken)).not.toBeNull();
    await sessions.endings.revoke(here.user.id, here.session.id, 'LOGOUT');
    await other.services.sessions.endings.revoke(there.user.id, there.session.id, 'LOGOUT');
    await sessions.pollChanges();
    await sessions.pollChanges();
    expect(reported).toEqual([`LOGOUT ${here.session.id}`, `LOGOUT ${there.session.id}`]);
    expect(await caller(there.accessToken)).toBeNull();
    await other.close();
  });

  test.each([
    ['a day behind', -86_400_000],
    ['a day ahead', 86_400_000],
  ])('is noticed if its clock is %s', async (_name, difference) => {
    const other = await openOther();
    other.clock.advance(difference);
    const { accessToken, session, user } = await open(uimsSessionPolicy);
    expect(await caller(accessToken)).not.toBeNull();
    await other.services.sessions.endings.revoke(user.id, session.id, 'REVOKED');
    await gateway.services.sessions.pollChanges();
    expect(await caller(accessToken)).toBeNull();
    await other.close();
  });

  test('is noticed if it commits after a later one was read', async () => {
    const { db, sessions } = gateway.services;
    const [slow, fast] = [await open(uimsSessionPolicy), await open(uimsSessionPolicy)];
    for (const { accessToken } of [slow, fast]) expect(await caller(accessToken)).not.toBeNull();
    const other = await openOther();
    // Holds the row of the slow one, so that its revocation waits with its transaction open.
    const blocker = db.em.fork();
    await blocker.begin();
    await blocker.execute('select 1 from sessions where id = ? for update', [slow.session.id]);
    const revokingSlow = other.services.sessions.endings.revoke(slow.user.id, slow.session.id, 'REVOKED');
    await eventually(async () => (await waitingQueries()).length > 0);
    const revokingFast = other.services.sessions.endings.revoke(fast.user.id, fast.session.id, 'REVOKED');
    await sessions.pollChanges();
    await blocker.commit();
    await Promise.all([revokingSlow, revokingFast]);
    await sessions.pollChanges();
    for (const { accessToken } of [slow, fast]) expect(await caller(accessToken)).toBeNull();
    await other.close();
  });

  const waitingQueries = () =>
    gateway.services.db.em
      .fork()
      .execute(
        `select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
      );
});
