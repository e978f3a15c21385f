import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { print } from 'graphql';
import * as op from '../generated/graphql.js';
import { connect, watch } from '../support/live.js';

const LOGIN = { username: 'root', password: 'correct horse' };
const BEAT_MS = 300;
let folder: string;
const children: ChildProcess[] = [];
let stopBeating = () => {};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-restart-'));
  // Run as root, the database has a user of its own, who must get there.
  await chmod(folder, 0o755);
});
afterAll(async () => {
  stopBeating();
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const exit = once(child, 'exit');
    // A failed test must not leave a database behind.
    child.kill('SIGTERM');
    await exit;
  }
  await rm(folder, { recursive: true, force: true });
});

/** The built server, with devices that are expected to beat every two seconds. */
async function start(): Promise<{ child: ChildProcess; host: string }> {
  const child = spawn(process.execPath, ['dist/src/main.js'], {
    env: {
      PATH: process.env.PATH ?? '',
      DATA_DIR: join(folder, 'data'),
      PORTS: '0',
      LOG_LEVEL: 'warn',
      HEARTBEAT_INTERVAL: '2s',
      ADMIN_ACCOUNT: LOGIN.username,
      ADMIN_PASSWORD: LOGIN.password,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  for await (const output of child.stdout ?? []) {
    const host = /http:\/\/(127\.0\.0\.1:\d+)/.exec(String(output))?.[1];
    if (host) return { child, host };
  }
  throw new Error('The server ended.');
}

async function post(host: string, query: string, variables: object, token?: string) {
  const answer = await fetch(`http://${host}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = JSON.parse(await answer.text());
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}
const beat = async (host: string, token: string, deviceId: string): Promise<string> =>
  (await post(host, print(op.HeartbeatDocument), { input: { deviceId } }, token)).heartbeat.deviceId;

/** Beats for some devices, until it is stopped. */
function keepBeating(host: string, token: string, deviceIds: readonly string[]): void {
  const timer = setInterval(() => {
    for (const deviceId of deviceIds) beat(host, token, deviceId).catch(() => {});
  }, BEAT_MS);
  stopBeating = () => clearInterval(timer);
}

test('after kill -9 who goes on beating was never offline, and who does not come back times out', async () => {
  const first = await start();
  const { login } = await post(first.host, print(op.LoginDocument), { input: LOGIN });
  const token: string = login.accessToken;
  const faithful = ['one', 'two', 'three'];
  const client = connect(first.host, token);
  const before = watch(client, op.DeviceStatusDocument, {});
  await before.next();
  const ids = await Promise.all([...faithful, 'lost'].map((name) => beat(first.host, token, name)));
  // What is told has been saved.
  for (const _ of ids) expect((await before.next())?.deviceStatus.kind).toBe('ONLINE');
  const exit = once(first.child, 'exit');
  first.child.kill('SIGKILL');
  await exit;
  await client.dispose();

  const second = await start();
  keepBeating(second.host, token, faithful);
  const again = connect(second.host, token);
  const after = watch(again, op.DeviceStatusDocument, {});
  const snapshot = (await after.next())?.deviceStatus;
  expect(snapshot?.devices?.map(({ id }) => id).sort()).toEqual([...ids].sort());
  const lost = (await after.next())?.deviceStatus;
  expect(lost).toMatchObject({ kind: 'OFFLINE', reason: 'TIMEOUT', device: { id: ids.at(-1) } });
  const span = { from: '2020-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' };
  for (const id of ids.slice(0, -1)) {
    const { device } = await post(second.host, print(op.DeviceDocument), { id, ...span }, token);
    expect(device).toMatchObject({ online: true, history: [{ online: true }] });
  }
  stopBeating();
  await again.dispose();
  const end = once(second.child, 'exit');
  second.child.kill('SIGTERM');
  expect((await end)[0]).toBe(0);
});
