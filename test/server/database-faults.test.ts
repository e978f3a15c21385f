import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { print } from 'graphql';
import { post } from '../nodes/support/fleet-api.js';
import { type RestartablePostgres, startRestartablePostgres } from '../nodes/support/restartable-postgres.js';
import { uploadForm } from '../support/clients/multipart.js';
import { RawLive } from '../support/clients/raw-live.js';
import { withClient } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { startTcpProxy, type TcpProxy } from '../support/infrastructure/tcp-proxy.js';
import * as op from '../support/operations.js';
import { openFolder, type Server, startServer, stopServers } from '../support/server.js';

const ADMINISTRATOR = { username: 'root', password: 'correct horse' };
const STATUS = 'subscription { deviceStatus { kind device { clientId } } }';
/** The gateway notices within two seconds, plus time on a busy machine. */
const SOON_MS = 8000;
/** How often all connections end, and the time in between. */
const CUTS = 8;
const CUT_MS = 100;

let folder: string;
let postgres: RestartablePostgres;
let proxy: TcpProxy;
let server: Server;
let host: string;
let token: string;
let live: RawLive;
let uploads = 0;

beforeAll(async () => {
  folder = await openFolder();
  postgres = await startRestartablePostgres();
  proxy = await startTcpProxy(new URL(postgres.url).host);
  const url = new URL(postgres.url);
  url.host = proxy.host;
  server = startServer({
    DATA_DIR: join(folder, 'data'),
    DATABASE_URL: url.href,
    ADMIN_ACCOUNT: ADMINISTRATOR.username,
    ADMIN_PASSWORD: ADMINISTRATOR.password,
    REGISTRATIONS_PER_ADDRESS: '1000',
  });
  host = (await server.url()).replace('http://', '');
  const signedIn = await graphql(op.LoginDocument, { input: ADMINISTRATOR });
  token = signedIn.body.data.login.accessToken;
  live = await RawLive.open(host, token);
  live.subscribe('status', STATUS);
  await live.message();
  expect((await requests.upload()).status).toBe(200);
  expect((await knownBeat()).status).toBe(201);
});
afterAll(async () => {
  await stopServers();
  await proxy.close();
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
});

const graphql = (document: Parameters<typeof print>[0], variables: object, headers = {}) =>
  post(host, '/graphql', { query: print(document), variables }, headers);

const beat = (authorization: string, device: string) =>
  post(host, '/api/heart/check', {}, { authorization, 'x-device-id': device });

/** A heartbeat of a device that is in memory. */
const knownBeat = () => beat(token, 'known');

/** Lets a device beat, and changes its account afterwards. @returns its next heartbeat. */
async function changedBeat(): Promise<() => ReturnType<typeof beat>> {
  const account = { phone: '13900000009', password: '123456' };
  await post(host, '/api/user/register', account);
  const signIn = async () => (await post(host, '/api/user/login', account)).body.data.userToken;
  const [first, second] = [await signIn(), await signIn()];
  expect((await beat(first, 'changed')).status).toBe(201);
  await graphql(op.LogoutDocument, { input: {} }, { authorization: second });
  return () => beat(first, 'changed');
}

async function get(path: string) {
  const response = await fetch(`http://${host}${path}`);
  await response.arrayBuffer();
  return { status: response.status };
}

function upload() {
  uploads += 1;
  return uploadVersion(String(uploads));
}

async function uploadVersion(version: string) {
  const { payload, headers } = uploadForm([
    ['version', version],
    ['file', { fileName: 'app.zip', content: `version ${version}` }],
  ]);
  const response = await fetch(`http://${host}/api/upgrade/upload`, {
    method: 'POST',
    headers: { ...headers, authorization: token },
    body: payload,
  });
  return { status: response.status, body: JSON.parse(await response.text()) };
}

/** One request that changes something, and one that reads, where an API has both. */
const requests = {
  graphql: () => graphql(op.LoginDocument, { input: ADMINISTRATOR }),
  uims: () => post(host, '/api/background_login', { account: 'root', passwd: 'correct horse' }),
  console: () => post(host, '/validate/code/', { deviceId: 'd', type: 'image' }),
  bms: () => post(host, '/sys/login-phone', { ...ADMINISTRATOR, device: 'd', version: '1' }),
  code: () => post(host, '/api/user/sendCode', { account: '13800000000' }),
  upload,
  newBeat: () => beat(token, `new ${uploads}`),
  teacher: () => post(host, '/api/user/login', { phone: 'root', password: 'correct horse' }),
};
const reads = {
  version: () => post(host, '/api/upgrade/checkVersion', {}),
  download: () => get('/dist/app-1.zip'),
};

const msg = '服务繁忙，请稍后再试';
const upgrade = { status: 500, body: { data: null, meta: { msg, status: 500 } } };
/** The documented failure of each API. */
const unavailable = {
  graphql: { status: 200, body: { errors: [{ extensions: { code: 'UNAVAILABLE' } }] } },
  uims: { status: 200, body: { code: 1, message: msg, body: null } },
  console: { status: 200, body: { code: 400, msg, data: null, success: false } },
  bms: { status: 200, body: { status: 400, msg, data: null, ok: false } },
  code: upgrade,
  upload: upgrade,
  newBeat: upgrade,
  teacher: { status: 200, body: { code: 200014, message: '系统错误' } },
};
const unreadable = { version: upgrade, download: { status: 503 } };

async function answers<K extends string>(asked: Readonly<Record<K, () => Promise<unknown>>>) {
  const names = Object.keys(asked) as K[];
  const received = await Promise.all(names.map((name) => asked[name]()));
  return Object.fromEntries(names.map((name, index) => [name, received[index]]));
}

