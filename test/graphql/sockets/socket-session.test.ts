import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { nodeId } from '../../../src/database/node-id.js';
import { teacherSessionPolicy } from '../../../src/legacy/teacher/session-policy.js';
import { openSession } from '../../support/callers.js';
import { ask } from '../../support/clients/client.js';
import { RawLive } from '../../support/clients/raw-live.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';
import * as op from '../../support/operations.js';
import { PASSWORD } from '../../support/password.js';

const DAY = 86_400_000;
let gateway: TestGateway;
let host: string;
let root: string;
let users = 0;
let id: number;
let username: string;

beforeAll(async () => {
  gateway = await startGateway();
  host = await gateway.listen();
  await gateway.createUser({ username: 'root', password: PASSWORD, roles: ['ADMIN'] });
  root = await login('root');
});
afterAll(() => gateway.close());
beforeEach(async () => {
  users += 1;
  username = `user-${users}`;
  ({ id } = await gateway.createUser({ username, password: PASSWORD }));
});

const opened = async (name: string) =>
  (await ask(gateway, op.LoginDocument, { input: { username: name, password: PASSWORD } })).login;
/** The key in the node id of a session. */
const sessionKey = (id: string) => id.replace('session_', '');
const login = async (name: string) => (await opened(name)).accessToken;
const setRoles = (roles: string[]) =>
  ask(gateway, op.SetUserRolesDocument, { input: { id: nodeId('user', id), roles } }, root);

describe('a socket is closed with 4403, after which stock clients reconnect, when', () => {
  test('its user gets more or fewer permissions', async () => {
    const member = await RawLive.open(host, await login(username));
    await setRoles(['ADMIN']);
    expect(await member.closed).toBe(4403);
    const admin = await RawLive.open(host, await login(username));
    await setRoles(['MEMBER']);
    expect(await admin.closed).toBe(4403);
  });

  test('its session is revoked', async () => {
    const { accessToken, session } = await opened(username);
    const live = await RawLive.open(host, accessToken);
    await gateway.services.sessions.endings.revoke(id, sessionKey(session.id));
    expect(await live.closed).toBe(4403);
  });

  test('its session is revoked while it signs in', async () => {
    const { accessToken, session } = await opened(username);
    const { sessions } = gateway.services;
    const authenticate = sessions.authenticate.bind(sessions);
    sessions.authenticate = async (token) => {
      sessions.authenticate = authenticate;
      const caller = await authenticate(token);
      await sessions.endings.revoke(id, sessionKey(session.id));
      return caller;
    };
    const live = await RawLive.open(host, accessToken);
    expect(await live.closed).toBe(4403);
  });

  test('its user is disabled', async () => {
    const live = await RawLive.open(host, await login(username));
    await ask(
      gateway,
      op.SetUserStatusDocument,
      { input: { id: nodeId('user', id), status: 'DISABLED' } },
      root,
    );
    expect(await live.closed).toBe(4403);
  });

  test('its user is deleted', async () => {
    const live = await RawLive.open(host, await login(username));
    await ask(gateway, op.DeleteUserDocument, { input: { id: nodeId('user', id) } }, root);
    expect(await live.closed).toBe(4403);
  });

  test('its token expires', async () => {
    const { accessToken, session } = await opened(username);
    const caller = await gateway.services.sessions.authenticate(accessToken);
    expect(caller?.sessionId).toBe(sessionKey(session.id));
    const now = gateway.clock.now;
    gateway.clock.now = (caller?.expiresAt ?? 0) - 300;
    const live = await RawLive.open(host, accessToken);
    gateway.clock.advance(300);
    expect(await live.closed).toBe(4403);
    gateway.clock.now = now;
  });

  test('the clock is set past the expiry of its token', async () => {
    const live = await RawLive.open(host, await login(username));
    gateway.clock.advance(DAY);
    expect(await live.closed).toBe(4403);
    gateway.clock.advance(-DAY);
  });
});

