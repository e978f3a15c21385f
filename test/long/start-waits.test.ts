import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openDatabase } from '../../src/database/database.js';
import { startEmbeddedPostgres } from '../../src/database/embedded-postgres/embedded-postgres.js';
import { shareEmbeddedPostgres } from '../../src/database/embedded-postgres/sharing.js';
import { lockGateway } from '../../src/database/gateway-lock/gateway-lock.js';
import { entities } from '../../src/entities.js';
import { createMigratedDatabase, withClient } from '../support/database.js';
import { openFolder, startServer, stopServers } from '../support/server.js';

let folder: string;
beforeAll(async () => {
  folder = await openFolder();
});
afterAll(async () => {
  await stopServers();
  await rm(folder, { recursive: true, force: true });
});

test('a start fails with a sentence if its database does not answer for 30 seconds', async () => {
  const env = { DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none', DATA_DIR: join(folder, 'none') };
  const { code, errors } = await startServer(env).ended;
  expect({ code, errors }).toEqual({ code: 1, errors: expect.stringMatching(/^[A-Z][^\n]+\.$/) });
});

test('an embedded database is not started while a command runs on it for more than 30 seconds', async () => {
  const dataDir = join(folder, 'shared');
  await (await startEmbeddedPostgres({ dataDir })).stop();
  const command = await shareEmbeddedPostgres({ dataDir });
  await expect(startEmbeddedPostgres({ dataDir })).rejects.toThrow(
    /^A command is running on the data folder .+: start the gateway when it has ended\.$/,
  );
  const { rows } = await withClient(command.url, (client) => client.query('SELECT 1 AS one'));
  expect(rows).toEqual([{ one: 1 }]);
  await command.stop();
});

test('refuses a second gateway on one database after 30 seconds, a node of a fleet too, and keeps the first', async () => {
  const database = await createMigratedDatabase();
  const start = (name: string) => startServer({ DATABASE_URL: database.url, DATA_DIR: join(folder, name) });
  const first = start('first');
  const url = await first.url();
  const started = performance.now();
  const db = await openDatabase(database.url, entities);
  const { signal } = new AbortController();
  const node = lockGateway(database.url, db, {
    isShared: true,
    signal,
    onChange() {},
    onEnd() {},
  });
  const refusedNode = expect(node).rejects.toThrow(
    /^A gateway without REDIS_URL is running on this database: [^\n]+\.$/,
  );
  const second = await start('second').ended;
  await refusedNode;
  await db.close(true);
  expect(performance.now() - started).toBeGreaterThan(30_000);
  expect(second).toEqual({
    code: 1,
    output: '',
    errors: expect.stringMatching(/^Another gateway is running on this database: [^\n]+\.$/),
  });
  expect((await fetch(`${url}/health/ready`)).status).toBe(200);
  await stopServers();
  await database.drop();
});
