import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Authenticator } from '../../src/factors/authenticator.entity.js';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import { User } from '../../src/users/user.entity.js';
import { openSession } from '../support/callers.js';
import { ask, refusal, send } from '../support/clients/client.js';
import { gatehouse, jsonLines } from '../support/command.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import * as op from '../support/operations.js';
import { PASSWORD } from '../support/password.js';

let gateway: TestGateway;
let env: Record<string, string>;
beforeAll(async () => {
  gateway = await startGateway();
  env = { DATABASE_URL: gateway.databaseUrl, DATA_DIR: gateway.services.config.DATA_DIR };
});
afterAll(() => gateway.close());

const audit = async () => {
  const rows: { action: string; target: string; address: string; actor: number | null }[] =
    await gateway.services.db.em
      .fork()
      .execute('select action, target, address, actor_id as actor from audit_entries order by id');
  return rows;
};

test('user add creates an account that can log in, and the audit log names the command line', async () => {
  const args = ['user', 'add', 'alice', '--phone', '13900000001', '--role', 'ADMIN', '--password-stdin'];
  const [user] = jsonLines(await gatehouse([...args, '--json'], env, `${PASSWORD}\n`));
  expect(user).toMatchObject({ username: 'alice', phone: '13900000001', roles: ['ADMIN'], status: 'ACTIVE' });
  const input = { username: '13900000001', password: PASSWORD };
  const { login } = await ask(gateway, op.LoginDocument, { input });
  expect(login.user.username).toBe('alice');
  expect((await audit()).find(({ action }) => action === 'user.create')).toMatchObject({
    target: login.user.id,
    address: expect.stringMatching(/^command line \(.+\)$/),
    actor: null,
  });
});

test('user add validates accounts like the APIs do', async () => {
  const add = (name: string, password: string) =>
    gatehouse(['user', 'add', name, '--password-stdin'], env, password);
  expect(await add('bob', 'short')).toMatchObject({ code: 1, errors: expect.stringContaining('8 to 100') });
  expect(await add('ALICE', PASSWORD)).toMatchObject({
    code: 1,
    errors: expect.stringContaining('taken'),
  });
  const invalidEmail = await gatehouse(['user', 'add', 'bob', '--no-password', '--email', 'nope'], env);
  expect(invalidEmail).toMatchObject({ code: 1, output: '', errors: expect.stringContaining('email') });
  const phoneOnly = await gatehouse(['user', 'add', '--phone', '13900000002', '--no-password'], env);
  expect(phoneOnly).toMatchObject({ code: 0, output: expect.stringContaining('13900000002') });
});

