import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openRequest } from './support/clients/raw-http.js';
import { databaseProcesses, sendSignal } from './support/embedded-database.js';
import { eventually } from './support/eventually.js';
import { PASSWORD } from './support/password.js';
import { openFolder, startServer, stopServers } from './support/server.js';

let folder: string;
beforeAll(async () => {
  folder = await openFolder();
});
afterAll(async () => {
  await stopServers();
  await rm(folder, { recursive: true, force: true });
});

const run = (env: Record<string, string>) => startServer({ DATA_DIR: join(folder, 'data'), ...env });

describe('a start that fails prints one sentence and exits with code 1 for', () => {
  test('invalid settings, and names all of them', async () => {
    const { code, errors, output } = await run({
      PORTS: '99999',
      HEARTBEAT_INTERVAL: 'soon',
      TIME_ZONE: 'Mars/Olympus',
      JWT_SECRETS: 'short',
      ADMIN_PASSWORD: 'short',
    }).ended;
    expect({ code, output, lines: errors.split('\n').length }).toEqual({ code: 1, output: '', lines: 1 });
    for (const name of ['PORTS', 'HEARTBEAT_INTERVAL', 'TIME_ZONE', 'JWT_SECRETS', 'ADMIN_PASSWORD']) {
      expect(errors).toContain(name);
    }
  });

  test.each([
    ['a fixed captcha code on a public address', { CAPTCHA_FIXED_CODE: '1234', HOST: '0.0.0.0' }],
    [
      'a fixed captcha code in production',
      { CAPTCHA_FIXED_CODE: '1234', NODE_ENV: 'production', SMS_PROVIDER: 'outbox' },
    ],
    ['production without an SMS provider', { NODE_ENV: 'production' }],
    ['a provider without its credentials', { SMS_PROVIDER: 'webhook' }],
    ['the line end of an env file in a password', { ADMIN_ACCOUNT: 'root', ADMIN_PASSWORD: `${PASSWORD}\r` }],
    [
      'a bucket whose server does not answer',
      {
        STORAGE_URL: 's3://packages?region=us-east-1&endpoint=http://127.0.0.1:1',
        AWS_ACCESS_KEY_ID: 'key',
        AWS_SECRET_ACCESS_KEY: 'secret',
      },
    ],
    ['a data folder that is a file', { DATA_DIR: '/etc/hostname' }],
    ['a data folder below a file', { DATA_DIR: '/etc/hostname/data' }],
    ['a data folder in a file system that allows no folders', { DATA_DIR: '/proc/gatehouse/data' }],
  ])('%s', async (_name, env: Record<string, string>) => {
    const { code, errors } = await run(env).ended;
    expect({ code, errors }).toEqual({ code: 1, errors: expect.stringMatching(/^[A-Z][^\n]+\.$/) });
  });

  test('an invalid administrator name', async () => {
    const env = { ADMIN_ACCOUNT: 'tab\there', ADMIN_PASSWORD: PASSWORD, DATA_DIR: join(folder, 'named') };
    const { code, errors } = await run(env).ended;
    expect({ code, errors }).toEqual({ code: 1, errors: expect.stringMatching(/^ADMIN_ACCOUNT [^\n]+\.$/) });
  });

  test('an argument, since the gateway has none', async () => {
    const { code, errors } = await startServer({}, ['dist/server/main.js', '--port=9000']).ended;
    expect({ code, errors }).toEqual({
      code: 1,
      errors: 'Unknown argument --port=9000: settings are environment variables (docs/settings.md).',
    });
  });

  test('a port that is in use', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const address = holder.address();
    const port = typeof address === 'object' && address ? String(address.port) : '';
    const { code, errors } = await run({ PORTS: port }).ended;
    holder.close();
    expect({ code, errors }).toEqual({
      code: 1,
      errors: expect.stringMatching(`^Port ${port} on 127.0.0.1 is in use.*$`),
    });
  });
});

