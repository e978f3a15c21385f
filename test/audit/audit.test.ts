import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { AuditEntry } from '../../src/audit/audit-entry.entity.js';
import { integerKey, keyOf, nodeId } from '../../src/database/node-id.js';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import { openSession } from '../support/callers.js';
import { ask, refusal, send } from '../support/clients/client.js';
import { withClient } from '../support/database.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import * as op from '../support/operations.js';
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
  adminId = nodeId('user', opened.user.id);
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
  const id = nodeId('user', user.id);
  return { username, id, target: id, phone: String(13_500_000_000 + people) };
}

/** The entries that this adds to the log, oldest first. */
async function addedBy(act: () => Promise<unknown>) {
  const em = gateway.services.db.em.fork();
  const [last] = await em.find(AuditEntry, {}, { orderBy: { id: 'desc' }, limit: 1 });
  await act();
  const { auditLog } = await ask(gateway, op.AuditLogDocument, { first: 50 }, admin);
  return auditLog.edges
    .map(({ node: { id, action, actor, target, address, detail } }) => ({
      ...{ id, action, actorId: actor?.id ?? null, target, address, detail },
    }))
    .filter(({ id }) => (integerKey(keyOf('auditEntry', id)) ?? 0) > (last?.id ?? 0))
    .map(({ id, ...entry }) => entry)
    .reverse();
}

const address = '127.0.0.1';

test('records every login with its API and address', async () => {
  const { username, id, target, phone } = await person();
  const opened = { action: 'SESSION_OPEN', actorId: id, target, address };
  const entries = await addedBy(async () => {
    await send(gateway, op.LoginDocument, { input: { username, password: PASSWORD } });
    await gateway.post('/api/user/login', { phone, password: PASSWORD });
    await gateway.post('/api/user/sendCode', { account: phone });
    await gateway.post('/api/user/verifyCode', { account: phone, code: await gateway.lastSms(phone) });
  });
  expect(entries).toEqual([
    { ...opened, detail: 'graphql' },
    { ...opened, detail: 'teacher' },
    { ...opened, action: 'USER_PHONE_PROVEN', detail: null },
    { ...opened, detail: 'upgrade' },
  ]);
});

