import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { AuditEntry } from '../../src/audit/audit-entry.entity.js';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import { LoginName } from '../../src/users/names/login-name.entity.js';
import { callerOf, openSession } from '../support/callers.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { PASSWORD } from '../support/password.js';

const operator = { userId: null, address: 'command line (root)' };

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

let created = 0;
let username: string;
let phone: string;
let id: number;
beforeEach(async () => {
  created += 1;
  username = `person ${created}`;
  phone = String(13_300_000_000 + created);
  id = (await gateway.createUser({ username, phone, phoneVerified: true, password: PASSWORD })).id;
});

const edit = (changes: Parameters<TestGateway['services']['accountEditing']['edit']>[1]) =>
  gateway.services.accountEditing.edit(id, changes, operator);
const find = (name: string) => gateway.services.users.findByLoginName(gateway.services.db.em.fork(), name);
const names = async () =>
  (await gateway.services.db.em.fork().find(LoginName, { user: id }, { orderBy: { name: 'asc' } })).map(
    ({ name }) => name,
  );

test('moves the login names, and says so in the audit log without their values', async () => {
  const { accessToken } = await openSession(gateway, username, graphqlSessionPolicy);
  await edit({ username: `New ${username}`, phone: `+852 9123 4${100 + created}`, email: 'li@example.com' });
  expect(await find(username)).toBeNull();
  expect(await find(phone)).toBeNull();
  expect(await find(`new ${username}`)).toMatchObject({ id, phoneVerifiedAt: null, countryCode: '+852' });
  expect(await names()).toEqual([`85291234${100 + created}`, `new ${username}`]);
  const { user } = await callerOf(gateway, accessToken);
  expect(user).toMatchObject({ username: `New ${username}`, email: 'li@example.com' });
  const entries = await gateway.services.db.em.fork().find(AuditEntry, { action: 'user.update' });
  expect(entries).toMatchObject([{ target: `user_${id}`, detail: 'email username phone' }]);
});

test('keeps omitted fields, and records nothing when nothing changes', async () => {
  await edit({ name: 'Li' });
  const before = await gateway.services.users.get(id);
  await edit({ name: 'Li', username });
  expect(await gateway.services.users.get(id)).toMatchObject({
    name: 'Li',
    username,
    phoneVerifiedAt: expect.any(Date),
    updatedAt: before.updatedAt,
  });
});

test('names the field of each error', async () => {
  await gateway.createUser({ username: `taken ${created}`, phone: String(13_200_000_000 + created) });
  const refused = [
    [{ username: `TAKEN ${created}` }, 'CONFLICT', 'username'],
    [{ phone: String(13_200_000_000 + created) }, 'CONFLICT', 'phone'],
    [{ username: '' }, 'INVALID_INPUT', 'username'],
    [{ username: 'x'.repeat(65) }, 'INVALID_INPUT', 'username'],
    [{ phone: '13911113333.0' }, 'INVALID_INPUT', 'phone'],
    [{ username: null, phone: null }, 'INVALID_INPUT', 'username'],
    [{ email: 'nope' }, 'INVALID_INPUT', 'email'],
    [{ brief: 'x'.repeat(2001) }, 'INVALID_INPUT', 'brief'],
  ] as const;
  for (const [changes, code, field] of refused) {
    await expect(edit(changes)).rejects.toMatchObject({ code, details: { field } });
  }
  expect(await names()).toEqual([`86${phone}`, username]);
});

test('gives a name to one of two accounts that take it at once', async () => {
  const other = await gateway.createUser({ username: `other ${created}` });
  const taken = { username: `both ${created}` };
  const outcomes = await Promise.allSettled([
    edit(taken),
    gateway.services.accountEditing.edit(other.id, taken, operator),
  ]);
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
});

test('opens no session for a code whose phone was moved before the login ended', async () => {
  const client = { address: '192.0.2.1', deviceId: null, version: null, model: null };
  const em = gateway.services.db.em.fork();
  const user = await gateway.services.users.get(id, em);
  await edit({ phone: null });
  const proof = { phone: `86${phone}` };
  await expect(
    gateway.services.sessions.open(em, user, client, graphqlSessionPolicy, { proof }),
  ).rejects.toMatchObject({ code: 'ACCOUNT_UNKNOWN' });
});

test('ends all sessions of a person at once, and records how many', async () => {
  const sessions = [
    await openSession(gateway, username, graphqlSessionPolicy),
    await openSession(gateway, username, graphqlSessionPolicy),
  ];
  expect(await gateway.services.sessions.endings.revokeAllAs(id, operator)).toBe(2);
  for (const { accessToken } of sessions) {
    expect(await gateway.services.sessions.authenticate(accessToken)).toBeNull();
  }
  const entries = await gateway.services.db.em.fork().find(AuditEntry, { action: 'session.revoke-all' });
  expect(entries).toMatchObject([{ target: `user_${id}`, detail: '2' }]);
  await expect(gateway.services.sessions.endings.revokeAllAs(999_999, operator)).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
});

test('finds sessions by what their clients say about themselves', async () => {
  const client = { address: '203.0.113.77', deviceId: 'till_7', version: '1.2', model: 'Firefox (Windows)' };
  const { session } = await openSession(gateway, username, graphqlSessionPolicy, client);
  const count = (text: string) => gateway.services.openSessions.count({ client: text, userId: id });
  for (const text of ['firefox', 'till_', '1.2', '203.0.113.77']) expect(await count(text)).toBe(1);
  for (const text of ['tillx7', '%', 'chrome']) expect(await count(text)).toBe(0);
  await gateway.services.sessions.endings.revoke(id, session.id);
  expect(await count('firefox')).toBe(0);
});
