import { createHash, pbkdf2Sync } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { hash as bcrypt } from '@node-rs/bcrypt';
import { AuditEntry } from '../../src/audit/audit-entry.entity.js';
import { DomainError } from '../../src/errors.js';
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

/** Imports a file of these records. @returns what happened, by line. */
const importFile = async (records: readonly unknown[]) => {
  const lines = records.map((value, index) => ({ line: index + 1, value }));
  const outcomes = await gateway.services.userImport.start(system).importMany(lines);
  return outcomes.map((outcome) =>
    outcome instanceof DomainError
      ? { code: outcome.code, field: outcome.details.field, message: outcome.message }
      : outcome.status,
  );
};
const importOne = async (record: unknown) => (await importFile([record]))[0];
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

const conflict = (field: string, message: string) => ({ code: 'CONFLICT', field, message });

test('names both sides of every collision between lines', async () => {
  const records = [
    { username: 'batch-1', phone: '13900000091' },
    { username: 'BATCH-1', phone: '13900000092' },
    { username: 'Batch-1' },
    { username: 'batch-4', phone: '+86 139 0000 0091' },
    { username: 'batch-5', id: 7001 },
    { username: 'batch-6', id: 7001 },
    { username: 'batch-5', phone: '13900000091' },
    { username: '13900000091' },
    { username: 'batch-9', phone: '13900000092' },
    { username: 'batch-9', phone: '13900000092' },
    { username: 'batch-11', userCode: '7011' },
    { username: 'batch-12', userCode: '7011' },
  ];
  const expected = [
    'created',
    conflict('username', 'username "BATCH-1" is already in line 1.'),
    conflict('username', 'username "Batch-1" is already in line 1.'),
    conflict('phone', 'phone 13900000091 is already in line 1.'),
    'created',
    conflict('id', 'id 7001 is already in line 5.'),
    conflict('username', 'username "batch-5" is already in line 5; phone 13900000091 is already in line 1.'),
    conflict('username', 'username "13900000091" is already in line 1.'),
    'created',
    conflict('username', 'username "batch-9" is already in line 9; phone 13900000092 is already in line 9.'),
    'created',
    conflict('userCode', 'userCode 7011 is already in line 11.'),
  ];
  expect(await importFile(records)).toEqual(expected);
  const repeated = await importFile(records);
  expect(repeated).toEqual(
    expected.map((outcome) =>
      outcome === 'created' ? 'exists' : expect.objectContaining({ code: 'CONFLICT' }),
    ),
  );
});

test('reports collisions with a line of an earlier batch by its number', async () => {
  const file = gateway.services.userImport.start(system);
  await file.importMany([{ line: 2, value: { username: 'early', phone: '13900000041' } }]);
  const outcomes = await file.importMany([
    { line: 502, value: { username: 'early', phone: '13900000041' } },
    { line: 503, value: { phone: '13900000041' } },
  ]);
  expect(outcomes).toMatchObject([
    { message: 'username "early" is already in line 2; phone 13900000041 is already in line 2.' },
    { message: 'phone 13900000041 is already in line 2.' },
  ]);
});