const readiness = async () => (await fetch(`http://${host}/health/ready`)).status;

async function recovered(): Promise<void> {
  await eventually(async () => (await readiness()) === 200);
  await eventually(async () => (await requests.teacher()).body.code === 0);
}

/** States of the database, each with what brings it about, and what ends it. */
const states: Record<string, { begin(): Promise<unknown>; end(): Promise<unknown> }> = {
  'has stopped': { begin: () => postgres.pause(), end: () => postgres.resume() },
  'refuses connections': {
    begin: async () => proxy.disconnect(),
    end: async () => proxy.reconnect(),
  },
  hangs: {
    async begin() {
      proxy.stall();
      await eventually(async () => (await readiness()) === 503);
    },
    end: async () => proxy.resume(),
  },
};

describe.each(Object.entries(states))('a database that %s', (_name, { begin, end }) => {
  test('fails each request in the form of its API, but no heartbeat of a known device', async () => {
    const asked = { ...requests, ...reads, changedBeat: await changedBeat() };
    await begin();
    const begunAt = performance.now();
    expect(await answers(asked)).toMatchObject({ ...unavailable, ...unreadable, changedBeat: upgrade });
    expect(await knownBeat()).toMatchObject({ status: 201 });
    expect(await readiness()).toBe(503);
    expect((await get('/health/live')).status).toBe(200);
    expect((await get('/')).status).toBe(200);
    expect((await get('/reference')).status).toBe(200);
    expect(performance.now() - begunAt).toBeLessThan(SOON_MS);
    await end();
    await recovered();
  });
});

/** As the operator of the database, whom no setting stops. */
const administer = (...statements: string[]) =>
  withClient(postgres.url, async (client) => {
    for (const statement of ['set default_transaction_read_only = off', ...statements])
      await client.query(statement);
  });

test('a database that accepts no changes fails only what needs them, and degrades health', async () => {
  await administer('alter system set default_transaction_read_only = on', 'select pg_reload_conf()');
  const health = async () => JSON.parse(await (await fetch(`http://${host}/health/ready`)).text());
  const problem = {
    component: 'DATABASE',
    reason: 'The database accepts no changes.',
    since: expect.any(String),
  };
  await eventually(async () => (await health()).status === 'degraded');
  expect(await health()).toEqual({ status: 'degraded', problems: [problem] });
  expect(await answers(requests)).toMatchObject(unavailable);
  expect(await answers(reads)).toMatchObject({ version: { status: 200 }, download: { status: 200 } });
  expect(await knownBeat()).toMatchObject({ status: 201 });
  await administer('alter system reset default_transaction_read_only', 'select pg_reload_conf()');
  await recovered();
  await eventually(async () => (await health()).status === 'ok');
});

/** Changes whose answer is lost, by the failure of a repetition: each is done once, or not at all. */
const changes = {
  register: {
    run: () => post(host, '/api/user/register', { phone: '13900000001', password: '123456' }),
    lost: unavailable.teacher,
    repeated: { body: { code: 200004 } },
  },
  upload: {
    run: () => uploadVersion('1000'),
    lost: upgrade,
    repeated: { status: 400, body: { meta: { msg: '版本号已存在' } } },
  },
};

test.each(Object.entries(changes))(
  'an answer to a commit that is lost leaves a whole change: %s',
  async (...[, change]) => {
    proxy.breakAfter('commit');
    expect(await change.run()).toMatchObject(change.lost);
    await recovered();
    expect(await change.run()).toMatchObject(change.repeated);
  },
);

/** Ends all connections of the gateway, several times. */
async function cutAgainAndAgain(): Promise<void> {
  for (let cut = 0; cut < CUTS; cut++) {
    await administer(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where pid <> pg_backend_pid() and application_name = 'gatehouse'`,
    );
    await setTimeout(CUT_MS);
  }
}

test('connections that end again and again neither double nor halve a change', async () => {
  const phones = Array.from({ length: 8 }, (_, index) => `1370000${1000 + index}`);
  const versions = Array.from({ length: 3 }, (_, index) => String(2000 + index));
  const cutting = cutAgainAndAgain();
  const register = (phone: string) => post(host, '/api/user/register', { phone, password: '123456' });
  await Promise.all([
    ...phones.map((phone) => eventually(async () => [0, 200004].includes((await register(phone)).body.code))),
    ...versions.map((version) =>
      eventually(async () => {
        const { status, body } = await uploadVersion(version);
        return status === 200 || body.meta.msg === '版本号已存在';
      }),
    ),
  ]);
  await cutting;
  await recovered();
  const counts = await withClient(postgres.url, async (client) => {
    const { rows } = await client.query(
      `select
         (select count(*)::int from users where phone like '%1370000%') as users,
         (select count(*)::int from releases where version like '200%') as releases,
         (select count(*)::int from release_events join releases on releases.id = release_id where version like '200%') as events`,
    );
    return rows[0];
  });
  expect(counts).toEqual({ users: phones.length, releases: versions.length, events: versions.length });
  for (const version of versions) expect((await get(`/dist/app-${version}.zip`)).status).toBe(200);
  expect(await readdir(join(folder, 'data', 'uploads'))).toEqual([]);
});

test('subscribers have stayed connected all the time', async () => {
  await beat(token, 'after all faults');
  for (;;) {
    const { payload } = (await live.message()) as {
      payload: { data: { deviceStatus: { device: { clientId: string } | null } } };
    };
    if (payload.data.deviceStatus.device?.clientId === 'after all faults') break;
  }
  expect(server.child.exitCode).toBeNull();
});