describe('a socket is closed with 1013 when the database fails while its session is checked, because', () => {
  const fail = () =>
    jest.spyOn(gateway.services.sessions, 'findActive').mockRejectedValue(new Error('Connection lost.'));

  test('its user has changed', async () => {
    const live = await RawLive.open(host, await login(username));
    const check = fail();
    await setRoles(['ADMIN']);
    expect(await live.closed).toBe(1013);
    check.mockRestore();
  });

  test('its token seems to have expired', async () => {
    const live = await RawLive.open(host, await login(username));
    const check = fail();
    gateway.clock.advance(DAY);
    expect(await live.closed).toBe(1013);
    gateway.clock.advance(-DAY);
    check.mockRestore();
  });
});

test('a socket stays open when its session is refreshed, and shows later changes of its user', async () => {
  const { accessToken, refreshToken } = await opened(username);
  const live = await RawLive.open(host, accessToken);
  const { refreshSession } = await ask(gateway, op.RefreshSessionDocument, { input: { refreshToken } });
  await ask(gateway, op.UpdateProfileDocument, { input: { nickname: 'Nick' } }, refreshSession.accessToken);
  live.subscribe('me', '{ me { nickname } }');
  expect(await live.message()).toMatchObject({ payload: { data: { me: { nickname: 'Nick' } } } });
  await live.close();
});

describe('after its user lost permissions, a socket cannot use them', () => {
  const promote = () => `mutation { setUserRoles(id: "${id}", roles: ["ADMIN"]) { id } }`;
  const rolesOf = async (accessToken: string) =>
    (await ask(gateway, op.MeDocument, {}, accessToken)).me.roles.map(({ code }) => code);

  test('though its client ignores the close frame', async () => {
    await setRoles(['ADMIN']);
    const live = await RawLive.open(host, await login(username));
    live.socket.pause();
    await setRoles(['MEMBER']);
    live.subscribe('s', promote());
    live.socket.resume();
    expect(await live.closed).toBe(4403);
    expect(await rolesOf(await login(username))).toEqual(['MEMBER']);
  });

  test('though the check of the permissions is still under way', async () => {
    await setRoles(['ADMIN']);
    const live = await RawLive.open(host, await login(username));
    const { sessions } = gateway.services;
    const gate = Promise.withResolvers<void>();
    const findActive = sessions.findActive.bind(sessions);
    const check = jest.spyOn(sessions, 'findActive').mockImplementation(async (sessionId) => {
      await gate.promise;
      return findActive(sessionId);
    });
    await setRoles(['MEMBER']);
    expect(check).toHaveBeenCalled();
    live.subscribe('s', promote());
    live.send({ type: 'ping' });
    expect(await live.message()).toEqual({ type: 'pong' });
    gate.resolve();
    expect(await live.closed).toBe(4403);
    check.mockRestore();
    expect(await rolesOf(await login(username))).toEqual(['MEMBER']);
  });
});

test('with other permissions, a cursor leads to RESET and a new snapshot', async () => {
  const STATUS =
    'subscription ($since: Cursor) { deviceStatus(since: $since) { kind cursor devices { clientId } } }';
  const event = async (live: RawLive) => {
    const { payload } = (await live.message()) as { payload: { data: op.DeviceStatusSubscription } };
    return payload.data.deviceStatus;
  };
  await ask(gateway, op.HeartbeatDocument, { input: { deviceId: "somebody else's" } }, root);
  const token = await login(username);
  const member = await RawLive.open(host, token);
  member.subscribe('s', STATUS);
  const { cursor, devices } = await event(member);
  expect(devices).toEqual([]);
  await setRoles(['ADMIN']);
  expect(await member.closed).toBe(4403);
  const admin = await RawLive.open(host, token);
  admin.subscribe('s', STATUS, { since: cursor });
  expect(await event(admin)).toMatchObject({ kind: 'RESET' });
  expect(await event(admin)).toMatchObject({ devices: [{ clientId: "somebody else's" }] });
  await admin.close();
});

test('operations over a socket keep a sliding session alive', async () => {
  const { accessToken } = await openSession(gateway, username, teacherSessionPolicy);
  const live = await RawLive.open(host, accessToken);
  for (let day = 0; day < 4; day++) {
    gateway.clock.advance(DAY);
    live.subscribe('s', '{ me { login } }');
    expect(await live.message()).toMatchObject({ payload: { data: { me: { login: username } } } });
    expect(await live.message()).toMatchObject({ type: 'complete' });
  }
  expect(await gateway.services.sessions.authenticate(accessToken)).not.toBeNull();
  await live.close();
  root = await login('root');
});
