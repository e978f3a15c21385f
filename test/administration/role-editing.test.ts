import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { AuditEntry } from '../../src/audit/audit-entry.entity.js';
import { migrate } from '../../src/entities.js';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import { builtInRoles } from '../../src/users/permissions.js';
import { Role } from '../../src/users/role.entity.js';
import { findRoles } from '../../src/users/users.js';
import { callerOf, openSession } from '../support/callers.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

const system = { userId: null, address: null };

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const roles = () => gateway.services.roleEditing;
const find = (code: string) => gateway.services.db.em.fork().findOne(Role, { code });
const grant = (userId: number, codes: string[]) =>
  gateway.services.administration.setRoles(userId, codes, system);

test('a changed role changes what open sessions may do, and is audited', async () => {
  await roles().create('READER', 'Reader', ['users:read'], system);
  const { id } = await gateway.createUser({ username: 'rita', roles: ['READER'] });
  const { accessToken } = await openSession(gateway, 'rita', graphqlSessionPolicy);
  expect((await callerOf(gateway, accessToken)).permissions).toContain('users:read');
  await roles().update('READER', { permissions: ['audit:read', 'audit:read'] }, system);
  const { permissions } = await callerOf(gateway, accessToken);
  expect(permissions).not.toContain('users:read');
  expect(permissions).toContain('audit:read');
  await roles().update('READER', { name: 'Auditor' }, system);
  expect(await find('READER')).toMatchObject({ name: 'Auditor', permissions: ['audit:read'] });
  await expect(roles().delete('READER', system)).rejects.toMatchObject({ code: 'CONFLICT' });
  await grant(id, ['MEMBER']);
  await roles().delete('READER', system);
  expect(await find('READER')).toBeNull();
  const entries = await gateway.services.db.em
    .fork()
    .find(AuditEntry, { target: 'role_READER' }, { orderBy: { id: 'asc' } });
  expect(entries.map(({ action, detail }) => `${action}: ${detail}`)).toEqual([
    'role.create: READER USERS_READ',
    'role.update: READER AUDIT_READ',
    'role.update: READER AUDIT_READ',
    'role.delete: READER',
  ]);
});

test('refuses to delete a role that is being granted, and to grant one that is being deleted', async () => {
  const { db } = gateway.services;
  const role = await roles().create('BRIEF', 'Brief', [], system);
  const { id } = await gateway.createUser({ username: 'bea' });
  const { deleting } = await db.em.fork().transactional(async (em) => {
    await findRoles(em, ['BRIEF']);
    const deleting = roles()
      .delete('BRIEF', system)
      .catch(({ code }) => code);
    await em.execute('insert into user_roles (user_id, role_id) values (?, ?)', [id, role.id]);
    return { deleting };
  });
  expect(await deleting).toBe('CONFLICT');
  await grant(id, []);
  const { granting } = await db.em.fork().transactional(async (em) => {
    await em.nativeDelete(Role, { code: 'BRIEF' });
    const granting = gateway.createUser({ username: 'ben', roles: ['BRIEF'] }).catch((error) => error);
    return { granting };
  });
  expect(await granting).toMatchObject({ code: 'INVALID_INPUT', details: { field: 'roles' } });
});

test('rejects changes to a role with permissions that the caller does not have', async () => {
  await roles().create('HELPDESK', 'Help desk', ['users:read', 'users:manage'], system);
  await roles().create('OPERATOR', 'Operator', ['gateway:read'], system);
  const { id } = await gateway.createUser({ username: 'hanna', roles: ['HELPDESK'] });
  const actor = { userId: id, address: null };
  const refused = [
    () => roles().create('MORE', 'More', ['users:read', 'audit:read'], actor),
    () => roles().update('HELPDESK', { permissions: ['users:manage', 'sessions:manage'] }, actor),
    () => roles().update('OPERATOR', { permissions: [] }, actor),
    () => roles().delete('OPERATOR', actor),
  ];
  for (const change of refused) await expect(change()).rejects.toMatchObject({ code: 'FORBIDDEN' });
  await roles().create('LESS', 'Less', ['users:read'], actor);
});

test('built-in roles stay as they are', async () => {
  for (const code of Object.keys(builtInRoles)) {
    await expect(roles().update(code, { permissions: [] }, system)).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    await expect(roles().delete(code, system)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  }
  await expect(roles().delete('NOBODY', system)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('names the field of each error', async () => {
  await roles().create('TAKEN', 'Taken', [], system);
  for (const [code, name, expected, field] of [
    ['TAKEN', 'x', 'CONFLICT', 'code'],
    ['taken', 'x', 'INVALID_INPUT', 'code'],
    ['A B', 'x', 'INVALID_INPUT', 'code'],
    ['A'.repeat(65), 'x', 'INVALID_INPUT', 'code'],
    ['NAME', ' ', 'INVALID_INPUT', 'name'],
    ['NAME', 'x'.repeat(65), 'INVALID_INPUT', 'name'],
  ] as const) {
    await expect(roles().create(code, name, [], system)).rejects.toMatchObject({
      code: expected,
      details: { field },
    });
  }
});

test('a role of an import that has the code of a later built-in role stays what it was', async () => {
  const em = gateway.services.db.em.fork();
  await em.nativeDelete(Role, { code: 'VIEWER' });
  await em.insert(Role, { id: 700, code: 'VIEWER', name: 'Zuschauer', permissions: [] });
  await migrate(gateway.services.db);
  expect(await find('VIEWER')).toMatchObject({ id: 700, name: 'Zuschauer', permissions: [] });
  await roles().delete('VIEWER', system);
  await migrate(gateway.services.db);
  expect(await find('VIEWER')).toMatchObject({ permissions: expect.arrayContaining(['audit:read']) });
});
