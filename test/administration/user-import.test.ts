import { createHash, pbkdf2Sync } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { hash as bcrypt } from '@node-rs/bcrypt';
import { builtInRoles } from '../../src/users/permissions.js';
import { accountsOf } from '../support/accounts.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { PASSWORD } from '../support/password.js';

const system = { userId: null, address: null };
let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const importOne = (record: unknown) => gateway.services.userImport.importOne(record, system);
const bmsLogin = async (username: string, password: string) => {
  const query = new URLSearchParams({ username, password, device: 'mate60', version: '101' });
  return (await gateway.post(`/sys/login-phone?${query}`)).json();
};

const md5 = (text: string) => createHash('md5').update(text).digest('hex');

test('imports every kind of hash, which a login replaces by argon2id', async () => {
  const pbkdf2 = pbkdf2Sync('old password', 'a salt', 10_000, 24, 'sha1').toString('hex');
  const hashes = {
    bcrypt: { scheme: 'bcrypt', hash: await bcrypt('old password', 10) },
    pbkdf2: { scheme: 'pbkdf2-sha1', salt: 'a salt', hash: pbkdf2 },
    first: { scheme: 'md5-salt-first', salt: 'NaCl$', hash: md5('NaCl$old password') },
    last: { scheme: 'md5-salt-last', salt: 'NaCl$', hash: md5('old passwordNaCl$') },
  };
  for (const [username, password] of Object.entries(hashes)) {
    expect(await importOne({ username, password })).toBe('created');
    expect(await bmsLogin(username, 'wrong')).toMatchObject({ ok: false });
    expect(await bmsLogin(username, 'old password')).toMatchObject({ ok: true });
    const em = gateway.services.db.em.fork();
    const user = await gateway.services.users.findByLoginName(em, username);
    expect(user?.passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await bmsLogin(username, 'old password')).toMatchObject({ ok: true });
  }
});

test('keeps ids, times, roles, licence and employee data, and numbers new accounts after them', async () => {
  const record = {
    id: 64,
    username: 'lixianfen',
    phone: '13954969056',
    roles: [{ id: 101, code: 'GYSBOSS', name: '供应商老板' }],
    employee: { companyName: '大力机电', positionId: 101 },
    license: { number: 'L-1', status: 2, expiresAt: '2030-01-01T00:00:00+08:00' },
    createdAt: '2020-07-14T16:16:41+08:00',
  };
  await importOne(record);
  const user = await gateway.services.users.get(64);
  expect(user).toMatchObject({
    phone: '8613954969056',
    phoneVerifiedAt: expect.any(Date),
    type: null,
    employee: record.employee,
    licenseNumber: 'L-1',
    createdAt: new Date('2020-07-14T08:16:41Z'),
  });
  expect(user.roles.getItems()).toMatchObject([{ id: 101, code: 'GYSBOSS', permissions: [] }]);
  const { id } = await gateway.createUser({ username: 'after' });
  expect(id).toBeGreaterThan(64);
});

test('grants the permissions of a member to a user with imported roles only', async () => {
  const password = { scheme: 'md5-salt-first', salt: 's', hash: md5('sold password') };
  const roles = [{ code: 'GYSBOSS', name: '供应商老板' }];
  await importOne({ username: 'supplier', password, roles });
  const { data } = await bmsLogin('supplier', 'old password');
  expect(data.loginUser.sysRoles).toMatchObject([{ code: 'GYSBOSS' }]);
  const caller = await gateway.services.sessions.authenticate(data.access_token);
  expect([...(caller?.permissions ?? [])].sort()).toEqual([...builtInRoles.MEMBER.permissions].sort());
});

