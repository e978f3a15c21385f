import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { nodeId } from '../../../src/database/node-id.js';
import { callerOf } from '../../support/callers.js';
import { ask } from '../../support/clients/client.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';
import * as op from '../../support/operations.js';
import { PASSWORD } from '../../support/password.js';

const MINUTE = 60_000;
let gateway: TestGateway;
let users = 0;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createUser({ username: 'root', password: PASSWORD, roles: ['ADMIN'] });
});
afterAll(() => gateway.close());

/** With a new token each time, because the clock moves far between calls. */
const admin = async () =>
  (await ask(gateway, op.LoginDocument, { input: { username: 'root', password: PASSWORD } })).login
    .accessToken;

let username: string;
let userId: string;
beforeEach(async () => {
  username = `user-${++users}`;
  userId = nodeId('user', (await gateway.createUser({ username, password: PASSWORD })).id);
});
afterEach(() => gateway.pass(4 * MINUTE));

/** At the BMS API, whose tokens last 48 hours. */
async function bmsLogin(headers: Record<string, string> = {}): Promise<string> {
  const query = new URLSearchParams({ username, password: PASSWORD, device: 'mate60', version: '101' });
  return (await gateway.post(`/sys/login-phone?${query}`, {}, headers)).json().data.access_token;
}
const beat = async (token: string, headers: Record<string, string> = {}) => {
  const answer = await gateway.post('/api/heart/check', {}, { authorization: token, ...headers });
  expect(answer.statusCode).toBe(201);
};
const devices = async () => {
  const { devices } = await ask(gateway, op.DevicesDocument, { filter: { userId } }, await admin());
  return devices.edges.map(({ node }) => node);
};
const history = async (id: string) => {
  const day = 24 * 60 * MINUTE;
  const span = {
    from: new Date(gateway.clock.now - day).toISOString(),
    to: new Date(gateway.clock.now + day).toISOString(),
  };
  const { device } = await ask(gateway, op.DeviceHistoryDocument, { id, ...span }, await admin());
  return device?.history.edges.map(({ node: { online, reason } }) => (online ? 'online' : reason));
};

describe('a device', () => {
  test('is created by its first heartbeat, not by a login', async () => {
    const token = await bmsLogin();
    expect(await devices()).toEqual([]);
    await beat(token);
    expect(await devices()).toMatchObject([
      { clientId: null, name: 'mate60', clientVersion: '101', api: 'BMS', online: true, user: { username } },
    ]);
  });

  test('goes offline by timeout, comes online again, and goes offline by logout, each with its reason', async () => {
    const { login } = await ask(gateway, op.LoginDocument, {
      input: { username, password: PASSWORD, deviceId: 'd' },
    });
    await ask(gateway, op.HeartbeatDocument, { input: {} }, login.accessToken);
    await gateway.pass(2 * MINUTE);
    const { heartbeat } = await ask(gateway, op.HeartbeatDocument, { input: {} }, login.accessToken);
    expect(heartbeat.intervalSeconds).toBe(30);
    await ask(gateway, op.LogoutDocument, { input: {} }, login.accessToken);
    const [device] = await devices();
    expect(await history(device?.id ?? '')).toEqual(['online', 'TIMEOUT', 'online', 'LOGOUT']);
  });

  test('goes offline at once when its session is revoked, or its owner disabled or deleted', async () => {
    const token = await bmsLogin();
    await beat(token);
    const [device] = await devices();
    const { sessions } = await ask(gateway, op.SessionsDocument, { filter: { userId } }, await admin());
    await ask(
      gateway,
      op.RevokeSessionDocument,
      { input: { id: sessions.edges[0]?.node.id ?? '' } },
      await admin(),
    );
    expect(await history(device?.id ?? '')).toEqual(['online', 'REVOKED']);
    await beat(await bmsLogin());
    await ask(
      gateway,
      op.SetUserStatusDocument,
      { input: { id: userId, status: 'DISABLED' } },
      await admin(),
    );
    expect(await history(device?.id ?? '')).toEqual(['online', 'REVOKED', 'online', 'REVOKED']);
    await ask(gateway, op.DeleteUserDocument, { input: { id: userId } }, await admin());
    expect(await devices()).toEqual([]);
  });

  test('goes offline when its token expires', async () => {
    const input = { username, password: PASSWORD, deviceId: 'd' };
    const { accessToken } = (await ask(gateway, op.LoginDocument, { input })).login;
    for (let beats = 0; beats < 30; beats++) {
      await ask(gateway, op.HeartbeatDocument, { input: {} }, accessToken);
      await gateway.pass(MINUTE / 2 - 100);
    }
    await gateway.pass(MINUTE / 10);
    const [device] = await devices();
    expect(await history(device?.id ?? '')).toEqual(['online', 'AUTH_EXPIRED']);
  });
});