test('user list prints all pages, and replaces control characters and bidirectional marks in names', async () => {
  const accounts = Array.from({ length: 130 }, (_, index) => ({ username: `crowd-${index}` }));
  const records = accounts.map((value, index) => ({ line: index + 1, value }));
  await gateway.services.userImport.start({ userId: null, address: null }).importMany(records);
  await gateway.createUser({ username: 'sly', name: '李\u001b[2J先\u202e芬' });
  const all = jsonLines(await gatehouse(['user', 'list', '--search', 'crowd-', '--json'], env));
  expect(all).toHaveLength(130);
  const { output } = await gatehouse(['user', 'list', '--search', 'sly'], env);
  expect(output).toMatch(
    /^ID +USERNAME +PHONE +NAME +ROLES +KIND +STATUS\nuser_\d+ +sly +– +李\ufffd\[2J先\ufffd芬 +MEMBER +PERSON +ACTIVE\n$/,
  );
});

test('user list exits without an error when its output is closed', async () => {
  const { promisify } = await import('node:util');
  const { exec } = await import('node:child_process');
  const commandLine = `"${process.execPath}" dist/server/cli.js user list | head -n 1`;
  const { stdout, stderr } = await promisify(exec)(commandLine, { env: { PATH: process.env.PATH, ...env } });
  expect({ stdout, stderr }).toEqual({ stdout: expect.stringMatching(/^ID .*\n$/), stderr: '' });
});

test('user disable ends sessions, user enable restores the account, and the last administrator cannot be disabled', async () => {
  await gateway.createUser({ username: 'carol', phone: '13900000003', password: PASSWORD });
  const { accessToken } = await openSession(gateway, 'carol', graphqlSessionPolicy);
  expect(await gatehouse(['user', 'disable', '139-0000-0003'], env)).toMatchObject({ code: 0 });
  await gateway.services.sessions.pollChanges();
  expect(await gateway.services.sessions.authenticate(accessToken)).toBeNull();
  const [enabled] = jsonLines(await gatehouse(['user', 'enable', 'carol', '--json'], env));
  expect(enabled).toMatchObject({ username: 'carol', status: 'ACTIVE' });
  expect(await gatehouse(['user', 'disable', 'alice'], env)).toMatchObject({
    code: 1,
    errors: expect.stringContaining('last administrator'),
  });
});

test('user factors lists them, user reset-factors removes them and says where there are none', async () => {
  const { id } = await gateway.createUser({ username: 'fay', password: PASSWORD });
  const none = await gatehouse(['user', 'reset-factors', 'fay'], env);
  expect(none).toMatchObject({ code: 1, errors: expect.stringContaining('no second factor') });
  await gateway.services.db.em.fork().nativeUpdate(User, { id }, { secondFactorSince: new Date() });
  const login = { input: { username: 'fay', password: PASSWORD } };
  expect(await refusal(gateway, op.LoginDocument, login)).toBe('SECOND_FACTOR_REQUIRED');
  const confirmedAt = new Date('2026-01-02T03:04:05.000Z');
  const app = { user: id, secret: 'encrypted', confirmedAt, lastStep: confirmedAt.getTime() / 30_000 };
  await gateway.services.db.em.fork().insert(Authenticator, { ...app, lastStep: Math.floor(app.lastStep) });
  expect(jsonLines(await gatehouse(['user', 'factors', 'fay', '--json'], env))).toEqual([
    {
      factor: 'TOTP',
      name: null,
      addedAt: '2026-01-02T03:04:05.000Z',
      lastUsedAt: '2026-01-02T03:04:05.000Z',
    },
  ]);
  expect(await gatehouse(['user', 'reset-factors', 'fay'], env)).toMatchObject({ code: 0 });
  expect(await refusal(gateway, op.LoginDocument, login)).toBeUndefined();
  expect((await audit()).at(-2)).toMatchObject({ action: 'user.factor-reset', target: `user_${id}` });
});

test('role set requires a second factor of a built-in role, and role list shows it', async () => {
  expect(await gatehouse(['role', 'set', 'VIEWER'], env)).toMatchObject({ code: 2 });
  expect(await gatehouse(['role', 'set', 'VIEWER', '--require-factor'], env)).toMatchObject({ code: 0 });
  const roles = () => gatehouse(['role', 'list', '--json'], env).then(jsonLines);
  expect(await roles()).toContainEqual(
    expect.objectContaining({ code: 'VIEWER', requiresSecondFactor: true }),
  );
  expect(await gatehouse(['role', 'set', 'VIEWER', '--no-require-factor'], env)).toMatchObject({ code: 0 });
  expect(await roles()).toContainEqual(
    expect.objectContaining({ code: 'VIEWER', requiresSecondFactor: false }),
  );
});

test('user reset-password prints a link, or sets the password', async () => {
  await gateway.createUser({ username: 'erin', password: PASSWORD });
  const { output } = await gatehouse(['user', 'reset-password', 'erin'], env);
  expect(output).toMatch(/^http:\/\/localhost:8080\/reset-password#[\w-]{43}\n$/);
  const input = { token: output.trim().split('#')[1] ?? '', newPassword: 'battery staple' };
  expect(await ask(gateway, op.ResetPasswordWithLinkDocument, { input })).toEqual({
    resetPasswordWithLink: { login: 'erin' },
  });
  const { accessToken } = await openSession(gateway, 'erin', graphqlSessionPolicy);
  const set = await gatehouse(['user', 'reset-password', 'erin', '--password-stdin'], env, `${PASSWORD}\n`);
  expect(set).toMatchObject({ code: 0, output: 'erin has a new password.\n' });
  await gateway.services.sessions.pollChanges();
  expect(await gateway.services.sessions.authenticate(accessToken)).toBeNull();
  await ask(gateway, op.LoginDocument, { input: { username: 'erin', password: PASSWORD } });
});

test('user set changes fields, user role replaces roles, and user delete asks for a confirmation', async () => {
  await gateway.createUser({ username: 'frank', email: 'f@example.com', password: PASSWORD });
  const args = [
    'user',
    'set',
    'frank',
    '--username',
    'franz',
    '--phone',
    '13900000009',
    '--no-email',
    '--json',
  ];
  const [changed] = jsonLines(await gatehouse(args, env));
  expect(changed).toMatchObject({ username: 'franz', phone: '13900000009', email: null });
  await ask(gateway, op.LoginDocument, { input: { username: '13900000009', password: PASSWORD } });
  expect(await gatehouse(['user', 'set', 'franz', '--phone', '13900000001'], env)).toMatchObject({
    code: 1,
    errors: expect.stringContaining('taken'),
  });
  expect(await gatehouse(['user', 'set', 'franz'], env)).toMatchObject({ code: 2 });
  const roles = await gatehouse(['user', 'role', 'franz', 'MEMBER', 'PUBLISHER'], env);
  expect(roles).toMatchObject({ code: 0, output: 'franz has the roles MEMBER, PUBLISHER.\n' });
  expect(await gatehouse(['user', 'delete', 'franz'], env)).toMatchObject({ code: 2 });
  expect(await gatehouse(['user', 'delete', 'franz', '--yes'], env)).toMatchObject({
    output: 'Deleted franz.\n',
  });
});

test('session list shows open sessions, and session revoke ends one or all of a user', async () => {
  await gateway.createUser({ username: 'dave', password: PASSWORD });
  for (let count = 0; count < 3; count++) await openSession(gateway, 'dave', graphqlSessionPolicy);
  const list = async () => jsonLines(await gatehouse(['session', 'list', 'dave', '--json'], env));
  const [first] = (await list()) as { id: string }[];
  expect(first).toMatchObject({ user: 'dave', api: 'graphql', address: '127.0.0.1' });
  const allUsers = jsonLines(await gatehouse(['session', 'list', '--json'], env));
  expect(allUsers).toEqual(expect.arrayContaining(await list()));
  expect(allUsers.length).toBeGreaterThan(3);
  await gatehouse(['session', 'revoke', first?.id ?? ''], env);
  expect(await list()).toHaveLength(2);
  expect(await gatehouse(['session', 'revoke', '--user', 'dave'], env)).toMatchObject({
    code: 0,
    output: 'Revoked 2 sessions.\n',
  });
  expect(await list()).toEqual([]);
  expect((await audit()).filter(({ action }) => action === 'session.revoke')).toHaveLength(3);
});

test('key create prints a key of a service account once, and key revoke ends it', async () => {
  const run = async (...args: string[]) => jsonLines(await gatehouse([...args, '--json'], env));
  const [account] = await run('user', 'add', 'ci-builds', '--service', '--role', 'PUBLISHER');
  expect(account).toMatchObject({ kind: 'SERVICE', roles: ['PUBLISHER'] });
  const create = ['key', 'create', 'ci-builds', '--name', 'build server', '--permission', 'RELEASES_READ'];
  const [key] = await run(...create);
  const token = String((key as { token: string }).token);
  const releases = () => send(gateway, op.ReleasesDocument, { first: 1 }, { token });
  expect((await releases()).errors).toBeUndefined();
  const [listed] = await run('key', 'list', 'ci-builds');
  expect(listed).toMatchObject({
    name: 'build server',
    permissions: ['RELEASES_READ'],
    hint: token.slice(-4),
  });
  expect(JSON.stringify(listed)).not.toContain(token);
  const { id } = listed as { id: string };
  await run('key', 'revoke', id);
  await gateway.services.sessions.pollChanges();
  expect((await releases()).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  expect(await gatehouse([...create.slice(0, -1), 'FLYING'], env)).toMatchObject({ code: 2 });
  expect(await gatehouse([...create, '--days', 'x'], env)).toMatchObject({
    code: 2,
    errors: expect.stringContaining('--days must be 1 to 3650'),
  });
});
