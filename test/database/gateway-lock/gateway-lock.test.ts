import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { openDatabase } from '../../../src/database/database.js';
import { lockGateway } from '../../../src/database/gateway-lock/gateway-lock.js';
import { entities } from '../../../src/entities.js';
import { createMigratedDatabase, type TestDatabase, withClient } from '../../support/database.js';
import { eventually } from '../../support/eventually.js';
import { describeWithPgbouncer, startPgbouncer } from '../../support/infrastructure/pgbouncer.js';
import { startTcpProxy } from '../../support/infrastructure/tcp-proxy.js';
import { openFolder, startServer, stopServers } from '../../support/server.js';

let folder: string;
let database: TestDatabase;
beforeAll(async () => {
  folder = await openFolder();
});
beforeEach(async () => {
  database = await createMigratedDatabase();
});
afterEach(async () => {
  await stopServers();
  await database.drop();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let folders = 0;
const startOn = (url: string, env: Record<string, string> = {}) => {
  folders += 1;
  return startServer({ DATABASE_URL: url, DATA_DIR: join(folder, String(folders)), ...env });
};

/** The backends that hold the lock. */
const holders = (url: string) =>
  withClient(url, async (client) => {
    const { rows } = await client.query<{ pid: number }>(
      `select pid from pg_locks where locktype = 'advisory' and objid = 7284112 and granted
         and database = (select oid from pg_database where datname = current_database())`,
    );
    return rows.map(({ pid }) => pid);
  });

test('waits for the previous gateway to end, and can be stopped meanwhile', async () => {
  const first = startOn(database.url);
  await first.ready();
  const impatient = startOn(database.url);
  const second = startOn(database.url);
  const waiting = () =>
    withClient(database.url, async (client) => {
      const { rows } = await client.query<{ count: number }>(
        `select count(*)::int from pg_stat_activity where query like 'select pg_try_advisory_lock%'`,
      );
      return rows[0]?.count;
    });
  await eventually(async () => (await waiting()) === 2);
  impatient.child.kill('SIGTERM');
  expect(await impatient.ended).toEqual({ code: 0, output: '', errors: '' });
  first.child.kill('SIGTERM');
  expect((await first.ended).code).toBe(0);
  await second.ready();
});

/** Ends the connection of the gateway that holds the lock. */
async function endHolder(): Promise<void> {
  const [holder] = await holders(database.url);
  await withClient(database.url, (client) => client.query('select pg_terminate_backend($1)', [holder]));
}

test('takes its lock again when its connection ends', async () => {
  const gateway = startOn(database.url);
  const url = await gateway.url();
  const [first] = await holders(database.url);
  await endHolder();
  await eventually(async () => {
    const [next] = await holders(database.url);
    return next !== undefined && next !== first;
  });
  expect((await fetch(`${url}/health/ready`)).status).toBe(200);
});

test('ends with a sentence when another gateway has started while it did not hold its lock', async () => {
  const gateway = startOn(database.url);
  await gateway.ready();
  await withClient(database.url, (client) => client.query('update fleet set starts = starts + 1'));
  await endHolder();
  const { code, errors } = await gateway.ended;
  expect({ code, last: errors.split('\n').at(-1) }).toEqual({
    code: 1,
    last: expect.stringMatching(/^The gateway no longer holds the lock on its database \(.+\): .*\.$/),
  });
});

test('a node of a fleet takes its lock again when its connection ends', async () => {
  const db = await openDatabase(database.url, entities);
  const ends: string[] = [];
  const { signal } = new AbortController();
  const options = {
    isShared: true,
    signal,
    onChange() {},
    onEnd: (sentence: string) => void ends.push(sentence),
  };
  const lock = await lockGateway(database.url, db, options);
  const [holder] = await holders(database.url);
  await endHolder();
  await eventually(async () => {
    const [next] = await holders(database.url);
    return next !== undefined && next !== holder;
  });
  await lock.release();
  expect(await holders(database.url)).toEqual([]);
  expect(ends).toEqual([]);
  await db.close(true);
});

test('waits for a database that starts at the same time', async () => {
  const { host } = new URL(database.url);
  const proxy = await startTcpProxy(host);
  const url = new URL(database.url);
  url.host = proxy.host;
  proxy.disconnect();
  const gateway = startOn(url.href);
  const [line] = await once(gateway.child.stdout ?? gateway.child, 'data');
  expect(String(line)).toMatch(
    /^The database does not answer \(.+\): the gateway waits up to 30 seconds for it\.\n$/,
  );
  proxy.reconnect();
  await gateway.ready();
  gateway.child.kill('SIGTERM');
  await gateway.ended;
  await proxy.close();
});

test('refuses a DATABASE_DIRECT_URL of another database, whose lock would exclude no other gateway', async () => {
  const other = await createMigratedDatabase();
  const { code, errors } = await startOn(database.url, { DATABASE_DIRECT_URL: other.url }).ended;
  await other.drop();
  expect({ code, errors }).toEqual({
    code: 1,
    errors: expect.stringMatching(/ DATABASE_DIRECT_URL must name the database of DATABASE_URL\.$/),
  });
});

describeWithPgbouncer('behind PgBouncer', () => {
  test('refuses transaction mode, and asks for DATABASE_DIRECT_URL', async () => {
    const pooler = await startPgbouncer(database.url, 'transaction');
    const { code, errors } = await startOn(pooler.url).ended;
    expect({ code, errors }).toEqual({
      code: 1,
      errors: expect.stringMatching(
        /^The connections of DATABASE_URL change .* set DATABASE_DIRECT_URL .*\.$/,
      ),
    });
    const gateway = startOn(pooler.url, { DATABASE_DIRECT_URL: database.url });
    await gateway.ready();
    gateway.child.kill('SIGTERM');
    expect((await gateway.ended).code).toBe(0);
    await pooler.close();
  });

  test('holds the lock in session mode', async () => {
    const pooler = await startPgbouncer(database.url, 'session');
    const gateway = startOn(pooler.url);
    await gateway.ready();
    expect(await holders(database.url)).toHaveLength(1);
    gateway.child.kill('SIGTERM');
    expect((await gateway.ended).code).toBe(0);
    await pooler.close();
  });
});