test('names the account that a line collides with, and never changes it', async () => {
  const { id } = await gateway.createUser({
    username: 'owner',
    phone: '13900000031',
    name: 'Li Na',
    password: PASSWORD,
  });
  const other = await gateway.createUser({ username: '2018012346' });
  const before = await gateway.services.users.get(id);
  const theft = {
    password: { scheme: 'bcrypt', hash: `$2b$04$${'x'.repeat(53)}` },
    roles: [{ code: 'ADMIN', name: 'Administrator' }],
  };
  const names = { username: ' ＯＷＮＥＲ', phone: '008613900000031' };
  const of = (field: string) => `belongs to user_${id}, which differs in ${field}.`;
  for (const [record, expected] of [
    [names, 'exists'],
    [{ ...names, id, name: 'Li Na', userCode: before.userCode }, 'exists'],
    [{ username: 'owner' }, conflict('username', `username "owner" ${of('phone')}`)],
    [{ ...names, phone: '13900000032' }, conflict('username', `username "ＯＷＮＥＲ" ${of('phone')}`)],
    [{ phone: '13900000031' }, conflict('phone', `phone 13900000031 ${of('username')}`)],
    [
      { username: '139-0000-0031' },
      conflict('username', `username "139-0000-0031" ${of('username and phone')}`),
    ],
    [{ ...names, name: 'Li Wei' }, conflict('username', `username "ＯＷＮＥＲ" ${of('name')}`)],
    [{ ...names, userCode: '7' }, conflict('username', `username "ＯＷＮＥＲ" ${of('userCode')}`)],
    [{ ...names, id: id + 500 }, conflict('username', `username "ＯＷＮＥＲ" ${of('id')}`)],
    [{ id, username: 'usurper' }, conflict('id', `id ${id} belongs to user_${id}.`)],
    [
      { userCode: before.userCode, username: 'usurper' },
      conflict('userCode', `userCode ${before.userCode} belongs to user_${id}.`),
    ],
    [
      { username: '2018012346', phone: '13900000031' },
      conflict(
        'username',
        `username "2018012346" belongs to user_${other.id}; phone 13900000031 belongs to user_${id}.`,
      ),
    ],
    [
      { phone: '+20 18012346' },
      conflict(
        'phone',
        `phone +2018012346 belongs to user_${other.id}, which differs in username and phone.`,
      ),
    ],
  ] as const) {
    expect([record, await importOne({ ...theft, ...record })]).toEqual([record, expected]);
  }
  const { passwordHash, username, roles: kept } = await gateway.services.users.get(id);
  expect([passwordHash, username]).toEqual([before.passwordHash, 'owner']);
  expect(kept.getItems().map(({ code }) => code)).toEqual(['MEMBER']);
});

test('rejects invalid records of a batch alone', async () => {
  const records = [
    { username: 'mixed-1', nickname: 'a\0b' },
    { username: 'mixed-2', roles: [{ code: 'FIRST', name: 'One' }] },
    { username: 'mixed-3', roles: [{ code: 'ADMIN', name: 'Root' }] },
  ];
  expect(await importFile(records)).toEqual([
    expect.objectContaining({ code: 'INVALID_INPUT' }),
    'created',
    'created',
  ]);
  const users = await accountsOf(gateway, 'mixed-');
  expect(users.map(({ username, roles }) => [username, ...roles.getItems().map(({ code }) => code)])).toEqual(
    [
      ['mixed-2', 'FIRST'],
      ['mixed-3', 'ADMIN'],
    ],
  );
  expect(new Set(users.map(({ userCode }) => userCode)).size).toBe(2);
});

test('removes the spaces around an email', async () => {
  await importOne({ username: 'spaced', email: ' li@example.com\u3000' });
  expect((await accountsOf(gateway, 'spaced'))[0]?.email).toBe('li@example.com');
});

test('keeps the id of a role that only some records bring, and rejects another id', async () => {
  const records = [
    { username: 'role-1', roles: [{ code: 'BOSS', name: '老板' }] },
    { username: 'role-2', roles: [{ id: 301, code: 'BOSS', name: 'Boss' }] },
    { username: 'role-3', roles: [{ code: 'BOSS', name: 'BOSS' }] },
    { username: 'role-4', roles: [{ id: 302, code: 'BOSS', name: 'Boss' }] },
    { username: 'role-5', roles: [{ id: 301, code: 'CLERK', name: 'Clerk' }] },
    { username: 'role-6', roles: [{ id: 1, code: 'CLERK', name: 'Clerk' }] },
  ];
  const contradiction = (message: string) => conflict('roles', `roles contradict each other: ${message}`);
  expect(await importFile(records)).toEqual([
    'created',
    'created',
    'created',
    contradiction('the role "BOSS" has the id 301, not 302.'),
    contradiction('the id 301 belongs to the role "BOSS".'),
    contradiction('the id 1 belongs to the role "MEMBER".'),
  ]);
  const roles = await gateway.services.administration.listRoles();
  expect(roles.filter(({ code }) => code === 'BOSS')).toMatchObject([{ id: 301, name: '老板' }]);
  expect(await importOne({ username: 'role-7', roles: [{ id: 303, code: 'BOSS', name: 'Boss' }] })).toEqual(
    contradiction('the role "BOSS" has the id 301, not 303.'),
  );
});