describe('a device with a client id', () => {
  test('is known by it over all APIs: in a header, at login, and in GraphQL', async () => {
    const token = await bmsLogin({ 'x-device-id': 'serial-1' });
    await beat(token);
    await beat(await bmsLogin(), { 'x-device-id': 'serial-1' });
    const { login } = await ask(gateway, op.LoginDocument, { input: { username, password: PASSWORD } });
    await ask(
      gateway,
      op.HeartbeatDocument,
      { input: { deviceId: 'serial-1', clientVersion: '102' } },
      login.accessToken,
    );
    expect(await devices()).toMatchObject([{ clientId: 'serial-1', clientVersion: '102' }]);
    await beat(token, { 'x-device-id': 'serial-2' });
    expect(await devices()).toHaveLength(2);
  });
});

test('answers the documented heartbeat, and rejects an invalid token in the same envelope', async () => {
  const token = await bmsLogin();
  const good = await gateway.post('/api/heart/check', {}, { authorization: `Bearer ${token}` });
  expect([good.statusCode, good.json().meta]).toEqual([201, { msg: '用户创建成功', status: 201 }]);
  for (const headers of [{}, { authorization: 'Bearer nonsense' }] as Record<string, string>[]) {
    const bad = await gateway.post('/api/heart/check', {}, headers);
    expect([bad.statusCode, bad.json()]).toEqual([401, { data: null, meta: { msg: '未授权', status: 401 } }]);
  }
});

test('counts all devices, but for a member only their own', async () => {
  await beat(await bmsLogin());
  const { login } = await ask(gateway, op.LoginDocument, { input: { username, password: PASSWORD } });
  const mine = await ask(gateway, op.PresenceSummaryDocument, {}, login.accessToken);
  expect(mine.presenceSummary).toEqual({ total: 1, online: 1, offline: 0, degraded: false });
  const other = await gateway.createUser({ username: `${username}-other`, password: PASSWORD });
  const filter = { userId: nodeId('user', other.id) };
  expect((await ask(gateway, op.DevicesDocument, { filter }, login.accessToken)).devices.edges).toEqual([]);
  const all = await ask(gateway, op.PresenceSummaryDocument, {}, await admin());
  expect(all.presenceSummary.total).toBeGreaterThan(1);
});

test('publishes only saved transitions: one that happens during a save waits for the next', async () => {
  const token = await bmsLogin();
  const { heartbeats } = gateway.services;
  const caller = await callerOf(gateway, token);
  const hello = (clientId: string) => ({ clientId, name: null, clientVersion: null });
  for (const name of ['a', 'b']) await heartbeats.beat(caller, hello(name));
  await gateway.pass(4 * MINUTE);
  const { log } = heartbeats;
  const { offset } = log;
  void heartbeats.beat(caller, hello('a'));
  const announced = heartbeats.announce();
  void heartbeats.beat(caller, hello('b'));
  await announced;
  expect([log.since(offset)?.length, log.offset - offset]).toEqual([1, 2]);
  await heartbeats.announce();
  expect(log.since(offset)).toHaveLength(2);
});

test('a gateway that is killed soon after a long downtime expires its devices in time', async () => {
  await gateway.services.heartbeats.saveLastSeen();
  gateway.clock.advance(20 * 60 * MINUTE);
  const token = await bmsLogin();
  await beat(token);
  await gateway.services.heartbeats.announce();
  const restarted = await startGateway({}, gateway);
  await restarted.pass(3 * MINUTE);
  const [device] = await devices();
  expect(await history(device?.id ?? '')).toEqual(['online', 'TIMEOUT']);
  await restarted.close();
});

test('a device that is online before a restart is the same device, and online, after it', async () => {
  const token = await bmsLogin();
  await beat(token);
  await gateway.services.heartbeats.announce();
  await gateway.services.heartbeats.saveLastSeen();
  const [before] = await devices();
  gateway.clock.advance(MINUTE);
  const restarted = await startGateway({}, gateway);
  await restarted.pass(MINUTE / 2);
  const answer = await restarted.post('/api/heart/check', {}, { authorization: token });
  expect(answer.statusCode).toBe(201);
  await restarted.pass(MINUTE);
  expect(await devices()).toEqual([{ ...before, lastSeenAt: expect.any(String) }]);
  expect(await history(before?.id ?? '')).toEqual(['online']);
  await restarted.close();
});
