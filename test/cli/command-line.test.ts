import { execFile } from 'node:child_process';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { gatehouse, jsonLines } from '../support/command.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { PASSWORD } from '../support/password.js';
import { openFolder } from '../support/server.js';

let gateway: TestGateway;
let env: Record<string, string>;
beforeAll(async () => {
  gateway = await startGateway();
  env = { DATABASE_URL: gateway.databaseUrl, DATA_DIR: gateway.services.config.DATA_DIR };
});
afterAll(() => gateway.close());

const nouns = {
  start: [],
  migrate: [],
  config: ['check'],
  user: ['add', 'list', 'disable', 'enable', 'import'],
  session: ['list', 'revoke'],
  release: ['upload', 'list', 'withdraw'],
  sms: ['test'],
} as const;
const commands = Object.entries(nouns).flatMap(([noun, verbs]) =>
  verbs.length === 0 ? [[noun]] : verbs.map((verb) => [noun, verb]),
);

describe('help', () => {
  test('lists every command, the exit codes and examples', async () => {
    const { code, output } = await gatehouse(['--help']);
    expect(code).toBe(0);
    for (const noun of Object.keys(nouns)) expect(output).toMatch(new RegExp(`^  ${noun} `, 'm'));
    expect(output).toMatch(/Exit codes:\n {2}0 [\s\S]*Examples:\n {2}\$ gatehouse/);
  });

  test.each(commands)('of %s %s describes the command and the option --json', async (...command) => {
    const { code, output } = await gatehouse([...command, '--help']);
    expect(code).toBe(0);
    expect(output).toMatch(new RegExp(`^Usage: gatehouse ${command.join(' ')} .*\\n\\n[A-Z]`));
    expect(output).toContain('--json');
  });
});

describe('an invalid command line exits with code 2 and one line', () => {
  test.each([
    ['an unknown command', ['frobnicate']],
    ['an unknown option', ['user', 'list', '--frob']],
    ['a missing argument', ['user', 'disable']],
    ['a missing option', ['release', 'withdraw', '1']],
    ['neither a session nor a user', ['session', 'revoke']],
    ['no terminal to ask for the password', ['user', 'add', 'alice']],
    ['a file that does not exist', ['user', 'import', 'nowhere.csv']],
    ['a file of an unknown format', ['user', 'import', 'package.json']],
    ['a report that cannot be written', ['user', 'import', '-', '--format', 'csv', '--errors', '/nodir/x']],
    ['no way to sign in', ['release', 'list']],
    ['an invalid URL', ['release', 'list', '--token', 'x', '--url', 'nowhere']],
  ])('%s', async (_name, args) => {
    const { code, output, errors } = await gatehouse(args, env);
    expect({ code, output }).toEqual({ code: 2, output: '' });
    expect(errors).toMatch(/^gatehouse: [^\n]+\n$/);
  });

  test.each([
    ['user', 'import', '--format', 'csv', 'src'],
    ['release', 'upload', '--release-version', '1', '--token', 'x', 'src'],
  ])('%s %s reports a folder in place of a file', async (...args) => {
    const { code, errors } = await gatehouse(args, env);
    expect({ code, errors }).toEqual({ code: 2, errors: 'gatehouse: src is a folder, not a file.\n' });
  });

  test('reports why the file of --errors cannot be written', async () => {
    const args = ['user', 'import', '-', '--format', 'csv', '--errors', '/nodir/x'];
    const { errors } = await gatehouse(args, env);
    expect(errors).toBe('gatehouse: The folder of the file /nodir/x does not exist.\n');
    const folder = await gatehouse([...args.slice(0, -1), 'src'], env);
    expect(folder.errors).toBe('gatehouse: src is a folder, not a file.\n');
  });

  test('prints the failure as JSON with --json', async () => {
    const { code, output, errors } = await gatehouse(['user', 'lst', '--json']);
    expect({ code, output }).toEqual({ code: 2, output: '' });
    const message = "unknown command 'lst' (Did you mean list?) (see gatehouse user --help)";
    expect(JSON.parse(errors)).toEqual({ error: { code: 'USAGE', message } });
  });
});

