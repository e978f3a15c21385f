import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import { LoginAttempts } from '../../src/logins/login-attempts.js';
import { FairTurns } from '../../src/rate-limits/fair-turns.js';
import { RecentClients } from '../../src/sessions/recent-clients.js';
import { hashPassword } from '../../src/users/passwords/password-hash.js';
import { User } from '../../src/users/user.entity.js';
import { eventually } from '../support/eventually.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { PASSWORD } from '../support/password.js';

const client = { address: '192.0.2.1', deviceId: 'device 1', version: null, model: null };

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

let lastPhone = 13_700_000_000;
let phone: string;
beforeEach(() => {
  lastPhone += 1;
  phone = String(lastPhone);
});

const login = (name: string, password = PASSWORD, captcha: 'none' | 'possible' = 'none') =>
  gateway.services.passwordLogins.login({ login: name, password, captcha }, client, graphqlSessionPolicy);

test('accepts the username and the phone in any spelling', async () => {
  const { id } = await gateway.createUser({ username: 'WRQ@8', phone, password: PASSWORD });
  for (const name of ['wrq@8', ' ＷＲＱ＠８', phone, `+86 ${phone}`]) {
    expect((await login(name)).user.id).toBe(id);
  }
});

test('lets clients that have signed in before take turns with strangers', async () => {
  const { db, clock } = gateway.services;
  await gateway.createUser({ username: `known ${phone}`, password: PASSWORD });
  await login(`known ${phone}`);
  const recentClients = new RecentClients(db, clock);
  const oneAtATime = new FairTurns({ capacity: 1, maxWaiting: 10, refusal: 'Too many.' });
  const attempts = new LoginAttempts(db, clock, oneAtATime, recentClients);
  recentClients.find(client);
  await eventually(async () => recentClients.find(client) !== null);
  const order: string[] = [];
  const attempt = (address: string) => {
    const from = { address, deviceId: null };
    const named = { findUserId: async () => null, client: from, name: 'name', api: 'graphql' };
    return attempts.run(named, async () => order.push(address));
  };
  const strangers = ['203.0.113.1', '203.0.113.2', '203.0.113.3', '203.0.113.4'].map(attempt);
  await Promise.all([...strangers, attempt(client.address)]);
  expect(order.indexOf(client.address)).toBe(2);
});

test.each(['', ' ', 'nobody', 'a\0b', '\ud800', 'x'.repeat(100_000)])(
  'rejects the unknown name %j',
  async (name) => {
    await expect(login(name)).rejects.toMatchObject({ code: 'ACCOUNT_UNKNOWN' });
  },
);

test('counts failures under each name alone, so that the names of a person cannot be linked', async () => {
  const username = `both ${phone}`;
  await gateway.createUser({ username, phone, password: PASSWORD });
  for (const [entered, other] of [
    [username, phone],
    [phone, username],
  ] as const) {
    for (let i = 0; i < 10; i += 1) await login(entered, 'wrong', 'possible').catch(() => null);
    await expect(login(entered, 'wrong', 'possible')).rejects.toMatchObject({ code: 'CAPTCHA_REQUIRED' });
    if (entered === username) {
      await expect(login(other, 'wrong', 'possible')).rejects.toMatchObject({ code: 'PASSWORD_WRONG' });
    }
  }
});

test('opens no session if the password changed after it was verified', async () => {
  const { id } = await gateway.createUser({ phone, password: PASSWORD });
  const { db, openSessions, sessions, users } = gateway.services;
  const em = db.em.fork();
  const user = await users.get(id, em);
  const proof = { passwordHash: user.passwordHash ?? '' };
  await db.em.fork().nativeUpdate(User, { id }, { passwordHash: await hashPassword('new') });
  await expect(sessions.open(em, user, client, graphqlSessionPolicy, { proof })).rejects.toMatchObject({
    code: 'PASSWORD_WRONG',
  });
  expect(await openSessions.listAll(id)).toEqual([]);
});