test('rejects roles beyond a thousand, and none that exist', async () => {
  const roles = (from: number, count: number) =>
    Array.from({ length: count }, (_, index) => ({ code: `R${from + index}`, name: 'Role' }));
  const full = {
    code: 'CONFLICT',
    field: 'roles',
    message: 'roles must exist: no more than 1000 are possible.',
  };
  expect(
    await importFile([
      { username: 'roles-1', roles: roles(0, 900) },
      { username: 'roles-2', roles: roles(800, 200) },
      { username: 'roles-3', roles: roles(899, 1) },
    ]),
  ).toEqual(['created', full, 'created']);
  expect(await importOne({ username: 'roles-4', roles: roles(900, 100) })).toEqual(full);
});

test('records in the audit log which roles an import granted', async () => {
  await importFile([
    {
      username: 'audited-1',
      roles: [
        { code: 'ADMIN', name: 'Administrator' },
        { code: 'BMS', name: 'BMS' },
      ],
    },
    { username: 'audited-2' },
  ]);
  const em = gateway.services.db.em.fork();
  const entries = await em.find(AuditEntry, { action: 'user.create' }, { orderBy: { id: 'desc' }, limit: 2 });
  expect(entries.map(({ detail }) => detail)).toEqual([null, 'ADMIN BMS']);
});

test('takes the country of an account from its phone', async () => {
  await importFile([
    { username: 'country-1', phone: '+852 5123 4567' },
    { username: 'country-2', phone: '+852 5123 4568', countryCode: '+86' },
    { username: 'country-3', phone: '2018012399' },
  ]);
  const users = await accountsOf(gateway, 'country-');
  expect(users.map(({ countryCode }) => countryCode)).toEqual(['+852', '+86', '+86']);
});

test.each([
  ['a hash of an unknown scheme', { password: { scheme: 'sha1', hash: 'x' } }, 'password.scheme'],
  ['a malformed hash', { password: { scheme: 'bcrypt', hash: 'x' } }, 'password.hash'],
  [
    'a hash that takes seconds to verify',
    { password: { scheme: 'bcrypt', hash: `$2b$31$${'x'.repeat(53)}` } },
    'password.hash',
  ],
  ['an unknown field', { employee: { shoeSize: 43 } }, 'employee.shoeSize'],
  ['a malformed time', { createdAt: 'yesterday' }, 'createdAt'],
  ['a time in the year 10000 of UTC', { createdAt: '9999-12-31T23:59:59-01:00' }, 'createdAt'],
  ['text that is no email', { email: 'not a mail' }, 'email'],
  ['two emails', { email: 'li@example.com, na@example.com' }, 'email'],
  ['a phone with a decimal point', { phone: '13911113333.0' }, 'phone'],
  ['a phone in scientific notation', { phone: '1.39E+10' }, 'phone'],
  ['a phone with a trunk prefix', { phone: '+86(0)13911113333' }, 'phone'],
  ['a phone as a number', { phone: 13911113333 }, 'phone'],
  ['no login name', { username: undefined }, 'username'],
])('rejects %s, and names the field', async (_name, fields, field) => {
  expect(await importOne({ username: 'a', ...fields })).toMatchObject({ code: 'INVALID_INPUT', field });
});

test('says that a phone must be text', async () => {
  expect(await importOne({ phone: 13911113333 })).toMatchObject({ message: 'phone: must be text' });
});

test('rejects a record that is not an object', async () => {
  expect(await importOne('text')).toMatchObject({ code: 'INVALID_INPUT', field: '' });
});
