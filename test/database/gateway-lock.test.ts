import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { openDatabase } from '../../src/database/database.js';
import { lockGateway } from '../../src/database/gateway-lock.js';
import { entities } from '../../src/entities.js';
import { createMigratedDatabase, type TestDatabase, withClient } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { describeWithPgbouncer, startPgbouncer } from '../support/infrastructure/pgbouncer.js';
import { startTcpProxy } from '../support/infrastructure/tcp-proxy.js';
import { openFolder, startServer, stopServers } from '../support/server.js';

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

test('refuses a second gateway on one database after 30 seconds, a node of a fleet too, and keeps the first', async () => {
  const first = startOn(database.url);
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
  const second = await startOn(database.url).ended;
  await refusedNode;
  await db.close(true);
  expect(performance.now() - started).toBeGreaterThan(30_000);
  expect(second).toEqual({
    code: 1,
    output: '',
    errors: expect.stringMatching(/^Another gateway is running on this database: [^\n]+\.$/),
  });
  expect((await fetch(`${url}/health/ready`)).status).toBe(200);
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

test('reports a database that accepts no changes, and serves what needs none', async () => {
  const gateway = startOn(database.url);
  const url = await gateway.url();
  const name = new URL(database.url).pathname.slice(1);
  const setReadOnly = (value: string) =>
    withClient(database.url, async (client) => {
      await client.query('set default_transaction_read_only = off');
      await client.query(`alter database ${name} set default_transaction_read_only = ${value}`);
      // It applies to new connections.
      await client.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = '${name}'`,
      );
    });
  const readiness = async (): Promise<{ status: string; problems?: object[] }> => {
    const response = await fetch(`${url}/health/ready`);
    return JSON.parse(await response.text());
  };
  await setReadOnly('on');
  const problem = {
    component: 'DATABASE',
    reason: 'The database accepts no changes.',
    since: expect.any(String),
  };
  await eventually(async () => (await readiness()).problems?.length === 1);
  expect(await readiness()).toEqual({ status: 'degraded', problems: [problem] });
  const login = { username: 'nobody', password: 'whatever', phone: '13800000000', device: 'd', version: '1' };
  const response = await fetch(`${url}/sys/login-phone`, {
    method: 'POST',
    body: new URLSearchParams(login),
  });
  expect(await response.json()).toMatchObject({ status: 400, msg: '服务繁忙，请稍后再试' });
  expect((await fetch(`${url}/dist/app.zip`)).status).toBe(404);
  await setReadOnly('off');
  await eventually(async () => (await readiness()).status === 'ok');
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

test('says that a database hangs within two seconds, fails requests, and recovers by itself', async () => {
  const { host } = new URL(database.url);
  const proxy = await startTcpProxy(host);
  const url = new URL(database.url);
  url.host = proxy.host;
  const gateway = await startOn(url.href).url();
  const post = async (path: string, body: object) => {
    const response = await fetch(`${gateway}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer unknown' },
      body: JSON.stringify(body),
    });
    const retryAfter = response.headers.get('retry-after');
    return { status: response.status, retryAfter, body: await response.json() };
  };
  const credentials = { username: 'nobody', password: 'whatever', phone: '13800000000', account: 'nobody' };
  const ask = async () => {
    const answers = await Promise.all([
      post('/graphql', { query: '{ me { id } }' }),
      post('/api/background_login', { ...credentials, passwd: 'whatever' }),
      post('/login/account', { ...credentials, deviceId: 'd', captcha: '1234' }),
      post('/sys/login-phone', { ...credentials, device: 'd', version: '1' }),
      post('/api/heart/check', {}),
      post('/api/user/login', credentials),
      fetch(`${gateway}/dist/app.zip`).then(({ status }) => ({ status })),
      post('/graphql', [{ query: '{ me { id } }' }, { query: '{ __typename }' }]),
      fetch(`${gateway}/graphql?query={me{id}}`, { headers: { userToken: 'unknown' } }),
    ]);
    const [graphql, uims, console, bms, upgrade, teacher, downloads, batch, get] = answers;
    return { graphql, uims, console, bms, upgrade, teacher, downloads, batch, get: { status: get.status } };
  };
  await ask();

  proxy.stall();
  const stalledAt = performance.now();
  const waiting = ask();
  await eventually(async () => (await fetch(`${gateway}/health/ready`)).status === 503);
  expect(performance.now() - stalledAt).toBeLessThan(2000);
  expect((await fetch(`${gateway}/health/live`)).status).toBe(200);
  const answers = await waiting;
  expect(performance.now() - stalledAt).toBeLessThan(10_000);
  const msg = '服务繁忙，请稍后再试';
  const unavailable = {
    status: 503,
    retryAfter: '1',
    body: { errors: [{ extensions: { code: 'UNAVAILABLE', retryAfter: 1 } }] },
  };
  expect(answers).toMatchObject({
    graphql: unavailable,
    batch: unavailable,
    get: { status: 503 },
    uims: { status: 200, body: { code: 1, message: msg, body: null } },
    console: { status: 200, body: { code: 400, msg, data: null, success: false } },
    bms: { status: 200, body: { status: 400, msg, data: null, ok: false } },
    upgrade: { status: 500, body: { data: null, meta: { msg, status: 500 } } },
    teacher: { status: 200, body: { code: 200014, message: '系统错误' } },
    downloads: { status: 503 },
  });

  proxy.resume();
  await eventually(async () => (await fetch(`${gateway}/health/ready`)).status === 200);
  expect(await ask()).toMatchObject({
    graphql: { body: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] } },
    uims: { body: { message: '账号错误' } },
    downloads: { status: 404 },
  });
  await proxy.close();
});
