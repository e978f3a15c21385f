import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { AuditEntry } from '../../src/audit/audit-entry.entity.js';
import { Captcha } from '../../src/captchas/captcha.entity.js';
import { Device } from '../../src/devices/device.entity.js';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import { LoginName } from '../../src/users/names/login-name.entity.js';
import { Role } from '../../src/users/role.entity.js';
import { User, UserStatus } from '../../src/users/user.entity.js';
import { callerOf } from '../support/callers.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { PASSWORD } from '../support/password.js';

const client = { address: '192.0.2.1', deviceId: null, version: null, model: null };
const system = { userId: null, address: null };

let gateway: TestGateway;
beforeEach(async () => {
  gateway = await startGateway();
});
afterEach(() => gateway.close());

const administration = () => gateway.services.administration;
const admin = async (username: string) =>
  (await gateway.createUser({ username, password: PASSWORD, roles: ['ADMIN'] })).id;
const roleCodes = async (id: number) =>
  (await gateway.services.users.get(id)).roles.getItems().map(({ code }) => code);

describe('the first administrator', () => {
  test('must not have a password made of the username', async () => {
    const created = administration().createFirst('superroot', 'superroot123', system);
    await expect(created).rejects.toMatchObject({ code: 'INVALID_INPUT', details: { field: 'password' } });
  });

  test('is created by one of two parallel calls', async () => {
    const outcomes = await Promise.allSettled([
      administration().createFirst('first', PASSWORD, system),
      administration().createFirst('second', PASSWORD, system),
    ]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await administration().hasAdministrator()).toBe(true);
    await expect(administration().createFirst('third', PASSWORD, system)).rejects.toMatchObject({
      code: 'CONFLICT',
    });
  });

  test('is not required to disable and delete other accounts', async () => {
    const { id } = await gateway.createUser({ username: 'member' });
    expect(await administration().setStatus(id, UserStatus.DISABLED, system)).toMatchObject({
      status: 'DISABLED',
    });
    await administration().delete(id, system);
  });
});

