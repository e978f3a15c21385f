import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { print } from 'graphql';
import { connect, watch } from '../../support/clients/live.js';
import * as op from '../../support/operations.js';
import { PASSWORD } from '../../support/password.js';
import { openFolder, type Server, startServer, stopServers } from '../../support/server.js';

const LOGIN = { username: 'root', password: PASSWORD };
const BEAT_MS = 300;
let folder: string;
let stopBeating = () => {};

beforeAll(async () => {
  folder = await openFolder();
});
afterAll(async () => {
  stopBeating();
  await stopServers();
  await rm(folder, { recursive: true, force: true });
});

/** With a heartbeat interval of two seconds. */
async function start(): Promise<Server & { readonly host: string }> {
  const server = startServer({
    DATA_DIR: join(folder, 'data'),
    HEARTBEAT_INTERVAL: '2s',
    ADMIN_ACCOUNT: LOGIN.username,
    ADMIN_PASSWORD: LOGIN.password,
  });
  return { ...server, host: new URL(await server.url()).host };
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
const BEAT = 'mutation ($input: HeartbeatInput!) { heartbeat(input: $input) { device { id } } }';
const beat = async (host: string, token: string, deviceId: string): Promise<string> =>
  (await post(host, BEAT, { input: { deviceId } }, token)).heartbeat.device.id;

/** Sends heartbeats of some devices until `stopBeating`. */
function keepBeating(host: string, token: string, deviceIds: readonly string[]): void {
  const timer = setInterval(() => {
    for (const deviceId of deviceIds) beat(host, token, deviceId).catch(() => {});
  }, BEAT_MS);
  stopBeating = () => clearInterval(timer);
}

test('after kill -9, devices that continue to beat were never offline, and others time out', async () => {
  const first = await start();
  const { login } = await post(first.host, print(op.LoginDocument), { input: LOGIN });
  const token: string = login.accessToken;
  const reconnecting = ['one', 'two', 'three'];
  const client = connect(first.host, token);
  const before = watch(client, op.DeviceStatusDocument, {});
  await before.next();
  const ids = await Promise.all([...reconnecting, 'lost'].map((name) => beat(first.host, token, name)));
  // Transitions are saved before they are published.
  for (const _ of ids) expect((await before.next())?.deviceStatus.kind).toBe('ONLINE');
  first.child.kill('SIGKILL');
  await first.ended;
  await client.dispose();

  const second = await start();
  keepBeating(second.host, token, reconnecting);
  const again = connect(second.host, token);
  const after = watch(again, op.DeviceStatusDocument, {});
  const snapshot = (await after.next())?.deviceStatus;
  expect(snapshot?.devices?.map(({ id }) => id).sort()).toEqual([...ids].sort());
  const lost = (await after.next())?.deviceStatus;
  expect(lost).toMatchObject({ kind: 'OFFLINE', reason: 'TIMEOUT', device: { id: ids.at(-1) } });
  const span = { from: '2020-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' };
  for (const id of ids.slice(0, -1)) {
    const { device } = await post(second.host, print(op.DeviceHistoryDocument), { id, ...span }, token);
    expect(device.history.edges).toMatchObject([{ node: { online: true } }]);
  }
  stopBeating();
  await again.dispose();
  second.child.kill('SIGTERM');
  expect(await second.ended).toMatchObject({ code: 0, errors: '' });
});
