import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { teacherSessionPolicy } from '../../../src/legacy/teacher/session-policy.js';
import * as op from '../../generated/graphql.js';
import { openSession } from '../../support/callers.js';
import { ask } from '../../support/client.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';
import { PASSWORD } from '../../support/password.js';
import { RawLive } from '../../support/raw-live.js';

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
const login = async (name: string) => (await opened(name)).accessToken;
const setRoles = (roles: string[]) => ask(gateway, op.SetUserRolesDocument, { id: String(id), roles }, root);

describe('a socket ends with 4403, which stock clients retry, when', () => {
  test('its owner is given other rights, more or fewer', async () => {
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
    await gateway.services.sessions.revoke(id, session.id);
    expect(await live.closed).toBe(4403);
  });

  test('its session is revoked at the moment in which it is let in', async () => {
    const { accessToken, session } = await opened(username);
    const { sessions } = gateway.services;
    const authenticate = sessions.authenticate.bind(sessions);
    sessions.authenticate = async (token) => {
      sessions.authenticate = authenticate;
      const caller = await authenticate(token);
      await sessions.revoke(id, session.id);
      return caller;
    };
    const live = await RawLive.open(host, accessToken);
    expect(await live.closed).toBe(4403);
  });

  test('its owner is disabled', async () => {
    const live = await RawLive.open(host, await login(username));
    await ask(gateway, op.SetUserStatusDocument, { id: String(id), status: 'DISABLED' }, root);
    expect(await live.closed).toBe(4403);
  });

  test('its owner is deleted', async () => {
    const live = await RawLive.open(host, await login(username));
    await ask(gateway, op.DeleteUserDocument, { id: String(id) }, root);
    expect(await live.closed).toBe(4403);
  });

  test('its token expires, by itself', async () => {
    const { accessToken, session } = await opened(username);
    const caller = await gateway.services.sessions.authenticate(accessToken);
    expect(caller?.sessionId).toBe(session.id);
    const now = gateway.clock.now;
    gateway.clock.now = (caller?.expiresAt ?? 0) - 300;
    const live = await RawLive.open(host, accessToken);
    gateway.clock.advance(300);
    expect(await live.closed).toBe(4403);
    gateway.clock.now = now;
  });
});

test('a socket stays when its session is refreshed, and shows its owner as they are then', async () => {
  const { accessToken, refreshToken } = await opened(username);
  const live = await RawLive.open(host, accessToken);
  const { refreshSession } = await ask(gateway, op.RefreshSessionDocument, { refreshToken });
  await ask(gateway, op.UpdateProfileDocument, { input: { nickname: 'Nick' } }, refreshSession.accessToken);
  const nickname = async () => {
    live.subscribe('me', '{ me { nickname } }');
    const text = await live.next();
    await live.next();
    return JSON.parse(text ?? '').payload.data.me.nickname;
  };
  // It is told of the change, and reads it behind our back.
  while ((await nickname()) !== 'Nick');
  await live.close();
});

test('who was told to close, and does not, has no rights any more', async () => {
  await setRoles(['ADMIN']);
  const live = await RawLive.open(host, await login(username));
  const obedient = await RawLive.open(host, await login(username));
  // It does not see that it is told to.
  live.socket.pause();
  await setRoles(['MEMBER']);
  expect(await obedient.closed).toBe(4403);
  live.subscribe('s', `mutation { setUserRoles(id: "${id}", roles: ["ADMIN"]) { id } }`);
  live.socket.resume();
  expect(await live.closed).toBe(4403);
  await live.close();
  const { me } = await ask(gateway, op.MeDocument, {}, await login(username));
  expect(me.roles.map(({ code }) => code)).toEqual(['MEMBER']);
});

test('a place in what one was told is not good with other rights: everything is told anew', async () => {
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

test('a session that ends when nobody uses it is used over a socket too', async () => {
  const { accessToken } = await openSession(gateway, username, teacherSessionPolicy);
  const live = await RawLive.open(host, accessToken);
  for (let day = 0; day < 4; day++) {
    gateway.clock.advance(DAY);
    live.subscribe('s', '{ me { username } }');
    expect(await live.message()).toMatchObject({ payload: { data: { me: { username } } } });
    expect(await live.message()).toMatchObject({ type: 'complete' });
  }
  expect(await gateway.services.sessions.authenticate(accessToken)).not.toBeNull();
  await live.close();
  root = await login('root');
});
