import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type pg from 'pg';
import { integerKey, keyOf } from '../../src/database/node-id.js';
import fixture from '../fixtures/gatehouse-0.1.0.json' with { type: 'json' };
import { ask, refusal } from '../support/clients/client.js';
import { uploadForm } from '../support/clients/multipart.js';
import { type CommandResult, gatehouse, jsonLines } from '../support/command.js';
import {
  createEmptyDatabase,
  migratedDatabaseUrl,
  type TestDatabase,
  withClient,
} from '../support/database.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import * as op from '../support/operations.js';
import { startServer } from '../support/server.js';

const fixtures = join(import.meta.dirname, '../fixtures');
const dumpedAt = Date.parse(fixture.dumpedAt);

let database: TestDatabase;
let dataDir: string;
let gateway: TestGateway;
let sql: string;
/** Rows of each table before and after the migration. */
let before: Record<string, number>;
let after: Record<string, number>;
/** How `gatehouse migrate` ended. */
let migration: CommandResult;

beforeAll(async () => {
  database = await createEmptyDatabase();
  sql = await readFile(join(fixtures, 'gatehouse-0.1.0.sql'), 'utf8');
  await withClient(database.url, (client) => client.query(sql));
  before = await withClient(database.url, countRows);
  dataDir = await mkdtemp(join(tmpdir(), 'gatehouse-test-'));
  migration = await gatehouse(['migrate', '--json'], { DATABASE_URL: database.url, DATA_DIR: dataDir });
  after = await withClient(database.url, countRows);
  await cp(join(fixtures, 'gatehouse-0.1.0-packages'), join(dataDir, 'packages'), { recursive: true });
  const clock = {
    now: dumpedAt,
    advance(ms: number) {
      this.now += ms;
    },
  };
  const settings = { DATA_DIR: dataDir, JWT_SECRETS: fixture.jwtSecret };
  gateway = await startGateway(settings, { databaseUrl: database.url, clock });
});
afterAll(async () => {
  await gateway.close();
  await database.drop();
  await rm(dataDir, { recursive: true, force: true });
});

async function countRows(client: pg.Client): Promise<Record<string, number>> {
  const { rows } = await client.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'public' order by name`,
  );
  const counts: Record<string, number> = {};
  for (const { name } of rows) {
    const { rows: counted } = await client.query<{ rows: number }>(
      `select count(*)::int as rows from "${name}"`,
    );
    counts[name] = counted[0]?.rows ?? 0;
  }
  return counts;
}

/** Columns, indexes and constraints of all tables; the order of columns does not count. */
async function schemaOf(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ line: string }>(
    `select concat_ws(' ', table_name, column_name, data_type, collation_name, is_nullable, column_default) as line
       from information_schema.columns where table_schema = 'public'
     union all
     select indexdef from pg_indexes where schemaname = 'public'
     union all
     select concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid)) from pg_constraint
       where connamespace = 'public'::regnamespace
     order by line`,
  );
  return rows.map(({ line }) => line);
}

const query = async <T extends pg.QueryResultRow>(sql: string): Promise<T[]> =>
  (await withClient(database.url, (client) => client.query<T>(sql))).rows;

const me = async (token: string) => (await ask(gateway, op.MeDocument, {}, token)).me;

/** The session of this token, as its owner sees it. */
async function sessionOf(token: string) {
  const { sessions } = await ask(gateway, op.SessionsDocument, { first: 100 }, token);
  return sessions.edges.find(({ node }) => node.current)?.node;
}

const root = fixture.accessTokens['the GraphQL API'].token;

describe('the fixture', () => {
  test('has rows in every table', () => {
    expect(before).toMatchObject({ migrations: 5, users: expect.any(Number) });
    expect(Object.values(before)).not.toContain(0);
  });

  test.each(['$argon2id$', '$2a$', '$2b$', '$2y$', '$pbkdf2-sha1$', '$md5-salt-first$', '$md5-salt-last$'])(
    'has passwords whose hash begins with %s',
    (scheme) => {
      expect(sql).toContain(`'${scheme}`);
    },
  );
});

