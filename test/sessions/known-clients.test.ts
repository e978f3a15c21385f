import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { bmsSessionPolicy } from '../../src/legacy/bms/session-policy.js';
import { KnownClient } from '../../src/sessions/known-client.entity.js';
import { KnownClients } from '../../src/sessions/known-clients.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { PASSWORD } from '../support/password.js';

const DAY_MS = 86_400_000;
const client = { address: '192.0.2.1', deviceId: 'device 1', version: null, model: null };

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

let created = 0;
let username: string;
let userId: number;
beforeEach(async () => {
  created += 1;
  username = `person ${created}`;
  ({ id: userId } = await gateway.createUser({ username, password: PASSWORD }));
});

const login = (from: Partial<typeof client> = {}) =>
  gateway.services.passwordLogins.login(
    { login: username, password: PASSWORD, captcha: 'none' },
    { ...client, ...from },
    bmsSessionPolicy,
  );
const find = (from: { address?: string; deviceId?: string | null }, id: number | null = userId) => {
  const { db, clock } = gateway.services;
  return new KnownClients(db, clock).find(id, { ...client, ...from });
};
const stored = () =>
  gateway.services.db.em.fork().find(KnownClient, { user: userId }, { orderBy: { client: 'asc' } });

test('knows the device and the address of a login, and no others', async () => {
  expect(await find({})).toBeNull();
  await login();
  expect(await find({})).toBe('device:device 1');
  expect(await find({ address: '203.0.113.1' })).toBe('device:device 1');
  expect(await find({ deviceId: 'another' })).toBe('address:192.0.2.1');
  expect(await find({ deviceId: null })).toBe('address:192.0.2.1');
  expect(await find({ address: '203.0.113.1', deviceId: 'another' })).toBeNull();
  expect(await find({ address: '203.0.113.1', deviceId: '192.0.2.1' })).toBeNull();
});

test('knows a client for one account only', async () => {
  await login();
  const { id } = await gateway.createUser({ username: `${username} 2` });
  expect(await find({}, id)).toBeNull();
  expect(await find({}, null)).toBeNull();
});

test('knows the addresses of an IPv6 /64', async () => {
  await login({ address: '2001:db8:1:2::3' });
  expect(await find({ address: '2001:db8:1:2::4', deviceId: null })).toBe('address:2001:db8:1:2::/64');
  expect(await find({ address: '2001:db8:1:3::3', deviceId: null })).toBeNull();
});

test('does not know a client by an invalid address', async () => {
  await login({ address: 'unix:' });
  expect(await find({ address: 'unknown', deviceId: null })).toBeNull();
});

test('forgets a client 90 days after its latest login, which a daily login saves once a day', async () => {
  await login();
  const [first] = await stored();
  gateway.clock.advance(DAY_MS / 2);
  await login();
  expect((await stored()).map(({ lastLoginAt }) => lastLoginAt)).toEqual([
    first?.lastLoginAt,
    first?.lastLoginAt,
  ]);
  gateway.clock.advance(DAY_MS / 2);
  await login();
  gateway.clock.advance(90 * DAY_MS - 1);
  expect(await find({})).not.toBeNull();
  gateway.clock.advance(1);
  expect(await find({})).toBeNull();
});

test('remembers a client once when many of its logins run in parallel', async () => {
  await Promise.all(Array.from({ length: 10 }, (_, i) => login({ deviceId: `device ${i % 2}` })));
  expect((await stored()).map(({ client }) => client)).toEqual([
    'address:192.0.2.1',
    'device:device 0',
    'device:device 1',
  ]);
});

test('knows a client across a restart, also while strangers enter wrong passwords', async () => {
  await login();
  const successor = await startGateway({}, gateway);
  try {
    const { passwordLogins } = successor.services;
    const enter = (password: string, from: typeof client) =>
      passwordLogins
        .login({ login: username, password, captcha: 'solved' }, from, bmsSessionPolicy)
        .then(({ user }) => user.id);
    const attempts = Array.from({ length: 110 }, (_, i) =>
      enter('wrong', { ...client, address: `203.0.113.${i}`, deviceId: 'theirs' }).catch(({ code }) => code),
    );
    expect((await Promise.all(attempts)).filter((code) => code === 'THROTTLED')).toHaveLength(10);
    const stranger = { ...client, address: '203.0.113.200', deviceId: 'theirs' };
    await expect(enter(PASSWORD, stranger)).rejects.toMatchObject({ code: 'THROTTLED' });
    expect(await enter(PASSWORD, client)).toBe(userId);
  } finally {
    await successor.close();
  }
});