test('records a failed login with its account, but without the name and password that were entered', async () => {
  const { username, target, phone } = await person();
  const refused = { action: 'SESSION_REFUSE', actorId: null, target, address };
  const entries = await addedBy(async () => {
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

test('records a logout with the API of the session', async () => {
  const { username, id, target } = await person();
  const { accessToken } = await openSession(gateway, username, graphqlSessionPolicy);
  const entries = await addedBy(() => ask(gateway, op.LogoutDocument, { input: {} }, accessToken));
  expect(entries).toEqual([{ action: 'SESSION_CLOSE', actorId: id, target, address, detail: 'graphql' }]);
});

test('records a wrong current password', async () => {
  const { username, id, target } = await person();
  const { accessToken } = await openSession(gateway, username, graphqlSessionPolicy);
  const passwords = { currentPassword: 'a slip of the pen', newPassword: NEXT };
  const entries = await addedBy(async () => {
    for (let i = 0; i < 10; i += 1) {
      await refusal(gateway, op.ChangePasswordDocument, { input: passwords }, accessToken);
    }
  });
  expect(entries).toEqual(
    Array(10).fill({ action: 'USER_PASSWORD_REFUSE', actorId: id, target, address, detail: null }),
  );
});

test('does not record throttled logins', async () => {
  const { username } = await person();
  const entries = await addedBy(async () => {
    for (let i = 0; i < 15; i += 1) {
      await refusal(gateway, op.LoginDocument, { input: { username, password: 'wrong' } });
    }
  });
  expect(entries).toHaveLength(10);
});

test('records every change of an account and its actor', async () => {
  const { username, id, target } = await person();
  const own = (await openSession(gateway, username, graphqlSessionPolicy)).accessToken;
  const other = (await openSession(gateway, username, graphqlSessionPolicy)).session.id;
  const third = (await openSession(gateway, username, graphqlSessionPolicy)).session.id;
  let madeId = '';
  const entries = await addedBy(async () => {
    const passwords = { currentPassword: PASSWORD, newPassword: NEXT };
    await ask(gateway, op.RevokeSessionDocument, { input: { id: nodeId('session', other) } }, own);
    await ask(gateway, op.RevokeSessionDocument, { input: { id: nodeId('session', third) } }, admin);
    await ask(gateway, op.ChangePasswordDocument, { input: passwords }, own);
    const input = { username: 'made', password: PASSWORD, roles: ['PUBLISHER'] };
    madeId = (await ask(gateway, op.CreateUserDocument, { input }, admin)).createUser.user.id;
    await ask(gateway, op.SetUserRolesDocument, { input: { id, roles: ['MEMBER', 'PUBLISHER'] } }, admin);
    await ask(gateway, op.SetUserStatusDocument, { input: { id, status: 'DISABLED' } }, admin);
    await ask(gateway, op.SetUserStatusDocument, { input: { id, status: 'ACTIVE' } }, admin);
  });
  const byAdmin = { actorId: adminId, target, address, detail: null };
  expect(entries).toEqual([
    { ...byAdmin, action: 'SESSION_REVOKE', actorId: id },
    { ...byAdmin, action: 'SESSION_REVOKE' },
    { ...byAdmin, action: 'USER_PASSWORD', actorId: id },
    { ...byAdmin, action: 'USER_CREATE', target: madeId, detail: 'PUBLISHER' },
    { ...byAdmin, action: 'USER_ROLES', detail: 'MEMBER PUBLISHER' },
    { ...byAdmin, action: 'USER_DISABLED' },
    { ...byAdmin, action: 'USER_ACTIVE' },
  ]);
});

test('finds entries by user and by action, and resolves users that still exist', async () => {
  const { username, id } = await person();
  await ask(gateway, op.SetUserRolesDocument, { input: { id, roles: ['PUBLISHER'] } }, admin);
  await openSession(gateway, username, graphqlSessionPolicy);
  const read = async (filter: object) => {
    const { auditLog } = await ask(gateway, op.AuditLogDocument, { filter }, admin);
    return auditLog.edges.map(({ node }) => [node.action, node.actor?.username, node.subject?.username]);
  };
  const opened = ['SESSION_OPEN', username, username];
  expect(await read({ userId: id })).toEqual([
    opened,
    ['USER_ROLES', 'root', username],
    ['USER_CREATE', undefined, username],
  ]);
  expect(await read({ userId: id, category: 'SESSION' })).toEqual([opened]);
  expect(await read({ userId: id, actions: ['USER_ROLES', 'SESSION_CLOSE'] })).toHaveLength(1);
  expect(await read({ userId: 'user_999999' })).toEqual([]);
});

test('resolves the device of an entry while it exists, for callers who may read devices', async () => {
  const { username } = await person();
  const { accessToken } = await openSession(gateway, username, graphqlSessionPolicy);
  const heartbeat = { deviceId: 'kiosk-1', name: 'Kiosk' };
  await ask(gateway, op.HeartbeatDocument, { input: heartbeat }, accessToken);
  const { devices } = await ask(gateway, op.DevicesDocument, {}, admin);
  const id = devices.edges[0]?.node.id ?? '';
  await ask(gateway, op.UpdateDeviceDocument, { input: { id, displayName: 'Lobby' } }, admin);
  const key = { name: 'auditor', permissions: ['AUDIT_READ' as const] };
  const { token } = (await ask(gateway, op.CreateApiKeyDocument, { input: key }, admin)).createApiKey;
  const deviceAs = async (caller: string) => {
    const { auditLog } = await ask(gateway, op.AuditLogDocument, { filter: { target: id } }, caller);
    return auditLog.edges.at(-1)?.node.device;
  };
  expect(await deviceAs(admin)).toEqual({ id, name: 'Kiosk', displayName: 'Lobby', clientId: 'kiosk-1' });
  expect(await deviceAs(token)).toBeNull();
  await ask(gateway, op.DeleteDeviceDocument, { input: { id } }, admin);
  expect(await deviceAs(admin)).toBeNull();
});

test('shows and finds actions of a newer version as UNKNOWN', async () => {
  const { id } = await person();
  await withClient(gateway.databaseUrl, (client) =>
    client.query(`insert into audit_entries (at, action, target) values (now(), 'user.hologram', $1)`, [id]),
  );
  const read = async (filter: object) => {
    const { auditLog } = await ask(
      gateway,
      op.AuditLogDocument,
      { filter: { userId: id, ...filter } },
      admin,
    );
    return auditLog.edges.map(({ node }) => node.action);
  };
  expect(await read({})).toEqual(['UNKNOWN', 'USER_CREATE']);
  expect(await read({ actions: ['UNKNOWN'] })).toEqual(['UNKNOWN']);
  expect(await read({ actions: ['USER_CREATE'] })).toEqual(['USER_CREATE']);
});

test('records no change that was refused', async () => {
  const { username, id } = await person();
  const member = (await openSession(gateway, username, graphqlSessionPolicy)).accessToken;
  const entries = await addedBy(async () => {
    expect(await refusal(gateway, op.SetUserRolesDocument, { input: { id, roles: ['ADMIN'] } }, member)).toBe(
      'FORBIDDEN',
    );
    expect(await refusal(gateway, op.SetUserRolesDocument, { input: { id, roles: ['KING'] } }, admin)).toBe(
      'INVALID_INPUT',
    );
    expect(await refusal(gateway, op.DeleteUserDocument, { input: { id: adminId } }, admin)).toBe('CONFLICT');
  });
  expect(entries).toEqual([]);
});

test('contains neither a deleted user nor their address', async () => {
  const { username, id, target } = await person();
  await send(gateway, op.LoginDocument, { input: { username, password: PASSWORD } });
  await send(gateway, op.LoginDocument, { input: { username, password: 'wrong' } });
  await ask(gateway, op.DeleteUserDocument, { input: { id } }, admin);
  const em = gateway.services.db.em.fork();
  expect(
    await em.find(AuditEntry, { $or: [{ target }, { actorId: integerKey(keyOf('user', id)) }] }),
  ).toEqual([]);
});

test('contains no password, code or token', async () => {
  const log = JSON.stringify(await gateway.services.db.em.fork().find(AuditEntry, {}));
  for (const secret of [PASSWORD, NEXT, 'a slip of the pen', '$argon2', admin, 'eyJ']) {
    expect(log).not.toContain(secret);
  }
});
