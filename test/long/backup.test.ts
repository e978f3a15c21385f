import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { print } from 'graphql';
import { shareEmbeddedPostgres } from '../../src/database/embedded-postgres/sharing.js';
import { gatehouse, jsonLines } from '../support/command.js';
import { withClient } from '../support/database.js';
import * as op from '../support/operations.js';
import { PASSWORD } from '../support/password.js';
import { openFolder, type Server, startServer, stopServers } from '../support/server.js';

const MIB = 1024 * 1024;
/** In MiB; 1 GiB in all. */
const PACKAGES = [64, 320, 320, 320];
const ROWS = 1_000_000;
/** Of each command. */
const MAX_SECONDS = 60;
/** A heartbeat may wait for so long while everything is read. */
const MAX_HEARTBEAT_MS = 1000;
/** At equal intervals of the time that a command takes. */
const KILLS = 8;

let folder: string;
let env: Record<string, string>;
let server: Server;
let token: string;
let archive: string;
/** Of the first package, with few rows. */
let small: string;

beforeAll(async () => {
  folder = await openFolder();
  env = { DATA_DIR: join(folder, 'data') };
  archive = join(folder, 'fleet.tar.zst');
  small = join(folder, 'small.tar.zst');
  await gatehouse(['user', 'add', 'root', '--role', 'ADMIN', '--password-stdin'], env, PASSWORD);
  server = startServer(env);
  token = (await login()).accessToken;
  for (const [index, mebibytes] of PACKAGES.entries()) {
    const file = join(folder, `package-${index}.bin`);
    await writeRandom(file, mebibytes);
    const upload = ['release', 'upload', file, '--release-version', `${index}.0.0`, '--token', token];
    expect(await gatehouse(upload, { GATEHOUSE_URL: await server.url() })).toMatchObject({ errors: '' });
    await rm(file);
    if (index === 0) await gatehouse(['backup', small], env);
  }
  await fill();
});
afterAll(async () => {
  await stopServers();
  await rm(folder, { recursive: true, force: true });
});

/** A fleet of 300,000 devices with their sessions and history. */
async function fill() {
  const postgres = await shareEmbeddedPostgres({ dataDir: env.DATA_DIR ?? '' });
  await withClient(postgres.url, (client) =>
    client.query(`
      insert into users (username, name, user_code, created_at)
        select 'user-' || i, '用户 ' || i, 'code-' || i, now() from generate_series(1, 50000) i;
      insert into login_names (name, kind, user_id)
        select username, 'username', id from users where username like 'user-%';
      insert into sessions (id, user_id, door, capped, token_hash, token_expires_at, created_at, last_seen_at, expires_at)
        select gen_random_uuid(), 2 + i % 50000, 'graphql', false, md5('token ' || i) || md5(i::text), now() + interval '1 day',
          now(), now(), now() + interval '30 days' from generate_series(1, 200000) i;
      insert into devices (user_id, client_id, door, name, client_version, first_seen_at, last_seen_at)
        select 2 + i % 50000, 'device-' || i, 'graphql', 'pump ' || i, '1.' || i % 10, now(), now()
        from generate_series(1, 300000) i;
      insert into presence_events (device_id, online, reason, at)
        select id, false, 'EXPIRED', now() from devices;
      insert into audit_entries (at, action, actor_id, address, detail)
        select now(), 'session.open', 2 + i % 50000, '192.0.2.' || i % 250, 'graphql' from generate_series(1, 100000) i;
    `),
  );
  await postgres.stop();
}

async function writeRandom(path: string, mebibytes: number) {
  const file = await open(path, 'w');
  for (let index = 0; index < mebibytes; index++) await file.write(randomBytes(MIB));
  await file.close();
}