test('prints a set-up link at the first start, which creates one administrator', async () => {
  const { child, ready, ended } = run({});
  const greeting = await ready();
  const link = new URL(/http\S+\/setup\?token=\S+/.exec(greeting)?.[0] ?? '');
  expect((await fetch(link)).status).toBe(200);
  const post = async (query: string, variables = {}) => {
    const answer = await fetch(new URL('/graphql', link), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    return answer.json();
  };
  const setUp = (token: string | null, username: string) =>
    post(
      `mutation($token: String!, $username: String!) {
        createFirstAdministrator(input: {token: $token, username: $username, password: "correct horse"}) { user { login } }
      }`,
      { token, username },
    );
  const refused = (code: string) => ({
    data: null,
    errors: [expect.objectContaining({ extensions: { code } })],
  });
  const token = link.searchParams.get('token');
  expect(await setUp('forged', 'mallory')).toEqual(refused('FORBIDDEN'));
  expect(await setUp(token, 'root')).toEqual({
    data: { createFirstAdministrator: { user: { login: 'root' } } },
  });
  expect(await setUp(token, 'second')).toEqual(refused('CONFLICT'));
  const query = `mutation { login(input: {username: "root", password: "correct horse"}) { user { roles { code } } } }`;
  expect(await post(query)).toEqual({ data: { login: { user: { roles: [{ code: 'ADMIN' }] } } } });
  child.kill('SIGTERM');
  child.kill('SIGTERM');
  expect(await ended).toMatchObject({ code: 0, errors: '' });
});

test('starts after a kill with its data, and prints no set-up link once there is an administrator', async () => {
  const env = { ADMIN_ACCOUNT: 'keeper', ADMIN_PASSWORD: PASSWORD, DATA_DIR: join(folder, 'killed') };
  const first = run(env);
  const greeting = await first.ready();
  expect(greeting).not.toContain('/setup');
  first.child.kill('SIGKILL');
  await first.ended;
  const second = run({ DATA_DIR: env.DATA_DIR });
  expect(await second.ready()).not.toContain('/setup');
  expect(await (await fetch(`${await second.url()}/health/ready`)).json()).toEqual({ status: 'ok' });
  second.child.kill('SIGINT');
  expect(await second.ended).toMatchObject({ code: 0 });
});

test('stops on SIGHUP within seconds, even if a client does not finish and its database is frozen', async () => {
  const dataDir = join(folder, 'hung up');
  const { child, url, ended } = run({ DATA_DIR: dataDir });
  const host = new URL(await url()).host;
  const stalled = await openRequest(host, ['POST /api/background_login HTTP/1.1', 'content-length: 100']);
  const cut = once(stalled, 'close');
  stalled.resume();
  await (await fetch(`http://${host}/health/live`)).text();
  for (const pid of await databaseProcesses(dataDir)) sendSignal(pid, 'SIGSTOP');
  const signalled = Date.now();
  child.kill('SIGHUP');
  expect(await ended).toMatchObject({ code: 0, errors: '' });
  expect(Date.now() - signalled).toBeLessThan(15_000);
  await cut;
});

test('is not ready while it stops, but serves for DRAIN_DELAY', async () => {
  const { child, url, ended } = run({ DATA_DIR: join(folder, 'drained'), DRAIN_DELAY: '1s' });
  const ready = async () => (await fetch(new URL('/health/ready', await url()))).json();
  expect(await ready()).toEqual({ status: 'ok' });
  child.kill('SIGQUIT');
  await eventually(async () => JSON.stringify(await ready()) === '{"status":"the gateway is stopping"}');
  expect((await fetch(new URL('/health/live', await url()))).status).toBe(200);
  expect(await ended).toMatchObject({ code: 0, errors: '' });
});

test('starts its database again if that exits, and keeps running', async () => {
  const dataDir = join(folder, 'killed database');
  const { child, url, ended } = run({ DATA_DIR: dataDir });
  const status = async (path: string) => (await fetch(new URL(path, await url()))).status;
  expect(await status('/health/ready')).toBe(200);
  const [postmaster = 0] = await databaseProcesses(dataDir);
  process.kill(postmaster, 'SIGQUIT');
  await eventually(async () => {
    const [next = postmaster] = await databaseProcesses(dataDir).catch(() => []);
    return next !== postmaster;
  });
  await eventually(async () => (await status('/health/ready')) === 200);
  child.kill('SIGTERM');
  expect(await ended).toMatchObject({ code: 0, errors: '' });
});

describe('a stop that signals all processes of the unit loses nothing, with', () => {
  test.each(['SIGTERM', 'SIGINT', 'SIGQUIT'] as const)('%s to the database', async (signal) => {
    const dataDir = join(folder, `unit ${signal}`);
    const env = { DATA_DIR: dataDir, ADMIN_ACCOUNT: 'root', ADMIN_PASSWORD: PASSWORD };
    const first = run(env);
    const url = await first.url();
    const login = `mutation { login(input: {username: "root", password: "${PASSWORD}"}) { accessToken } }`;
    const signedIn = JSON.stringify(await execute(url, login));
    const accessToken = /"accessToken":"([^"]+)"/.exec(signedIn)?.[1] ?? '';
    const beat = `mutation { heartbeat(input: {deviceId: "kiosk"}) { device { id } } }`;
    await execute(url, beat, accessToken);
    const lastBeatAt = Date.now();
    await execute(url, beat, accessToken);
    const unit = await databaseProcesses(dataDir);
    const [postmaster = 0] = unit;
    first.child.kill('SIGTERM');
    for (const pid of signal === 'SIGQUIT' ? [postmaster] : unit) sendSignal(pid, signal);
    expect(await first.ended).toMatchObject({ code: 0, errors: '' });

    const second = run(env);
    const query = '{ devices { edges { node { online lastSeenAt } } } }';
    const devices = JSON.stringify(await execute(await second.url(), query, accessToken));
    expect(devices).toContain('"online":true');
    const lastSeenAt = Date.parse(/"lastSeenAt":"([^"]+)"/.exec(devices)?.[1] ?? '');
    expect(lastSeenAt).toBeGreaterThanOrEqual(lastBeatAt);
    second.child.kill('SIGTERM');
    expect(await second.ended).toMatchObject({ code: 0, errors: '' });
  });

  async function execute(url: string, query: string, token?: string): Promise<unknown> {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
      body: JSON.stringify({ query }),
    });
    return response.json();
  }
});