describe('the migration', () => {
  test('applies what is new since 0.1.0', () => {
    expect(migration).toMatchObject({ code: 0, errors: '' });
    const [{ applied } = { applied: [] }] = jsonLines(migration) as { applied: string[] }[];
    expect(after.migrations).toBe(5 + applied.length);
  });

  test('keeps every row of every other table', () => {
    // VIEWER has been built in since.
    const roles = (before.roles ?? 0) + 1;
    expect(after).toMatchObject({ ...before, roles, migrations: expect.any(Number) });
  });

  test('leads to the schema of a new database', async () => {
    expect(await withClient(database.url, schemaOf)).toEqual(
      await withClient(migratedDatabaseUrl(), schemaOf),
    );
  });
});

test('a gateway that starts on a database of 0.1.0 migrates it and serves', async () => {
  const own = await createEmptyDatabase();
  await withClient(own.url, (client) => client.query(sql));
  const settings = { DATABASE_URL: own.url, DATA_DIR: dataDir, JWT_SECRETS: fixture.jwtSecret };
  const server = startServer(settings);
  const url = await server.url();
  expect(await withClient(own.url, countRows)).toMatchObject({ migrations: after.migrations });
  for (const { login, password } of fixture.passwords) {
    const query = new URLSearchParams({ phone: login, password, device: 'test', version: '1' });
    const answer = await fetch(`${url}/sys/login-phone?${query}`, { method: 'POST' });
    expect(await answer.json()).toMatchObject({ status: 200 });
  }
  server.child.kill('SIGTERM');
  expect(await server.ended).toMatchObject({ code: 0, errors: '' });
  await own.drop();
});

describe('people', () => {
  test.each(fixture.passwords)(
    '$login logs in with a password that is stored as $scheme',
    async ({ login, password }) => {
      const url = '/sys/login-phone';
      const answer = (secret: string) =>
        gateway.post(url, { phone: login, password: secret, device: 'test', version: '1' });
      expect((await answer(`${password}?`)).json()).toMatchObject({ status: 401 });
      expect((await answer(password)).json()).toMatchObject({ status: 200 });
    },
  );

  test('a disabled account does not log in', async () => {
    const { login: phone, password } = fixture.disabled;
    expect((await gateway.post('/api/user/login', { phone, password })).json()).toMatchObject({
      message: '账号不可用',
    });
  });

  test('administrators list all of them with their roles', async () => {
    const { users } = await ask(gateway, op.UsersDocument, { first: 100 }, root);
    const stored = await query<{ id: number; roles: string[] }>(
      `select users.id, array_agg(roles.code order by roles.id) as roles from users
       join user_roles on user_id = users.id join roles on roles.id = role_id
       where created_at < '${fixture.dumpedAt}' group by users.id order by users.id`,
    );
    expect(stored).toHaveLength(before.users ?? 0);
    const listed = users.edges.map(({ node }) => ({
      id: integerKey(keyOf('user', node.id)),
      roles: node.roles.map(({ code }) => code).sort(),
    }));
    for (const { id, roles } of stored) expect(listed).toContainEqual({ id, roles: roles.sort() });
  });

  test('the data of an employee is still shown', async () => {
    const login = { phone: 'wang.wei', password: 'wei wang 1988', device: 'test', version: '1' };
    expect((await gateway.post('/sys/login-phone', login)).json()).toMatchObject({
      data: { loginUser: { jobNumber: 'GH-0417', deptName: '设备运维部', positionId: 207, city: '济南' } },
    });
  });

  test('a new account gets an id that nobody had', async () => {
    const input = { username: 'newcomer', password: 'after the upgrade' };
    const { register } = await ask(gateway, op.RegisterDocument, { input });
    const [{ latest } = { latest: 0 }] = await query<{ latest: number }>(
      `select max(id) as latest from users where created_at < '${fixture.dumpedAt}'`,
    );
    expect(integerKey(keyOf('user', register.user.id))).toBeGreaterThan(latest);
  });
});

