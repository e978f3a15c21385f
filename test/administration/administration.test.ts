import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { AuditEntry } from '../../src/audit/audit-entry.entity.js';
import { Captcha } from '../../src/captchas/captcha.entity.js';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import { LoginName } from '../../src/users/login-name.entity.js';
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
  test('is created once, also by two at once', async () => {
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

  test('is not needed to look after anybody else', async () => {
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
  ])('cannot be %s', async (_how, remove) => {
    const id = await admin('only');
    await expect(remove(id)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await gateway.services.users.get(id)).toMatchObject({ status: 'ACTIVE' });
    expect(await roleCodes(id)).toEqual(['ADMIN']);
    await admin('another');
    await remove(id);
  });

  test('is left over when two demote each other at once', async () => {
    const [a, b] = [await admin('a'), await admin('b')];
    const outcomes = await Promise.allSettled([
      administration().setRoles(a, ['MEMBER'], { userId: b, address: null }),
      administration().setRoles(b, ['MEMBER'], { userId: a, address: null }),
    ]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});

test('other roles hold from the next request on', async () => {
  await admin('stays');
  const id = await admin('goes');
  const em = gateway.services.db.em.fork();
  const user = await gateway.services.users.get(id, em);
  const { accessToken } = await gateway.services.sessions.open(em, user, client, graphqlSessionPolicy);
  const may = async () =>
    (await gateway.services.sessions.authenticate(accessToken))?.permissions.has('users:manage');
  expect(await may()).toBe(true);
  await administration().setRoles(id, ['PUBLISHER'], system);
  expect(await may()).toBe(false);
  await administration().setRoles(id, ['ADMIN'], system);
  expect(await may()).toBe(true);
});

test('a role that does not exist is refused, and nothing changes', async () => {
  await admin('admin');
  const { id } = await gateway.createUser({ username: 'member' });
  await expect(administration().setRoles(id, ['KING'], system)).rejects.toMatchObject({
    code: 'INVALID_INPUT',
  });
  expect(await roleCodes(id)).toEqual(['MEMBER']);
});

test('deleting erases the person, frees their names and keeps the audit without them', async () => {
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
  await gateway.services.passwords.change(caller, { current: PASSWORD, next: 'battery staple' }, self);
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
    ['user.create', null, `user:${adminId}`],
    ['user.create', null, 'user:erased'],
    ['session.open', null, 'user:erased'],
    ['user.password', null, 'user:erased'],
    ['user.roles', adminId, 'user:erased'],
    ['user.delete', adminId, 'user:erased'],
  ]);
  const kept = JSON.stringify(entries);
  for (const trace of ['gone', phone, address]) expect(kept).not.toContain(trace);
  await gateway.createUser({ username: 'gone', phone });
});

test('deleting throws out who is signed in, and whoever was disabled is not told to be disabled again', async () => {
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

test('whoever deletes themselves is not named by it', async () => {
  await admin('admin');
  const { id } = await gateway.createUser({ username: 'gone' });
  await administration().delete(id, { userId: id, address: '192.0.2.66' });
  const entry = await gateway.services.db.em.fork().findOneOrFail(AuditEntry, { action: 'user.delete' });
  expect(entry).toMatchObject({ actorId: null, address: null, target: 'user:erased' });
});

test.each([UserStatus.ACTIVE, UserStatus.DISABLED])('nobody can be %s who does not exist', async (status) => {
  await expect(administration().setStatus(404, status, system)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});