async function ask(document: Parameters<typeof print>[0], variables: object) {
  const response = await fetch(`${await server.url()}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify({ query: print(document), variables }),
  });
  return (await response.json()) as { data: Record<string, Record<string, string>> };
}

async function login(): Promise<{ accessToken: string }> {
  const { data } = await ask(op.LoginDocument, { input: { username: 'root', password: PASSWORD } });
  return { accessToken: data.login?.accessToken ?? '' };
}

/** Sends heartbeats until `work` ends. @returns its result, and the longest time of a heartbeat in milliseconds. */
async function whileBeating<T>(work: Promise<T>) {
  let isRunning = true;
  const done = work.finally(() => {
    isRunning = false;
  });
  let longest = 0;
  while (isRunning) {
    const start = performance.now();
    const { data } = await ask(op.HeartbeatDocument, { input: { deviceId: 'pump' } });
    expect(data.heartbeat).toBeDefined();
    longest = Math.max(longest, performance.now() - start);
    await setTimeout(10);
  }
  return { result: await done, longest };
}

function secondsOf(ended: Awaited<ReturnType<typeof gatehouse>>): number {
  expect(ended).toMatchObject({ code: 0, errors: '' });
  const [{ seconds, rows, packageBytes }] = jsonLines(ended) as [Record<string, number>];
  expect(rows).toBeGreaterThan(ROWS);
  expect(packageBytes).toBe(1024 * MIB);
  return seconds ?? 0;
}

test('backs up 1 GiB of packages and a million rows in a minute, while devices beat', async () => {
  const { result, longest } = await whileBeating(gatehouse(['backup', archive, '--json'], env));
  process.stdout.write(`backup: ${secondsOf(result)} s, longest heartbeat ${longest.toFixed(0)} ms\n`);
  expect(secondsOf(result)).toBeLessThan(MAX_SECONDS);
  expect(longest).toBeLessThan(MAX_HEARTBEAT_MS);
});

test('verifies them in a minute, while devices beat', async () => {
  const start = performance.now();
  const { result, longest } = await whileBeating(gatehouse(['verify'], env));
  const seconds = (performance.now() - start) / 1000;
  process.stdout.write(`verify: ${seconds.toFixed(1)} s, longest heartbeat ${longest.toFixed(0)} ms\n`);
  expect(result).toMatchObject({ code: 0, output: 'The installation is consistent.\n' });
  expect(seconds).toBeLessThan(MAX_SECONDS);
  expect(longest).toBeLessThan(MAX_HEARTBEAT_MS);
});

test('restores them in a minute', async () => {
  server.child.kill('SIGTERM');
  await server.ended;
  const copy = { DATA_DIR: join(folder, 'copy') };
  const restored = await gatehouse(['restore', archive, '--json'], copy);
  process.stdout.write(`restore: ${secondsOf(restored)} s\n`);
  expect(secondsOf(restored)).toBeLessThan(MAX_SECONDS);
  expect(await gatehouse(['verify'], copy)).toMatchObject({ code: 0 });
  server = startServer(copy);
  expect(await ask(op.MeDocument, {})).toMatchObject({ data: { me: { username: 'root' } } });
  server.child.kill('SIGTERM');
  await server.ended;
  await rm(copy.DATA_DIR, { recursive: true });
});

/** Runs a command, and sends it a signal after a time. */
async function interrupt(
  args: readonly string[],
  own: Record<string, string>,
  signal: NodeJS.Signals,
  ms: number,
) {
  const child = spawn(process.execPath, ['dist/server/cli.js', ...args], {
    env: { PATH: process.env.PATH ?? '', ...own },
    stdio: 'ignore',
  });
  const ended = once(child, 'exit');
  await Promise.race([ended, setTimeout(ms)]);
  child.kill(signal);
  await ended;
}

const packagesIn = async (dataDir: string) => {
  const files = await Promise.all(
    ['uploads', 'packages'].map((name) => readdir(join(dataDir, name), { recursive: true }).catch(() => [])),
  );
  return files.flat().filter((name) => name.length > 10);
};

test.each(['SIGINT', 'SIGKILL'] as const)(
  'a restore that %s interrupts leaves nothing, or everything',
  async (signal) => {
    const copy = { DATA_DIR: join(folder, signal) };
    const startedAt = performance.now();
    await gatehouse(['restore', small], { DATA_DIR: join(folder, `whole ${signal}`) });
    const whole = performance.now() - startedAt;
    for (let round = 1; round <= KILLS; round++) {
      await interrupt(['restore', small], copy, signal, (whole * round) / (KILLS + 1));
      const { output } = await gatehouse(['user', 'list', '--json'], copy);
      // The signal has come after the last change.
      if (output !== '') {
        expect(await gatehouse(['verify'], copy)).toMatchObject({ code: 0 });
        await rm(copy.DATA_DIR, { recursive: true });
        continue;
      }
      if (signal === 'SIGINT') expect(await packagesIn(copy.DATA_DIR)).toEqual([]);
    }
    expect(await gatehouse(['restore', small], copy)).toMatchObject({ code: 0 });
    expect(await gatehouse(['verify'], copy)).toMatchObject({
      code: 0,
      output: 'The installation is consistent.\n',
    });
    expect(await packagesIn(copy.DATA_DIR)).toHaveLength(1);
  },
);

test.each(['SIGINT', 'SIGKILL'] as const)(
  'a backup that %s interrupts leaves no archive, or a whole one',
  async (signal) => {
    const interrupted = join(folder, `interrupted by ${signal}`);
    for (const ms of [500, 1000, 1500]) {
      await interrupt(['backup', interrupted], env, signal, ms);
      if ((await readdir(folder)).includes(`interrupted by ${signal}`)) {
        expect(await gatehouse(['verify', interrupted])).toMatchObject({ code: 0 });
        await rm(interrupted);
      }
    }
    expect(await gatehouse(['backup', interrupted, '--force'], env)).toMatchObject({ code: 0, errors: '' });
    expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
    await rm(interrupted);
  },
);