describe('sessions', () => {
  test.each(Object.entries(fixture.accessTokens))(
    'an access token of %s is good',
    async (_of, { user, door, capped, token }) => {
      expect(await me(token)).toMatchObject({ username: user });
      expect(await sessionOf(token)).toMatchObject({ api: door.toUpperCase(), restricted: capped });
    },
  );

  test.each(Object.entries(fixture.deadTokens))(
    'an access token that %s is refused',
    async (_state, token) => {
      expect(await refusal(gateway, op.MeDocument, {}, token)).toBe('UNAUTHENTICATED');
    },
  );

  test.each(Object.entries(fixture.refreshTokens))(
    'a refresh token of %s gives new tokens',
    async (_of, { user, door, token }) => {
      const { refreshSession } = await ask(gateway, op.RefreshSessionDocument, {
        input: { refreshToken: token },
      });
      expect(refreshSession).toMatchObject({
        session: { api: door.toUpperCase() },
        user: { username: user },
      });
      expect(await me(refreshSession.accessToken)).toMatchObject({ username: user });
      expect(refreshSession.refreshToken).not.toBe(token);
    },
  );

  test('a refresh token that was used before ends its session', async () => {
    const { token, next, user } = fixture.spentRefreshToken;
    expect(await me(next)).toMatchObject({ username: user });
    expect(await refusal(gateway, op.RefreshSessionDocument, { input: { refreshToken: token } })).toBe(
      'UNAUTHENTICATED',
    );
    expect(await refusal(gateway, op.MeDocument, {}, next)).toBe('UNAUTHENTICATED');
  });
});

describe('captchas', () => {
  test('an image is answered at the console', async () => {
    const { deviceId, answer } = fixture.captchas.image;
    const login = { username: 'max', password: 'max and moritz', captcha: answer, deviceId };
    expect((await gateway.post('/login/account', login)).json()).toMatchObject({ success: true });
  });

  test('a code that was sent by SMS logs in on the device that asked for it', async () => {
    const { mobile, deviceId, code: captcha } = fixture.captchas.sms;
    const { loginWithPhone } = await ask(gateway, op.LoginWithPhoneDocument, {
      input: { phone: mobile, deviceId, captcha },
    });
    expect(loginWithPhone.user).toMatchObject({ phone: mobile, name: '陈静' });
  });

  test('a code that was sent by SMS opens an account at the upgrade API', async () => {
    const { mobile: account, code } = fixture.captchas.smsWithoutDevice;
    expect((await gateway.post('/api/user/verifyCode', { account, code })).json()).toMatchObject({
      meta: { msg: '登录成功！' },
    });
  });

  test.each([fixture.captchas.scan, fixture.captchas.scanCapped])(
    'a scan that $user approved logs in on the device that shows it',
    async ({ deviceId, ticket, user, capped }) => {
      const { loginWithScan } = await ask(gateway, op.LoginWithScanDocument, { input: { ticket, deviceId } });
      expect(loginWithScan.user).toMatchObject({ username: user });
      expect(await sessionOf(loginWithScan.accessToken)).toMatchObject({ restricted: capped });
    },
  );
});

describe('devices', () => {
  test('administrators read them with their history', async () => {
    const { devices } = await ask(gateway, op.DevicesDocument, { first: 100 }, root);
    expect(devices.edges).toHaveLength(before.devices ?? 0);
    const times = { from: new Date(dumpedAt - 7 * 86_400_000).toISOString(), to: fixture.dumpedAt };
    const histories = await Promise.all(
      devices.edges.map(({ node: { id } }) =>
        ask(gateway, op.DeviceHistoryDocument, { id, ...times, first: 100 }, root),
      ),
    );
    const events = histories.flatMap(({ device }) => device?.history.edges.map(({ node }) => node) ?? []);
    expect(events).toHaveLength(before.presence_events ?? 0);
    expect(new Set(events.map(({ reason }) => reason))).toEqual(
      new Set([null, 'TIMEOUT', 'LOGOUT', 'REVOKED', 'AUTH_EXPIRED']),
    );
  });

  test('the ones that were online are still online', async () => {
    const stored = await query<{ id: number }>('select id from devices where online order by id');
    expect(stored).not.toEqual([]);
    const { presenceSummary } = await ask(gateway, op.PresenceSummaryDocument, {}, root);
    expect(presenceSummary).toMatchObject({ total: before.devices, online: stored.length });
  });

  test('a device that beats again is still the same device', async () => {
    const beat = { clientVersion: '1112345', deviceId: 'truck-07' };
    const { token } = fixture.accessTokens['the upgrade API'];
    const [truck] = await query<{ id: number }>(`select id from devices where client_id = 'truck-07'`);
    const { heartbeat } = await ask(gateway, op.HeartbeatDocument, { input: beat }, token);
    expect(heartbeat).toMatchObject({ latestRelease: null });
    expect(gateway.services.heartbeats.isOnline(truck?.id ?? 0)).toBe(true);
  });
});

