import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { gatehouse, values } from '../support/command.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

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
  test('lists every command, the exit codes, and examples', async () => {
    const { code, output } = await gatehouse(['--help']);
    expect(code).toBe(0);
    for (const noun of Object.keys(nouns)) expect(output).toMatch(new RegExp(`^  ${noun} `, 'm'));
    expect(output).toMatch(/Exit codes:\n {2}0 [\s\S]*Examples:\n {2}\$ gatehouse/);
  });

  test.each(commands)('of %s %s says what it does, and that it can print JSON', async (...command) => {
    const { code, output } = await gatehouse([...command, '--help']);
    expect(code).toBe(0);
    expect(output).toMatch(new RegExp(`^Usage: gatehouse ${command.join(' ')} .*\\n\\n[A-Z]`));
    expect(output).toContain('--json');
  });
});

describe('a command line that makes no sense ends in exit code 2, and one sentence', () => {
  test.each([
    ['an unknown command', ['frobnicate']],
    ['an unknown option', ['user', 'list', '--frob']],
    ['a missing argument', ['user', 'disable']],
    ['a missing option', ['release', 'withdraw', '1']],
    ['neither a session nor a user', ['session', 'revoke']],
    ['a password that nobody can be asked for', ['user', 'add', 'alice']],
    ['a file that is not there', ['user', 'import', 'nowhere.csv']],
    ['a file of unknown format', ['user', 'import', 'package.json']],
    ['no way to sign in', ['release', 'list']],
    ['an address that is none', ['release', 'list', '--token', 'x', '--url', 'nowhere']],
  ])('%s', async (_name, args) => {
    const { code, output, errors } = await gatehouse(args, env);
    expect({ code, output }).toEqual({ code: 2, output: '' });
    expect(errors).toMatch(/^gatehouse: [^\n]+\n$/);
  });

  test('which is JSON where that is asked for', async () => {
    const { code, output, errors } = await gatehouse(['user', 'lst', '--json']);
    expect({ code, output }).toEqual({ code: 2, output: '' });
    const message = "unknown command 'lst' (Did you mean list?) (see gatehouse user --help)";
    expect(JSON.parse(errors)).toEqual({ error: { code: 'USAGE', message } });
  });
});

describe('a failure is exit code 1, and one line without a stack', () => {
  test.each([
    ['a user that is not there', ['user', 'disable', 'nobody'], {}],
    ['an id that is not there', ['session', 'list', 'id:999999'], {}],
    ['a session that is not there', ['session', 'revoke', 'x'], {}],
    ['a country without codes', ['sms', 'test', '+15551234567'], {}],
    [
      'a database that does not answer',
      ['user', 'list'],
      { DATABASE_URL: 'postgresql://x@127.0.0.1:1/none' },
    ],
    ['settings that are wrong', ['user', 'list'], { PORTS: 'many' }],
    ['a data folder that cannot be', ['user', 'list'], { DATABASE_URL: '', DATA_DIR: '/etc/hostname' }],
    ['no gateway', ['release', 'list', '--token', 'x', '--url', 'http://127.0.0.1:1'], {}],
  ])('%s', async (_name, args, settings: Record<string, string>) => {
    const { code, output, errors } = await gatehouse(args, { ...env, ...settings });
    expect({ code, output, errors }).toEqual({
      code: 1,
      output: '',
      errors: expect.stringMatching(/^gatehouse: [^\n]+\.\n$/),
    });
  });

  test('and JSON where that is asked for', async () => {
    const { errors } = await gatehouse(['user', 'disable', 'nobody', '--json'], env);
    expect(JSON.parse(errors)).toEqual({ error: { code: 'NOT_FOUND', message: 'There is no user nobody.' } });
  });
});

test('config check names every setting that is wrong, and none when all are right', async () => {
  const { code, errors } = await gatehouse(['config', 'check'], { PORTS: 'many', TIME_ZONE: 'Mars' });
  expect({ code, errors }).toMatchObject({ code: 1, errors: expect.stringMatching(/PORTS .*TIME_ZONE /) });
  expect(values(await gatehouse(['config', 'check', '--json']))).toEqual([{ ok: true }]);
});

test('migrate says what it applied', async () => {
  expect(values(await gatehouse(['migrate', '--json'], env))).toEqual([{ applied: [] }]);
});

test('sms test sends a code the whole way', async () => {
  const { code, output } = await gatehouse(['sms', 'test', '139 5496 9056'], env);
  expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/^outbox took the message/) });
  expect(await gateway.lastSms('13954969056')).toMatch(/^\d{6}$/);
});

test('npx finds it in its own clone, whatever Node the host has', async () => {
  const { version } = JSON.parse(await readFile('package.json', 'utf8'));
  const { stdout } = await promisify(execFile)('node_modules/.bin/gatehouse', ['--version']);
  expect(stdout.trim()).toBe(version);
});