describe('the last administrator', () => {
  test.each<[string, (id: number) => Promise<unknown>]>([
    ['disabled', (id) => administration().setStatus(id, UserStatus.DISABLED, system)],
    ['demoted', (id) => administration().setRoles(id, ['MEMBER'], system)],
    ['deleted', (id) => administration().delete(id, system)],
  ])('cannot be %s', async (_name, remove) => {
    const id = await admin('only');
    await expect(remove(id)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await gateway.services.users.get(id)).toMatchObject({ status: 'ACTIVE' });
    expect(await roleCodes(id)).toEqual(['ADMIN']);
    await admin('another');
    await remove(id);
  });

  test('remains when two administrators demote each other', async () => {
    const [a, b] = [await admin('a'), await admin('b')];
    const outcomes = await Promise.allSettled([
      administration().setRoles(a, ['MEMBER'], { userId: b, address: null }),
      administration().setRoles(b, ['MEMBER'], { userId: a, address: null }),
    ]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});

test('an administrator with few permissions neither changes an account with more, nor grants more', async () => {
  const em = gateway.services.db.em.fork();
  await em.insert(Role, { id: 500, code: 'HELPDESK', name: 'Help desk', permissions: ['users:manage'] });
  const root = await admin('root');
  const { id: hanna } = await gateway.createUser({ username: 'hanna', roles: ['HELPDESK'] });
  const { id: member } = await gateway.createUser({ username: 'member' });
  const actor = { userId: hanna, address: null };
  const refused = [
    () => administration().setStatus(root, UserStatus.DISABLED, actor),
    () => administration().setRoles(root, ['MEMBER'], actor),
    () => administration().delete(root, actor),
    () => administration().setRoles(member, ['PUBLISHER'], actor),
    () => administration().setRoles(hanna, ['ADMIN'], actor),
    () => gateway.services.users.create({ username: 'twin', roles: ['ADMIN'] }, actor),
  ];
  for (const change of refused) await expect(change()).rejects.toMatchObject({ code: 'FORBIDDEN' });
  await administration().setRoles(member, ['MEMBER', 'HELPDESK'], actor);
  await administration().setStatus(member, UserStatus.DISABLED, actor);
});

test('changed roles take effect with the next request', async () => {
  await admin('stays');
  const id = await admin('goes');
  const em = gateway.services.db.em.fork();
  const user = await gateway.services.users.get(id, em);
  const { accessToken } = await gateway.services.sessions.open(em, user, client, graphqlSessionPolicy);
  const mayManageUsers = async () =>
    (await gateway.services.sessions.authenticate(accessToken))?.permissions.has('users:manage');
  expect(await mayManageUsers()).toBe(true);
  await administration().setRoles(id, ['PUBLISHER'], system);
  expect(await mayManageUsers()).toBe(false);
  await administration().setRoles(id, ['ADMIN'], system);
  expect(await mayManageUsers()).toBe(true);
});

test('rejects an unknown role without changing anything', async () => {
  await admin('admin');
  const { id } = await gateway.createUser({ username: 'member' });
  await expect(administration().setRoles(id, ['KING'], system)).rejects.toMatchObject({
    code: 'INVALID_INPUT',
  });
  expect(await roleCodes(id)).toEqual(['MEMBER']);
});

test('deletion removes the user, frees the names and anonymises the audit log', async () => {
  const adminId = await admin('admin');
  const phone = '13912345678';
  const address = '192.0.2.66';
  const signUp = { username: 'gone', phone, password: PASSWORD };
  const { id } = await gateway.services.users.create(signUp, { userId: null, address });
  const self = { userId: id, address };
  const em = gateway.services.db.em.fork();
  const user = await gateway.services.users.get(id, em);
  const { accessToken } = await gateway.services.sessions.open(em, user, client, graphqlSessionPolicy);
  const caller = await callerOf(gateway, accessToken);
  await gateway.services.passwords.change(
    caller,
    { currentPassword: PASSWORD, newPassword: 'battery staple' },
    self,
  );
  await administration().setRoles(id, ['PUBLISHER'], { userId: adminId, address: '192.0.2.7' });
  await gateway.services.smsCodes.send(phone, null, client);
  const { ticket } = await gateway.services.scanTickets.issue('screen', { ...client, deviceId: 'screen' });
  await gateway.services.scanTickets.claim(ticket, caller);
  await administration().delete(id, { userId: adminId, address: '192.0.2.7' });

  const after = gateway.services.db.em.fork();
  expect(await after.count(User, { id })).toBe(0);
  expect(await after.count(LoginName, { user: id })).toBe(0);
  expect(await after.count(Captcha, { $or: [{ subject: `86${phone}` }, { scannedBy: id }] })).toBe(0);
  const entries = await after.find(AuditEntry, {}, { orderBy: { id: 'asc' } });
  expect(entries.map(({ action, actorId, target }) => [action, actorId, target])).toEqual([
    ['user.create', null, `user_${adminId}`],
    ['user.create', null, 'user_erased'],
    ['session.open', null, 'user_erased'],
    ['user.password', null, 'user_erased'],
    ['user.roles', adminId, 'user_erased'],
    ['user.delete', adminId, 'user_erased'],
  ]);
  const kept = JSON.stringify(entries);
  for (const trace of ['gone', phone, address]) expect(kept).not.toContain(trace);
  await gateway.createUser({ username: 'gone', phone });
});

test('deletion ends the sessions, and is not audited as disabling', async () => {
  await admin('admin');
  const { id } = await gateway.createUser({ username: 'gone' });
  const em = gateway.services.db.em.fork();
  const user = await gateway.services.users.get(id, em);
  const { accessToken } = await gateway.services.sessions.open(em, user, client, graphqlSessionPolicy);
  expect(await gateway.services.sessions.authenticate(accessToken)).not.toBeNull();
  await administration().delete(id, system);
  expect(await gateway.services.sessions.authenticate(accessToken)).toBeNull();

  const { id: disabled } = await gateway.createUser({ username: 'disabled' });
  await administration().setStatus(disabled, UserStatus.DISABLED, system);
  await administration().delete(disabled, system);
  expect(await em.fork().count(AuditEntry, { action: 'user.disabled' })).toBe(1);
});

test('deletion removes more devices than one statement does', async () => {
  await admin('admin');
  const { id } = await gateway.createUser({ username: 'gone' });
  const em = gateway.services.db.em.fork();
  await em.execute(
    `insert into devices (user_id, door, online, first_seen_at, last_seen_at)
       select ?, 'upgrade', false, now(), now() from generate_series(1, 250)`,
    [id],
  );
  await administration().delete(id, system);
  expect(await em.count(Device, { user: id })).toBe(0);
});

test('deletion of oneself is audited without the user', async () => {
  await admin('admin');
  const { id } = await gateway.createUser({ username: 'gone' });
  await administration().delete(id, { userId: id, address: '192.0.2.66' });
  const entry = await gateway.services.db.em.fork().findOneOrFail(AuditEntry, { action: 'user.delete' });
  expect(entry).toMatchObject({ actorId: null, address: null, target: 'user_erased' });
});

test.each([UserStatus.ACTIVE, UserStatus.DISABLED])(
  'rejects an unknown user whose status is set to %s',
  async (status) => {
    await expect(administration().setStatus(404, status, system)).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  },
);
