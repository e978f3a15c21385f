import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { lstat, mkdir, readFile, realpath, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../../src/database/embedded-postgres/embedded-postgres.js';
import { StartError } from '../../../src/errors.js';
import { openFolder } from '../../support/server.js';

const cleanUps: (() => Promise<unknown>)[] = [];

/** A data folder whose cluster exists already, for the tests that are not about making one. */
let made = '';

beforeAll(async () => {
  made = await openFolder();
  await (await startEmbeddedPostgres({ dataDir: made })).stop();
});

afterAll(() => rm(made, { recursive: true, force: true }));

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** Gone after the test. */
async function newFolder(): Promise<string> {
  const folder = await openFolder();
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function start(dataDir: string): Promise<EmbeddedPostgres> {
  const database = await startEmbeddedPostgres({ dataDir });
  cleanUps.push(() => database.stop());
  return database;
}

async function query(database: EmbeddedPostgres, sql: string): Promise<unknown[]> {
  const client = new pg.Client(database.url);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

async function postmasterPid(dataDir: string): Promise<number> {
  return Number((await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0]);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function failure(dataDir: string): Promise<string> {
  try {
    await start(dataDir);
  } catch (error) {
    if (error instanceof StartError) return error.message;
    throw error;
  }
  throw new Error('It started.');
}

test('a fresh data folder, whatever its name, gets a durable UTF-8 database that only this machine reaches', async () => {
  const dataDir = join(await newFolder(), `my "own" $HOME's data`);
  const database = await start(dataDir);
  const [found] = await query(
    database,
    `SELECT current_database() AS name, current_setting('server_encoding') AS encoding,
       current_setting('fsync') AS fsync, current_setting('listen_addresses') AS address,
       current_setting('password_encryption') AS passwords, lower('ÄÉ') AS folded`,
  );
  expect(found).toEqual({
    name: 'gatehouse',
    encoding: 'UTF8',
    fsync: 'on',
    address: '127.0.0.1',
    passwords: 'scram-sha-256',
    folded: 'äé',
  });
  expect(database.notes).toEqual([]);
  expect((await lstat(join(dataDir, 'postgres.password'))).mode & 0o777).toBe(0o600);
});

test('a wrong password is refused', async () => {
  const database = await start(made);
  const url = new URL(database.url);
  url.password = 'wrong';
  await expect(new pg.Client(url.href).connect()).rejects.toThrow('password authentication failed');
});

test('a stop leaves no process, can be asked for twice, and the next start finds the data', async () => {
  const first = await start(made);
  await query(first, 'CREATE TABLE stopped AS SELECT 42 AS answer');
  const pid = await postmasterPid(made);
  await Promise.all([first.stop(), first.stop()]);
  await first.stop();
  expect(isAlive(pid)).toBe(false);

  const second = await start(made);
  expect(await query(second, 'SELECT answer FROM stopped')).toEqual([{ answer: 42 }]);
});

test('under a closed folder the database runs all the same, and says where it is kept', async () => {
  const closed = join(await newFolder(), 'closed');
  await mkdir(closed, { mode: 0o700 });
  const dataDir = join(closed, 'data');
  const first = await start(dataDir);
  await query(first, 'CREATE TABLE kept AS SELECT 42 AS answer');
  const kept = await realpath(join(dataDir, 'postgres'));
  if (process.getuid?.() === 0) {
    cleanUps.unshift(() => rm(dirname(kept), { recursive: true, force: true }));
    expect(first.notes).toContainEqual(expect.stringContaining(kept));
    expect(kept.startsWith(closed)).toBe(false);
  } else {
    expect(first.notes).toEqual([]);
  }
  expect((await lstat(closed)).mode & 0o777).toBe(0o700);
  await first.stop();

  const second = await start(dataDir);
  expect(await query(second, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
});

test('a second gateway on the folder of a live one is refused and does the first no harm', async () => {
  const first = await start(made);
  expect(await failure(made)).toMatch(/^Another gateway is running on the data folder .+/);
  expect(await query(first, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

test('of two gateways that start at once on a fresh folder, one starts and the other is refused', async () => {
  const dataDir = join(await newFolder(), 'data');
  const outcomes = await Promise.allSettled([start(dataDir), start(dataDir)]);
  const refusals = outcomes.filter((outcome) => outcome.status === 'rejected');
  expect(refusals.map((refusal) => refusal.reason)).toEqual([expect.any(StartError)]);
});

test('after its gateway was killed, the database it left behind is replaced and keeps its data', async () => {
  const owner = join(import.meta.dirname, 'embedded-postgres.owner.mjs');
  const source = join(import.meta.dirname, '../../../src/database/embedded-postgres/embedded-postgres.ts');
  const gateway = spawn(
    process.execPath,
    ['--experimental-transform-types', '--no-warnings', owner, source, made],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  await once(gateway.stdout, 'data');
  const orphan = await postmasterPid(made);
  gateway.kill('SIGKILL');
  await once(gateway, 'exit');
  expect(isAlive(orphan)).toBe(true);

  const next = await start(made);
  expect(await query(next, 'SELECT owner FROM owned')).toEqual([{ owner: gateway.pid }]);
  // PostgreSQL admits one postmaster to a cluster, so another one means that the orphan is gone.
  expect(await postmasterPid(made)).not.toBe(orphan);
});

test('after the database itself was killed, the next start recovers what was committed', async () => {
  const lines: string[] = [];
  const first = await startEmbeddedPostgres({ dataDir: made, onLost: (line) => lines.push(line) });
  await query(first, 'CREATE TABLE recovered AS SELECT 42 AS answer');
  process.kill(await postmasterPid(made), 'SIGKILL');
  const second = await start(made);
  expect(await query(second, 'SELECT answer FROM recovered')).toEqual([{ answer: 42 }]);
  expect(lines).toEqual([expect.stringContaining('ended by itself')]);
});

test('a stale postmaster.pid that names an unrelated live process hinders nothing and harms nobody', async () => {
  const first = await start(made);
  const file = join(made, 'postgres', 'postmaster.pid');
  const left = await readFile(file, 'utf8');
  await first.stop();
  const bystander = spawn('sleep', ['60'], { stdio: 'ignore' });
  cleanUps.push(async () => bystander.kill());
  await writeFile(file, left.replace(/^\d+/, String(bystander.pid)));
  const second = await start(made);
  expect(await query(second, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  expect(bystander.exitCode ?? bystander.signalCode).toBeNull();
});

test('an empty postmaster.pid, as a power failure leaves it, hinders nothing', async () => {
  const file = join(made, 'postgres', 'postmaster.pid');
  await writeFile(file, '');
  const before = new Date(Date.now() - 60_000);
  await utimes(file, before, before);
  expect(await query(await start(made), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

test('a half-made cluster of a killed first start is cleared away', async () => {
  const dataDir = join(await newFolder(), 'data');
  const gone = spawn('true');
  await once(gone, 'exit');
  const half = join(dataDir, `postgres-init-${gone.pid}-abcdef`, 'cluster');
  await mkdir(half, { recursive: true });
  await start(dataDir);
  await expect(lstat(half)).rejects.toThrow('ENOENT');
});

test('a cluster of another major version ends the start with both versions and the folder', async () => {
  const file = join(made, 'postgres', 'PG_VERSION');
  const version = await readFile(file, 'utf8');
  cleanUps.push(() => writeFile(file, version));
  await writeFile(file, '15\n');
  const message = await failure(made);
  expect(message).toContain(`${join(made, 'postgres')} belongs to PostgreSQL 15`);
  expect(message).toContain('PostgreSQL 18');
});

test('a data folder that cannot be made ends the start with one sentence', async () => {
  const file = join(await newFolder(), 'file');
  await writeFile(file, '');
  const dataDir = join(file, 'data');
  expect(await failure(dataDir)).toMatch(/^The data folder .+ cannot be created or written \(ENOTDIR.*\)\.$/);
});

test('a server that does not start says its own last error', async () => {
  const file = join(made, 'postgres', 'global', 'pg_control');
  cleanUps.push(() => rename(`${file}.away`, file));
  await rename(file, `${file}.away`);
  expect(await failure(made)).toMatch(
    /^The embedded PostgreSQL did not start \(.*could not .*\); its log is .+\.$/,
  );
});

test('a lost password file ends the start with its name, and nothing is left running', async () => {
  const file = join(made, 'postgres.password');
  cleanUps.push(() => rename(`${file}.away`, file));
  await rename(file, `${file}.away`);
  expect(await failure(made)).toContain(
    `password authentication failed for user "gatehouse"); its password is kept in ${file}`,
  );
  await expect(lstat(join(made, 'postgres', 'postmaster.pid'))).rejects.toThrow('ENOENT');
});

test('a database that was kept elsewhere and is gone is missed, not silently replaced by an empty one', async () => {
  const dataDir = await newFolder();
  await symlink(join(dataDir, 'gone'), join(dataDir, 'postgres'));
  expect(await failure(dataDir)).toContain('links to a folder that is gone');
});
