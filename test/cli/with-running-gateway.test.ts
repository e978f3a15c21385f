import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { print } from 'graphql';
import { connect, watch } from '../support/clients/live.js';
import { RawLive } from '../support/clients/raw-live.js';
import { gatehouse, jsonLines } from '../support/command.js';
import * as op from '../support/operations.js';
import { PASSWORD } from '../support/password.js';
import { openFolder, type Server, startServer, stopServers } from '../support/server.js';

let folder: string;
let env: Record<string, string>;
let server: Server;
beforeAll(async () => {
  folder = await openFolder();
  env = { DATA_DIR: join(folder, 'data') };
});
afterAll(async () => {
  await stopServers();
  await rm(folder, { recursive: true, force: true });
});

const add = (name: string, ...more: string[]) =>
  gatehouse(['user', 'add', name, '--password-stdin', ...more], env, PASSWORD);

async function ask<T, V extends object>(
  host: string,
  document: TypedDocumentNode<T, V>,
  variables: V,
  token?: string,
): Promise<{ data?: T; errors?: readonly object[] }> {
  const response = await fetch(`http://${host}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify({ query: print(document), variables }),
  });
  return JSON.parse(await response.text());
}

test('concurrent commands share the embedded database that the first one starts', async () => {
  expect(await add('root', '--role', 'ADMIN')).toMatchObject({ code: 0 });
  const both = await Promise.all([add('alice'), add('bob')]);
  expect(both.map(({ errors }) => errors)).toEqual(['', '']);
  const names = jsonLines(await gatehouse(['user', 'list', '--json'], env)).map(
    (user) => (user as { username: string }).username,
  );
  expect(names.sort()).toEqual(['alice', 'bob', 'root']);
});

test('commands that start and stop the embedded database at the same time all succeed', async () => {
  for (let round = 0; round < 5; round++) {
    const all = await Promise.all(
      Array.from({ length: 4 }, () => gatehouse(['user', 'list', '--json'], env)),
    );
    expect(all.map(({ errors }) => errors)).toEqual(['', '', '', '']);
    expect(all.map((ended) => jsonLines(ended).length)).toEqual([3, 3, 3, 3]);
  }
});

test('a running gateway closes the sessions that a command ended, and no others', async () => {
  server = startServer(env, ['dist/server/cli.js', 'start']);
  const { host } = new URL(await server.url());
  const login = async (username: string) => {
    const answer = await ask(host, op.LoginDocument, { input: { username, password: PASSWORD } });
    return answer.data?.login.accessToken ?? '';
  };
  const [admin, alice, bob] = [await login('root'), await login('alice'), await login('bob')];
  const fleet = connect(host, admin);
  const status = watch(fleet, op.DeviceStatusDocument, {});
  expect(await status.next()).toMatchObject({ deviceStatus: { kind: 'SNAPSHOT' } });
  await ask(host, op.HeartbeatDocument, { input: { deviceId: 'pump' } }, alice);
  expect(await status.next()).toMatchObject({ deviceStatus: { kind: 'ONLINE' } });
  const sockets = await Promise.all([alice, bob].map((token) => RawLive.open(host, token)));

  const [sessions] = jsonLines(await gatehouse(['session', 'list', 'alice', '--json'], env));
  expect(sessions).toMatchObject({ api: 'graphql' });
  expect(await gatehouse(['session', 'revoke', '--user', 'alice'], env)).toMatchObject({ code: 0 });
  expect(await sockets[0]?.closed).toBe(4403);
  expect(await status.next()).toMatchObject({
    deviceStatus: {
      kind: 'OFFLINE',
      reason: 'REVOKED',
      device: { id: expect.stringMatching(/^device_\d+$/) },
    },
  });
  expect(await ask(host, op.MeDocument, {}, alice)).toMatchObject({
    errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
  });

  expect(await gatehouse(['user', 'disable', 'bob'], env)).toMatchObject({ code: 0 });
  expect(await sockets[1]?.closed).toBe(4403);
  // Other sessions stay open.
  expect(await ask(host, op.MeDocument, {}, admin)).toMatchObject({ data: { me: { username: 'root' } } });
  await status.stop();
  await fleet.dispose();
});

test('start stops on a signal with the exit code of the gateway', async () => {
  server.child.kill('SIGTERM');
  expect(await server.ended).toMatchObject({ code: 0, errors: '' });
});

test('start --json reports readiness and a start failure as JSON', async () => {
  const start = ['dist/server/cli.js', 'start', '--json'];
  const own = { DATA_DIR: join(folder, 'in JSON') };
  const message = expect.stringMatching(/^Gatehouse is ready: /);
  expect(JSON.parse(await startServer(own, start).ready())).toEqual({ message });
  const { code, output, errors } = await startServer(own, start).ended;
  expect({ code, output }).toEqual({ code: 1, output: '' });
  const taken = expect.stringMatching(/^Another gateway is running on the data folder /);
  expect(JSON.parse(errors)).toEqual({ error: { code: 'FAILED', message: taken } });
});
