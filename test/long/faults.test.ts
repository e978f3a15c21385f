import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { post } from '../nodes/support/fleet-api.js';
import { type RestartablePostgres, startRestartablePostgres } from '../nodes/support/restartable-postgres.js';
import { pick } from '../nodes/support/scenarios.js';
import { withClient } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { startTcpProxy, type TcpProxy } from '../support/infrastructure/tcp-proxy.js';
import { randomFrom } from '../support/random.js';
import { openFolder, type Server, startServer, stopServers } from '../support/server.js';

const FAULTS = 60;
const seed = Number(process.env.GATEHOUSE_TEST_SEED ?? 1);
/** How long a fault lasts at most. */
const MAX_FAULT_MS = 4000;
const CLIENTS = 6;
/** The memory that the gateway may take, far above what it takes without faults. */
const MAX_MEMORY_MB = 600;

let folder: string;
let postgres: RestartablePostgres;
beforeEach(async () => {
  folder = await openFolder();
  postgres = await startRestartablePostgres();
});
afterEach(async () => {
  await stopServers();
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
});

const start = (env: Record<string, string> = {}): Server =>
  startServer({
    DATA_DIR: join(folder, 'data'),
    DATABASE_URL: postgres.url,
    ADMIN_ACCOUNT: 'root',
    ADMIN_PASSWORD: 'correct horse',
    REGISTRATIONS_PER_ADDRESS: '1000000',
    ...env,
  });

const register = (host: string, phone: string) =>
  post(host, '/api/user/register', { phone, password: '123456' });

/** A session of the teacher API, which lasts two days. */
async function signIn(host: string): Promise<string> {
  const { body } = await post(host, '/api/user/login', { phone: 'root', password: 'correct horse' });
  return body.data.userToken;
}

const beat = (host: string, token: string, device: string) =>
  post(host, '/api/heart/check', {}, { authorization: token, 'x-device-id': device });

const cut = () =>
  withClient(postgres.url, (client) =>
    client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where pid <> pg_backend_pid() and application_name = 'gatehouse'`,
    ),
  );

/** Faults of the database that last for a time, by name. */
const faults: Record<string, (proxy: TcpProxy, ms: number) => Promise<void>> = {
  async stops(_proxy, ms) {
    await postgres.pause();
    await setTimeout(ms);
    await postgres.resume();
  },
  async hangs(proxy, ms) {
    proxy.stall();
    await setTimeout(ms);
    proxy.resume();
  },
  async 'cannot be reached'(proxy, ms) {
    proxy.disconnect();
    await setTimeout(ms);
    proxy.reconnect();
  },
  async 'ends connections'(_proxy, ms) {
    for (const end = performance.now() + ms; performance.now() < end; await setTimeout(100)) await cut();
  },
  async 'loses an answer'(proxy) {
    proxy.breakAfter('commit');
  },
  async 'is locked'(_proxy, ms) {
    await withClient(postgres.url, async (client) => {
      await client.query('begin; lock table users, sessions in access exclusive mode');
      await setTimeout(ms);
      await client.query('rollback');
    });
  },
};

test(`${FAULTS} faults of the database lose, double and halve nothing (seed ${seed})`, async () => {
  const random = randomFrom(seed);
  const proxy = await startTcpProxy(new URL(postgres.url).host);
  const url = new URL(postgres.url);
  url.host = proxy.host;
  const server = start({ DATABASE_URL: url.href });
  const host = (await server.url()).replace('http://', '');
  const token = await signIn(host);
  expect((await beat(host, token, 'known')).status).toBe(201);
  let isOver = false;
  const accounts: string[] = [];
  const missedBeats: unknown[] = [];
  const registering = Array.from({ length: CLIENTS }, async (_, client) => {
    for (let index = 0; !isOver; index++) {
      const phone = `137${client}${String(index).padStart(7, '0')}`;
      await eventually(async () => [0, 200004].includes((await register(host, phone)).body.code));
      accounts.push(phone);
    }
  });
  const beating = (async () => {
    for (; !isOver; await setTimeout(100)) {
      const { status, body } = await beat(host, token, 'known');
      if (status !== 201) missedBeats.push(body);
    }
  })();
  for (let fault = 0; fault < FAULTS; fault++) {
    const [name, run] = pick(Object.entries(faults), random);
    await run(proxy, random() * MAX_FAULT_MS);
    await eventually(async () => (await fetch(`http://${host}/health/ready`)).status === 200);
    expect({ name, exitCode: server.child.exitCode }).toEqual({ name, exitCode: null });
  }
  isOver = true;
  await Promise.all([...registering, beating]);
  expect(missedBeats).toEqual([]);
  const saved = await withClient(postgres.url, async (client) => {
    const { rows } = await client.query<{ phone: string }>('select phone from users where phone is not null');
    return rows.map(({ phone }) => phone.slice(-11)).toSorted();
  });
  expect(saved).toEqual(accounts.toSorted());
  const status = await readFile(`/proc/${server.child.pid}/status`, 'utf8');
  expect(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024).toBeLessThan(MAX_MEMORY_MB);
  await proxy.close();
});

const FAKETIME = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1';
const describeWithFaketime = existsSync(FAKETIME) ? describe : describe.skip;

describeWithFaketime('a clock that is set', () => {
  test('neither takes devices offline nor freezes a limit', async () => {
    const offset = join(folder, 'offset');
    const setClock = (text: string) => writeFile(offset, text);
    await setClock('+0');
    const server = start({
      HEARTBEAT_INTERVAL: '2s',
      LD_PRELOAD: FAKETIME,
      FAKETIME_TIMESTAMP_FILE: offset,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    });
    const host = (await server.url()).replace('http://', '');
    const token = await signIn(host);
    const devices = Array.from({ length: 20 }, (_, index) => `device ${index}`);
    const pass = async (ms: number) => {
      for (const end = performance.now() + ms; performance.now() < end; await setTimeout(500)) {
        for (const device of devices) expect((await beat(host, token, device)).status).toBe(201);
      }
    };
    await pass(1000);
    const sendCode = () => post(host, '/api/user/sendCode', { account: '13800000000' });
    for (const step of ['+5m', '+0', '-10m', '+0', '+13h', '+0']) {
      await setClock(step);
      await pass(6000);
      const { body } = await sendCode();
      expect({ step, code: body.data.Code }).toEqual({ step, code: expect.stringMatching(/OK|LIMIT/) });
    }
    const offline = await withClient(postgres.url, (client) =>
      client.query('select 1 from presence_events where not online'),
    );
    expect(offline.rowCount).toBe(0);
  });
});
