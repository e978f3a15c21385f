import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { AuditEntry } from '../../src/audit/audit-entry.entity.js';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import * as op from '../generated/graphql.js';
import { openSession } from '../support/callers.js';
import { ask, refusal, send } from '../support/client.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { PASSWORD } from '../support/password.js';

const NEXT = 'battery staple';

let gateway: TestGateway;
let admin: string;
let adminId: string;
beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createUser({ username: 'root', password: PASSWORD, roles: ['ADMIN'] });
  const opened = await openSession(gateway, 'root', graphqlSessionPolicy);
  admin = opened.accessToken;
  adminId = String(opened.user.id);
});
afterAll(() => gateway.close());

let people = 0;
async function person() {
  people += 1;
  const username = `person ${people}`;
  const user = await gateway.createUser({
    username,
    phone: String(13_500_000_000 + people),
    password: PASSWORD,
  });
  return { username, id: String(user.id), target: `user:${user.id}`, phone: String(13_500_000_000 + people) };
}

/** What the log gained from this, the oldest first. */
async function logged(act: () => Promise<unknown>) {
  const em = gateway.services.db.em.fork();
  const [last] = await em.find(AuditEntry, {}, { orderBy: { id: 'desc' }, limit: 1 });
  await act();
  const { auditLog } = await ask(gateway, op.AuditLogDocument, { first: 50 }, admin);
  return auditLog.edges
    .map(({ node: { id, action, actorId, target, address, detail } }) => ({
      ...{ id, action, actorId, target, address, detail },
    }))
    .filter(({ id }) => Number(id) > (last?.id ?? 0))
    .map(({ id, ...entry }) => entry)
    .reverse();
}

const address = '127.0.0.1';

test('a login is kept with its door and address, whichever way it was made', async () => {
  const { username, id, target, phone } = await person();
  const opened = { action: 'session.open', actorId: id, target, address };
  const entries = await logged(async () => {
    await send(gateway, op.LoginDocument, { input: { username, password: PASSWORD } });
    await gateway.post('/api/user/login', { phone, password: PASSWORD });
    await gateway.post('/api/user/sendCode', { account: phone });
    await gateway.post('/api/user/verifyCode', { account: phone, code: await gateway.lastSms(phone) });
  });
  expect(entries).toEqual([
    { ...opened, detail: 'graphql' },
    { ...opened, detail: 'teacher' },
    { ...opened, action: 'user.phone-proven', target: null, detail: null },
    { ...opened, detail: 'upgrade' },
  ]);
});

test('a wrong guess is kept with whose account it was, and never with what was typed', async () => {
  const { username, target, phone } = await person();
  const refused = { action: 'session.refuse', actorId: null, target, address };
  const entries = await logged(async () => {
    await send(gateway, op.LoginDocument, { input: { username, password: 'a slip of the pen' } });
    await gateway.post('/api/user/login', { phone, password: 'a slip of the pen' });
    await send(gateway, op.LoginDocument, { input: { username: 'a slip of the pen', password: 'x' } });
    await gateway.post('/api/user/sendCode', { account: phone });
    await gateway.post('/api/user/verifyCode', { account: phone, code: 'wrong' });
  });
  expect(entries).toEqual([
    { ...refused, detail: 'graphql PASSWORD_WRONG' },
    { ...refused, detail: 'teacher PASSWORD_WRONG' },
    { ...refused, target: null, detail: 'graphql ACCOUNT_UNKNOWN' },
    { ...refused, detail: 'upgrade CAPTCHA_INVALID' },
  ]);
});

test('a logout is kept, with the door of the session it ends', async () => {
  const { username, id, target } = await person();
  const { accessToken } = await openSession(gateway, username, graphqlSessionPolicy);
  const entries = await logged(() => ask(gateway, op.LogoutDocument, {}, accessToken));
  expect(entries).toEqual([{ action: 'session.close', actorId: id, target, address, detail: 'graphql' }]);
});

test('a wrong current password is kept, and counts as a failed login', async () => {
  const { username, id, target } = await person();
  const { accessToken } = await openSession(gateway, username, graphqlSessionPolicy);
  const passwords = { currentPassword: 'a slip of the pen', newPassword: NEXT };
  const entries = await logged(async () => {
    for (let i = 0; i < 10; i += 1) {
      await refusal(gateway, op.ChangePasswordDocument, passwords, accessToken);
    }
  });
  expect(entries).toEqual(
    Array(10).fill({ action: 'user.password-refuse', actorId: id, target, address, detail: null }),
  );
  expect(await refusal(gateway, op.LoginDocument, { input: { username, password: PASSWORD } })).toBe(
    'CAPTCHA_REQUIRED',
  );
});

