import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { lstat, mkdir, readFile, realpath, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { processOptions } from '../../../src/database/embedded-postgres/account.js';
import { clusterNameOf } from '../../../src/database/embedded-postgres/connection.js';
import {
  type EmbeddedPostgres,
  locate,
  startEmbeddedPostgres,
} from '../../../src/database/embedded-postgres/embedded-postgres.js';
import {
  findPostmaster,
  startPostmaster,
  stopPostmaster,
} from '../../../src/database/embedded-postgres/postmaster.js';
import { shareEmbeddedPostgres } from '../../../src/database/embedded-postgres/sharing.js';
import { StartError } from '../../../src/errors.js';
import { databaseProcesses, sendSignal } from '../../support/embedded-database.js';
import { eventually } from '../../support/eventually.js';
import { freePort } from '../../support/infrastructure/ports.js';
import { openFolder } from '../../support/server.js';

const cleanUps: (() => Promise<unknown>)[] = [];

/** A data folder with a cluster, for the tests that are not about creating one. */
let existing = '';

beforeAll(async () => {
  existing = await openFolder();
  await (await startEmbeddedPostgres({ dataDir: existing })).stop();
});

afterAll(() => rm(existing, { recursive: true, force: true }));

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** A folder that is removed after the test. */
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

test('creates a durable UTF-8 database, reachable from this machine only, in a data folder of any name', async () => {
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

test('rejects a wrong password', async () => {
  const database = await start(existing);
  const url = new URL(database.url);
  url.password = 'wrong';
  await expect(new pg.Client(url.href).connect()).rejects.toThrow('password authentication failed');
});

test('stops completely, accepts repeated stops, and starts again with its data and a log without values', async () => {
  const phone = '13954969056';
  const first = await start(existing);
  await query(first, `CREATE TABLE stopped AS SELECT 42 AS answer, '${phone}' AS phone`);
  await query(first, 'CREATE UNIQUE INDEX ON stopped (phone)');
  await expect(query(first, `INSERT INTO stopped VALUES (42, '${phone}')`)).rejects.toThrow('duplicate key');
  const pid = await postmasterPid(existing);
  await Promise.all([first.stop(), first.stop()]);
  await first.stop();
  expect(isAlive(pid)).toBe(false);
  // Its log has no values of statements.
  const log = await readFile(join(existing, 'postgres.log'), 'utf8');
  expect(log).toContain('duplicate key');
  expect(log).not.toContain(phone);

  const second = await start(existing);
  expect(await query(second, 'SELECT answer FROM stopped')).toEqual([{ answer: 42 }]);
});

test('runs below a folder that the system user cannot enter, and reports where the data is', async () => {
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

test('refuses a second gateway on the same folder without affecting the first', async () => {
  const first = await start(existing);
  expect(await failure(existing)).toMatch(/^Another gateway is running on the data folder .+/);
  expect(await query(first, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

test('refuses a second gateway after the crash of a backend, too, which ends all connections', async () => {
  const first = await start(existing);
  const holders = `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted`;
  const [backend] = (await query(first, holders)) as { pid: number }[];
  process.kill(backend?.pid ?? 0, 'SIGKILL');
  // A gateway of this process does not wait until the first one has locked the server again.
  const others = `${holders} AND pid <> ${backend?.pid}`;
  await eventually(() =>
    query(first, others).then(
      ({ length }) => length > 0,
      () => false,
    ),
  );
  expect(await failure(existing)).toMatch(/^Another gateway is running on the data folder .+/);
  expect(await query(first, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

test('waits for a command on the same folder, and says so', async () => {
  const command = await shareEmbeddedPostgres({ dataDir: existing });
  const other = await shareEmbeddedPostgres({ dataDir: existing });
  const waiting = Promise.withResolvers<string>();
  const starting = startEmbeddedPostgres({ dataDir: existing, onWait: waiting.resolve });
  cleanUps.unshift(async () => (await starting).stop());
  expect(await waiting.promise).toMatch(
    /^A command is running on the data folder .+: the gateway waits for it to end\.$/,
  );
  await other.stop();
  await command.stop();
  const gateway = await starting;
  expect(await query(gateway, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

test('starts one of two gateways that start at the same time on a new folder, and refuses the other', async () => {
  const dataDir = join(await newFolder(), 'data');
  const outcomes = await Promise.allSettled([start(dataDir), start(dataDir)]);
  const refusals = outcomes.filter((outcome) => outcome.status === 'rejected');
  expect(refusals.map((refusal) => refusal.reason)).toEqual([expect.any(StartError)]);
});

test('replaces the server that a killed gateway left running or frozen, and keeps its data', async () => {
  const owner = join(import.meta.dirname, 'embedded-postgres.owner.mjs');
  const source = join(import.meta.dirname, '../../../src/database/embedded-postgres/embedded-postgres.ts');
  const gateway = spawn(
    process.execPath,
    ['--experimental-transform-types', '--no-warnings', owner, source, existing],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  await once(gateway.stdout, 'data');
  const orphan = await postmasterPid(existing);
  gateway.kill('SIGKILL');
  await once(gateway, 'exit');
  expect(isAlive(orphan)).toBe(true);
  for (const pid of await databaseProcesses(existing)) sendSignal(pid, 'SIGSTOP');

  const next = await start(existing);
  expect(await query(next, 'SELECT owner FROM owned')).toEqual([{ owner: gateway.pid }]);
  // PostgreSQL admits one postmaster to a cluster, so another one means that the orphan is gone.
  expect(await postmasterPid(existing)).not.toBe(orphan);
});

test('starts a server that was killed again, on its port and with its data', async () => {
  const lines: string[] = [];
  const postgres = await startEmbeddedPostgres({ dataDir: existing, onExit: (line) => lines.push(line) });
  await query(postgres, 'CREATE TABLE recovered AS SELECT 42 AS answer');
  const killed = await postmasterPid(existing);
  process.kill(killed, 'SIGKILL');
  await eventually(async () => (await postmasterPid(existing)) !== killed);
  await eventually(() => query(postgres, 'SELECT 1').then(Boolean, () => false));
  expect(await query(postgres, 'SELECT answer FROM recovered')).toEqual([{ answer: 42 }]);
  expect(lines).toEqual([expect.stringContaining('exited by itself')]);
  await postgres.stop();
  expect(await lstat(join(existing, 'postgres', 'postmaster.pid')).catch(() => null)).toBeNull();
});

test('starts a server again once it can, and says why it could not', async () => {
  const lines: string[] = [];
  const postgres = await startEmbeddedPostgres({ dataDir: existing, onExit: (line) => lines.push(line) });
  const control = join(existing, 'postgres', 'global', 'pg_control');
  await rename(control, `${control}.away`);
  process.kill(await postmasterPid(existing), 'SIGQUIT');
  await eventually(async () => lines.length === 2);
  expect(lines[1]).toContain('The embedded PostgreSQL did not start');
  await rename(`${control}.away`, control);
  await eventually(() => query(postgres, 'SELECT 1').then(Boolean, () => false));
  expect(lines).toHaveLength(2);
  await postgres.stop();
});

test('stops although another server starts on the folder at once', async () => {
  const first = await start(existing);
  const { site } = await locate(existing);
  const file = join(existing, 'postgres', 'postmaster.pid');
  const stopped = first.stop();
  while (await lstat(file).catch(() => null));
  const successor = await startPostmaster(site);
  cleanUps.push(() => stopPostmaster(site, successor, 10_000));
  await stopped;
  expect(await postmasterPid(existing)).toBe(successor.pid);
});

test('leaves the lock of a server to the process that starts it, until that has ended', async () => {
  const { site } = await locate(existing);
  const starter = spawn('sleep', ['60'], { stdio: 'ignore' });
  cleanUps.push(async () => starter.kill());
  const settings = {
    port: String(await freePort()),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    log_statement: 'all',
    cluster_name: clusterNameOf(starter.pid ?? 0),
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = spawn(site.programs.path('postgres'), ['-D', site.folder, ...options], {
    ...processOptions(site.account),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exited = once(server, 'exit');
  cleanUps.push(async () => {
    server.kill('SIGQUIT');
    await exited;
  });
  let log = '';
  server.stderr.on('data', (lines: Buffer) => {
    log += lines.toString();
  });
  await eventually(async () => (await findPostmaster(site))?.ready === true);

  const sharing = shareEmbeddedPostgres({ dataDir: existing });
  await eventually(async () => log.split('SHOW cluster_name').length > 2);
  expect(log).not.toContain('pg_advisory_lock(1)');

  starter.kill();
  const shared = await sharing;
  cleanUps.push(() => shared.stop());
  await exited;
  expect(log).toContain('pg_advisory_lock(1)');
});

test('starts despite a stale postmaster.pid with the id of an unrelated process, which it leaves alone', async () => {
  const first = await start(existing);
  const file = join(existing, 'postgres', 'postmaster.pid');
  const left = await readFile(file, 'utf8');
  await first.stop();
  const bystander = spawn('sleep', ['60'], { stdio: 'ignore' });
  cleanUps.push(async () => bystander.kill());
  await writeFile(file, left.replace(/^\d+/, String(bystander.pid)));
  const second = await start(existing);
  expect(await query(second, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  expect(bystander.exitCode ?? bystander.signalCode).toBeNull();
});

test('starts despite an empty postmaster.pid, as a power failure leaves it', async () => {
  const file = join(existing, 'postgres', 'postmaster.pid');
  await writeFile(file, '');
  const before = new Date(Date.now() - 60_000);
  await utimes(file, before, before);
  expect(await query(await start(existing), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

test('removes the partial cluster of a first start that was killed', async () => {
  const dataDir = join(await newFolder(), 'data');
  const gone = spawn('true');
  await once(gone, 'exit');
  const half = join(dataDir, `postgres-init-${gone.pid}-abcdef`, 'cluster');
  await mkdir(half, { recursive: true });
  await start(dataDir);
  await expect(lstat(half)).rejects.toThrow('ENOENT');
});

test('refuses a cluster of another major version, naming both versions and the folder', async () => {
  const file = join(existing, 'postgres', 'PG_VERSION');
  const version = await readFile(file, 'utf8');
  cleanUps.push(() => writeFile(file, version));
  await writeFile(file, '15\n');
  const message = await failure(existing);
  expect(message).toContain(`${join(existing, 'postgres')} belongs to PostgreSQL 15`);
  expect(message).toContain('PostgreSQL 18');
});

test('reports a data folder that cannot be created in one sentence', async () => {
  const file = join(await newFolder(), 'file');
  await writeFile(file, '');
  const dataDir = join(file, 'data');
  expect(await failure(dataDir)).toMatch(/^The data folder .+ cannot be created or written \(ENOTDIR.*\)\.$/);
});

test('reports the last error of a server that does not start', async () => {
  const file = join(existing, 'postgres', 'global', 'pg_control');
  cleanUps.push(() => rename(`${file}.away`, file));
  await rename(file, `${file}.away`);
  expect(await failure(existing)).toMatch(
    /^The embedded PostgreSQL did not start \(.*could not .*\); its log is .+\.$/,
  );
});

test('names the missing password file, and leaves nothing running', async () => {
  const file = join(existing, 'postgres.password');
  cleanUps.push(() => rename(`${file}.away`, file));
  await rename(file, `${file}.away`);
  expect(await failure(existing)).toContain(
    `password authentication failed for user "gatehouse"); its password is stored in ${file}`,
  );
  await expect(lstat(join(existing, 'postgres', 'postmaster.pid'))).rejects.toThrow('ENOENT');
});

test('refuses to replace a missing database in another folder by an empty one', async () => {
  const dataDir = await newFolder();
  await symlink(join(dataDir, 'gone'), join(dataDir, 'postgres'));
  expect(await failure(dataDir)).toContain('links to a folder that does not exist');
});