describe('a failure exits with code 1 and one line without a stack trace', () => {
  test.each([
    ['an unknown user', ['user', 'disable', 'nobody'], {}],
    ['an unknown id', ['session', 'list', 'id:999999'], {}],
    ['an unknown session', ['session', 'revoke', 'x'], {}],
    ['a country without SMS', ['sms', 'test', '+15551234567'], {}],
    ['an unreachable database', ['user', 'list'], { DATABASE_URL: 'postgresql://x@127.0.0.1:1/none' }],
    ['invalid settings', ['user', 'list'], { PORTS: 'many' }],
    [
      'a data folder that cannot be created',
      ['user', 'list'],
      { DATABASE_URL: '', DATA_DIR: '/etc/hostname' },
    ],
    ['an unreachable gateway', ['release', 'list', '--token', 'x', '--url', 'http://127.0.0.1:1'], {}],
  ])('%s', async (_name, args, settings: Record<string, string>) => {
    const { code, output, errors } = await gatehouse(args, { ...env, ...settings });
    expect({ code, output, errors }).toEqual({
      code: 1,
      output: '',
      errors: expect.stringMatching(/^gatehouse: [^\n]+\.\n$/),
    });
  });

  test.each([
    ['invalid settings', { PORTS: 'abc' }, 'Invalid settings: PORTS'],
    ['a data folder that cannot be created', { DATA_DIR: '/etc/hostname' }, 'The data folder /etc/hostname'],
  ])(
    'start --json prints a failure as JSON: %s',
    async (_name, settings: Record<string, string>, message) => {
      const { code, output, errors } = await gatehouse(['start', '--json'], { PORTS: '0', ...settings });
      expect({ code, output }).toEqual({ code: 1, output: '' });
      expect(JSON.parse(errors)).toEqual({
        error: { code: 'FAILED', message: expect.stringContaining(message) },
      });
    },
  );

  test('prints a failure as JSON with --json', async () => {
    const { errors } = await gatehouse(['user', 'disable', 'nobody', '--json'], env);
    expect(JSON.parse(errors)).toEqual({ error: { code: 'NOT_FOUND', message: 'There is no user nobody.' } });
  });
});

test('config check names every invalid setting', async () => {
  const { code, errors } = await gatehouse(['config', 'check'], { PORTS: 'many', TIME_ZONE: 'Mars' });
  expect({ code, errors }).toMatchObject({ code: 1, errors: expect.stringMatching(/PORTS .*TIME_ZONE /) });
  expect(jsonLines(await gatehouse(['config', 'check', '--json']))).toEqual([{ ok: true }]);
});

describe('config check rejects what would fail a first start', () => {
  test.each([
    [
      'a manifest that does not exist',
      { GRAPHQL_MANIFESTS: '/nope.json' },
      'GRAPHQL_MANIFESTS names /nope.json,',
    ],
    [
      'a common password',
      { ADMIN_ACCOUNT: 'a', ADMIN_PASSWORD: 'password1' },
      'ADMIN_ACCOUNT and ADMIN_PASSWORD are invalid: password must',
    ],
    [
      'an invalid username',
      { ADMIN_ACCOUNT: 'tab\there', ADMIN_PASSWORD: PASSWORD },
      'ADMIN_ACCOUNT and ADMIN_PASSWORD are invalid: username must',
    ],
    ['a data folder that is a file', { DATA_DIR: '/etc/passwd' }, 'The data folder /etc/passwd cannot'],
    [
      'a data folder below a file',
      { DATA_DIR: '/etc/passwd/data' },
      'The data folder /etc/passwd/data cannot',
    ],
    ['a data folder that cannot be created', { DATA_DIR: '/proc/none/data' }, 'The data folder /proc/none/'],
  ])('%s', async (_name, settings: Record<string, string>, message) => {
    const { code, output, errors } = await gatehouse(['config', 'check'], { ...env, ...settings });
    expect({ code, output }).toEqual({ code: 1, output: '' });
    expect(errors).toMatch(/^gatehouse: [^\n]+\.\n$/);
    expect(errors).toContain(message);
  });

  test('reports all failures at once', async () => {
    const settings = {
      GRAPHQL_MANIFESTS: '/nope.json',
      ADMIN_ACCOUNT: 'a',
      ADMIN_PASSWORD: 'password1',
      DATA_DIR: '/etc/passwd',
    };
    const { errors } = await gatehouse(['config', 'check'], settings);
    expect(errors).toMatch(/^gatehouse: .*GRAPHQL_MANIFESTS .*ADMIN_ACCOUNT .*data folder .*\n$/);
  });

  test('creates nothing, neither the data folder nor a file in it', async () => {
    const folder = await openFolder();
    expect(await gatehouse(['config', 'check'], { DATA_DIR: folder })).toMatchObject({ code: 0 });
    expect(await gatehouse(['config', 'check'], { DATA_DIR: join(folder, 'a', 'b') })).toMatchObject({
      code: 0,
    });
    expect(await readdir(folder)).toEqual([]);
    await rm(folder, { recursive: true });
  });
});

test('migrate reports the applied migrations', async () => {
  expect(jsonLines(await gatehouse(['migrate', '--json'], env))).toEqual([{ applied: [] }]);
});

test('sms test sends a code through the configured provider', async () => {
  const { code, output } = await gatehouse(['sms', 'test', '139 5496 9056'], env);
  expect({ code, output }).toEqual({
    code: 0,
    output: expect.stringMatching(/^outbox accepted the message/),
  });
  expect(await gateway.lastSms('13954969056')).toMatch(/^\d{6}$/);
});

test('node_modules/.bin/gatehouse runs the command line of this clone', async () => {
  const { version } = JSON.parse(await readFile('package.json', 'utf8'));
  const { stdout } = await promisify(execFile)('node_modules/.bin/gatehouse', ['--version']);
  expect(stdout.trim()).toBe(version);
});