describe('releases', () => {
  const released = async () => (await ask(gateway, op.ReleasesDocument, { first: 100 }, root)).releases.edges;
  const download = (url: string) => gateway.app.inject({ url: new URL(url).pathname });

  test('they are listed by channel, the newest version first', async () => {
    const edges = await released();
    expect(edges.map(({ node }) => `${node.channel} ${node.version}`)).toEqual([
      'beta 1.10.0',
      'beta 1.10.0-rc.1',
      'beta 1.9.2+build.5',
      'stable 1112345',
      'stable 1112344',
      'stable 1112343',
      'stable 1112342',
    ]);
  });

  test('every package can be downloaded, except the one that was withdrawn', async () => {
    const edges = await released();
    expect(edges).toHaveLength(before.releases ?? 0);
    for (const { node } of edges) {
      const { statusCode, rawPayload } = await download(node.url);
      expect([node.version, statusCode]).toEqual([node.version, node.withdrawnAt ? 410 : 200]);
      if (statusCode === 200) expect(createHash('sha256').update(rawPayload).digest('hex')).toBe(node.sha256);
    }
    expect(edges.filter(({ node }) => node.withdrawnAt).map(({ node }) => node.version)).toEqual(['1112344']);
  });

  test('the release of an erased publisher has no uploader', async () => {
    const uploaders = (await released()).map(({ node }) => [node.version, node.uploaderName]);
    expect(Object.fromEntries(uploaders)).toMatchObject({ 1112342: 'Pia', 1112343: null });
  });

  test('devices are offered the newest version', async () => {
    const answer = (await gateway.post('/api/upgrade/checkVersion')).json();
    expect(answer).toMatchObject({ meta: { status: 200 } });
    expect(JSON.stringify(answer)).toContain('1112345');
  });

  test('a publisher publishes the next version', async () => {
    const form = uploadForm([
      ['version', '1112346'],
      ['file', { fileName: 'websocket.html', content: '<h1>1112346</h1>' }],
    ]);
    const authorization = fixture.accessTokens['the console API'].token;
    const response = await gateway.app.inject({
      method: 'POST',
      url: '/api/upgrade/upload',
      ...form,
      headers: { ...form.headers, authorization },
    });
    expect(response.json()).toMatchObject({ data: { path: '/dist/websocket-1112346.html' } });
  });
});

test('the audit log still shows every entry', async () => {
  const nodes: { id: string; action: string; target: string | null }[] = [];
  for (let after: string | null = null; ; ) {
    const { auditLog }: op.AuditLogQuery = await ask(
      gateway,
      op.AuditLogDocument,
      { first: 100, after },
      root,
    );
    nodes.push(...auditLog.edges.map(({ node }) => node));
    if (!auditLog.pageInfo.hasNextPage) break;
    after = auditLog.pageInfo.endCursor ?? null;
  }
  const stored = await query<{ id: number; action: string }>(
    `select id, action from audit_entries where at < '${fixture.dumpedAt}' order by id desc`,
  );
  expect(stored).toHaveLength(before.audit_entries ?? 0);
  const shown = nodes.slice(-stored.length);
  expect(shown.map(({ id, action }) => [id, action])).toEqual(
    stored.map(({ id, action }) => [`auditEntry_${id}`, action.toUpperCase().replace(/[.-]/g, '_')]),
  );
  for (const { target } of shown) expect(target ?? 'user_1').toMatch(/^(user_(\d+|erased)|release_\d+)$/);
});