test('gives each record of a batch the outcome it would have alone', async () => {
  const records = [
    { username: 'batch-1' },
    { username: 'batch-2', phone: '13900000021', id: 7001 },
    { username: 'BATCH-1', phone: '13900000022' },
    { username: 'batch-4', phone: '+86 139 0000 0021' },
    { username: 'batch-1', phone: '13900000021' },
    { username: 'batch-6', id: 7001 },
    { username: 'batch-7', nickname: 'a\0b' },
    { username: 'batch-8', roles: [{ code: 'FIRST', name: 'One' }] },
    // The id of this role belongs to a built-in one.
    { username: 'batch-9', roles: [{ id: 1, code: 'SECOND', name: 'Two' }] },
    {
      username: 'batch-10',
      roles: [
        { code: 'THIRD', name: 'Three' },
        { code: 'ADMIN', name: 'Root' },
      ],
    },
  ];
  const outcomes = await gateway.services.userImport.importMany(records, system);
  expect(outcomes.map((outcome) => (typeof outcome === 'string' ? outcome : outcome.code))).toEqual([
    'created',
    'created',
    'exists',
    'exists',
    'CONFLICT',
    'CONFLICT',
    'INVALID_INPUT',
    'created',
    'CONFLICT',
    'created',
  ]);
  const users = await accountsOf(gateway, 'batch-');
  expect(users.map(({ username, roles }) => [username, ...roles.getItems().map(({ code }) => code)])).toEqual(
    expect.arrayContaining([
      ['batch-1', 'MEMBER'],
      ['batch-2', 'MEMBER'],
      ['batch-8', 'FIRST'],
      ['batch-10', 'ADMIN', 'THIRD'],
    ]),
  );
  expect(users).toHaveLength(4);
  expect(new Set(users.map(({ userCode }) => userCode)).size).toBe(4);
});

test('never changes an existing account with the same name or id', async () => {
  const { id } = await gateway.createUser({
    username: 'owner',
    phone: '13900000031',
    password: PASSWORD,
  });
  const before = await gateway.services.users.get(id);
  const password = { scheme: 'bcrypt', hash: `$2b$04$${'x'.repeat(53)}` };
  const roles = [{ code: 'ADMIN', name: 'Administrator' }];
  for (const name of [
    { username: ' ＯＷＮＥＲ' },
    { username: '+86 139 0000 0031' },
    { phone: '008613900000031' },
  ]) {
    expect(await importOne({ ...name, password, roles })).toBe('exists');
  }
  await expect(importOne({ id, username: 'usurper', password, roles })).rejects.toMatchObject({
    code: 'CONFLICT',
  });
  const { passwordHash, username, roles: kept } = await gateway.services.users.get(id);
  expect([passwordHash, username]).toEqual([before.passwordHash, 'owner']);
  expect(kept.getItems().map(({ code }) => code)).toEqual(['MEMBER']);
});

test('can be repeated, and names the wrong field of a record', async () => {
  expect(await importOne({ username: 'twice' })).toBe('created');
  expect(await importOne({ username: 'TWICE', phone: '13900000009' })).toBe('exists');
  await importOne({ username: 'left', phone: '13900000011' });
  await importOne({ username: 'right', phone: '13900000012' });
  await expect(importOne({ username: 'left', phone: '13900000012' })).rejects.toMatchObject({
    code: 'CONFLICT',
  });
  const bad = [
    { record: { username: 'a', password: { scheme: 'sha1', hash: 'x' } }, field: 'password.scheme' },
    { record: { username: 'a', password: { scheme: 'bcrypt', hash: 'x' } }, field: 'password.hash' },
    {
      record: { username: 'a', password: { scheme: 'bcrypt', hash: `$2b$31$${'x'.repeat(53)}` } },
      field: 'password.hash',
    },
    { record: { username: 'a', employee: { shoeSize: 43 } }, field: 'employee.shoeSize' },
    { record: { username: 'a', createdAt: 'yesterday' }, field: 'createdAt' },
    { record: {}, field: 'username' },
    { record: 'text', field: '' },
  ];
  for (const { record, field } of bad) {
    await expect(importOne(record)).rejects.toMatchObject({ code: 'INVALID_INPUT', details: { field } });
  }
});