test('guesses past the budget, which are not looked at, do not fill the log', async () => {
  const { username } = await person();
  const entries = await logged(async () => {
    for (let i = 0; i < 15; i += 1) {
      await refusal(gateway, op.LoginDocument, { input: { username, password: 'wrong' } });
    }
  });
  expect(entries).toHaveLength(10);
});

test('whatever is done to an account is kept, with who did it', async () => {
  const { username, id, target } = await person();
  const own = (await openSession(gateway, username, graphqlSessionPolicy)).accessToken;
  const other = (await openSession(gateway, username, graphqlSessionPolicy)).session.id;
  const third = (await openSession(gateway, username, graphqlSessionPolicy)).session.id;
  let madeId = '';
  const entries = await logged(async () => {
    const passwords = { currentPassword: PASSWORD, newPassword: NEXT };
    await ask(gateway, op.RevokeSessionDocument, { id: other }, own);
    await ask(gateway, op.RevokeSessionDocument, { id: third }, admin);
    await ask(gateway, op.ChangePasswordDocument, passwords, own);
    const input = { username: 'made', password: PASSWORD, roles: ['PUBLISHER'] };
    madeId = (await ask(gateway, op.CreateUserDocument, { input }, admin)).createUser.id;
    await ask(gateway, op.SetUserRolesDocument, { id, roles: ['MEMBER', 'PUBLISHER'] }, admin);
    await ask(gateway, op.SetUserStatusDocument, { id, status: 'DISABLED' }, admin);
    await ask(gateway, op.SetUserStatusDocument, { id, status: 'ACTIVE' }, admin);
  });
  const byAdmin = { actorId: adminId, target, address, detail: null };
  expect(entries).toEqual([
    { ...byAdmin, action: 'session.revoke', actorId: id },
    { ...byAdmin, action: 'session.revoke' },
    { ...byAdmin, action: 'user.password', actorId: id },
    { ...byAdmin, action: 'user.create', target: `user:${madeId}`, detail: 'PUBLISHER' },
    { ...byAdmin, action: 'user.roles', detail: 'MEMBER PUBLISHER' },
    { ...byAdmin, action: 'user.disabled' },
    { ...byAdmin, action: 'user.active' },
  ]);
});

test('entries are found by who is in them and by kind, and name who is there still', async () => {
  const { username, id } = await person();
  await ask(gateway, op.SetUserRolesDocument, { id, roles: ['PUBLISHER'] }, admin);
  await openSession(gateway, username, graphqlSessionPolicy);
  const read = async (filter: object) => {
    const { auditLog } = await ask(gateway, op.AuditLogDocument, { filter }, admin);
    return auditLog.edges.map(({ node }) => [node.action, node.actor?.username, node.subject?.username]);
  };
  const opened = ['session.open', username, username];
  expect(await read({ userId: id })).toEqual([
    opened,
    ['user.roles', 'root', username],
    ['user.create', undefined, username],
  ]);
  expect(await read({ userId: id, action: 'session.' })).toEqual([opened]);
  expect(await read({ userId: 'nobody' })).toEqual([]);
  // Not a pattern: what is asked for is found as it is written.
  expect(await read({ action: '%.open' })).toEqual([]);
});

test('what is refused leaves no trace of having been done', async () => {
  const { username, id } = await person();
  const member = (await openSession(gateway, username, graphqlSessionPolicy)).accessToken;
  const entries = await logged(async () => {
    expect(await refusal(gateway, op.SetUserRolesDocument, { id, roles: ['ADMIN'] }, member)).toBe(
      'FORBIDDEN',
    );
    expect(await refusal(gateway, op.SetUserRolesDocument, { id, roles: ['KING'] }, admin)).toBe(
      'INVALID_INPUT',
    );
    expect(await refusal(gateway, op.DeleteUserDocument, { id: adminId }, admin)).toBe('CONFLICT');
  });
  expect(entries).toEqual([]);
});

test('who is erased is in none of it any more, nor where they were', async () => {
  const { username, id, target } = await person();
  await send(gateway, op.LoginDocument, { input: { username, password: PASSWORD } });
  await send(gateway, op.LoginDocument, { input: { username, password: 'wrong' } });
  await ask(gateway, op.DeleteUserDocument, { id }, admin);
  const em = gateway.services.db.em.fork();
  expect(await em.find(AuditEntry, { $or: [{ target }, { actorId: Number(id) }] })).toEqual([]);
});

test('no password, code or token is in any entry', async () => {
  const log = JSON.stringify(await gateway.services.db.em.fork().find(AuditEntry, {}));
  for (const secret of [PASSWORD, NEXT, 'a slip of the pen', '$argon2', admin, 'eyJ']) {
    expect(log).not.toContain(secret);
  }
});
