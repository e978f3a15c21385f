import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import pg from 'pg';
import { gatehouse, jsonLines } from '../support/command.js';
import { createEmptyDatabase, type TestDatabase, withClient } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { openFolder, startServer, stopServers } from '../support/server.js';

/** A gateway must end within this time while nothing is in progress; see docs/operations.md. */
const STOP_MS = 10_000;
/** The migrations of 0.1.0. */
const BEFORE = 5;

let folder: string;
let dump: string;
let database: TestDatabase;
let env: Record<string, string>;
/** Holds a lock that migrations wait for. */
let holder: pg.Client;

beforeAll(async () => {
  folder = await openFolder();
  dump = await readFile(join(import.meta.dirname, '../fixtures/gatehouse-0.1.0.sql'), 'utf8');
});
beforeEach(async () => {
  database = await createEmptyDatabase();
  await withClient(database.url, (client) => client.query(dump));
  env = { DATABASE_URL: database.url, DATA_DIR: join(folder, 'data') };
  holder = new pg.Client(database.url);
  await holder.connect();
  await holder.query('begin; lock table devices in access exclusive mode');
});
afterEach(async () => {
  await holder.end();
  await stopServers();
  await database.drop();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const migrations = () =>
  withClient(database.url, async (client) => (await client.query('select from migrations')).rowCount);

/** Waits until so many other connections wait for a lock. */
const waiting = (count: number) =>
  eventually(async () => {
    const { rowCount } = await holder.query('select from pg_locks where not granted');
    return rowCount === count;
  });

test('a migration that is stopped or killed changes nothing, and the next start migrates', async () => {
  const stopped = startServer(env);
  await waiting(1);
  const signalledAt = performance.now();
  stopped.child.kill('SIGTERM');
  expect(await stopped.ended).toMatchObject({ code: 0, errors: '' });
  expect(performance.now() - signalledAt).toBeLessThan(STOP_MS);
  await waiting(0);

  const killed = startServer(env);
  await waiting(1);
  killed.child.kill('SIGKILL');
  await killed.ended;
  await waiting(0);
  expect(await migrations()).toBe(BEFORE);

  await holder.query('rollback');
  await startServer(env).ready();
  expect(await migrations()).toBeGreaterThan(BEFORE);
});

test('a migrate command that waits for a lock can be interrupted', async () => {
  const command = startServer(env, ['dist/server/cli.js', 'migrate']);
  await waiting(1);
  command.child.kill('SIGINT');
  expect(await command.ended).toEqual({ code: 130, output: '', errors: '' });
  await waiting(0);
});

test('of two processes that migrate at once, one migrates and the other waits', async () => {
  const commands = [1, 2].map(() => gatehouse(['migrate', '--json'], env));
  // One for the table, and the other for its turn.
  await waiting(2);
  await holder.query('rollback');
  const ended = await Promise.all(commands);
  expect(ended).toEqual([1, 2].map(() => ({ code: 0, output: expect.any(String), errors: '' })));
  const applied = ended.flatMap((result) => jsonLines(result) as { applied: string[] }[]);
  const counts = applied.map((result) => result.applied.length).toSorted((a, b) => a - b);
  expect(counts).toEqual([0, ((await migrations()) ?? 0) - BEFORE]);
});