test('stops during the start whatever it waits for, and leaves nothing running', async () => {
  // A database server that accepts connections and never answers.
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const address = silent.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const { child, ended } = run({ DATABASE_URL: `postgresql://nobody@127.0.0.1:${port}/none` });
  await once(silent, 'connection');
  child.kill('SIGTERM');
  expect(await ended).toEqual({ code: 0, output: '', errors: '' });
  silent.close();

  const dataDir = join(folder, 'cut short');
  const embedded = run({ DATA_DIR: dataDir });
  await eventually(async () => existsSync(join(dataDir, 'postgres.log')));
  embedded.child.kill('SIGTERM');
  expect(await embedded.ended).toMatchObject({ code: 0, errors: '' });
  const left = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
  expect(left).not.toContain(join(dataDir, 'postgres'));
});

test('generates a secret that only its owner can read, again if it is empty, and refuses a truncated one', async () => {
  const dataDir = join(folder, 'secret');
  const first = run({ DATA_DIR: dataDir });
  await first.ready();
  first.child.kill('SIGTERM');
  await first.ended;
  const { mode } = await stat(join(dataDir, 'jwt-secret'));
  expect(mode & 0o077).toBe(0);
  const secret = await readFile(join(dataDir, 'jwt-secret'), 'utf8');
  // As a first start leaves it that is killed before it writes.
  await writeFile(join(dataDir, 'jwt-secret'), '');
  const second = run({ DATA_DIR: dataDir });
  await second.ready();
  second.child.kill('SIGTERM');
  await second.ended;
  expect((await readFile(join(dataDir, 'jwt-secret'), 'utf8')).length).toBe(secret.length);

  await writeFile(join(dataDir, 'jwt-secret'), secret.slice(0, 5));
  const { code, errors } = await run({ DATA_DIR: dataDir }).ended;
  expect({ code, errors }).toEqual({
    code: 1,
    errors: expect.stringMatching(/^The secret in .* cannot be used: .*\.$/),
  });
});
