import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { print } from 'graphql';
import * as op from '../generated/graphql.js';
import { gatehouse, values } from '../support/command.js';
import { connect, watch } from '../support/live.js';
import { openSocket } from '../support/raw-socket.js';

const PASSWORD = 'correct horse';

/** What follows a revocation in another process is there within this many milliseconds. */
const SOON = 1000;

let folder: string;
let env: Record<string, string>;
const servers: ChildProcess[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-cli-'));
  // Run as root, the database has a user of its own, who must get there.
  await chmod(folder, 0o755);
  env = { DATA_DIR: join(folder, 'data') };
});
afterAll(async () => {
  for (const server of servers) server.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

const add = (name: string, ...more: string[]) =>
  gatehouse(['user', 'add', name, '--password-stdin', ...more], env, PASSWORD);

/** By the command line itself. @returns `host:port` */
async function startServer(): Promise<string> {
  const server = spawn(process.execPath, ['dist/server/cli.js', 'start'], {
    env: { PATH: process.env.PATH ?? '', PORTS: '0', LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  servers.push(server);
  let greeting = '';
  while (!greeting.includes('Gatehouse is ready')) {
    const [chunk] = await once(server.stdout, 'data');
    greeting += chunk;
  }
  return /127\.0\.0\.1:\d+/.exec(greeting)?.[0] ?? '';
}

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

test('without a server the database is started for a command, and stopped after the last of two at once', async () => {
  expect(await add('root', '--role', 'ADMIN')).toMatchObject({ code: 0 });
  const both = await Promise.all([add('alice'), add('bob')]);
  expect(both).toMatchObject([{ code: 0 }, { code: 0 }]);
  const names = values(await gatehouse(['user', 'list', '--json'], env)).map(
    (user) => (user as { username: string }).username,
  );
  expect(names.sort()).toEqual(['alice', 'bob', 'root']);
});

test('a running server notices within a second what the command line ends', async () => {
  const host = await startServer();
  const login = async (username: string) => {
    const answer = await ask(host, op.LoginDocument, { input: { username, password: PASSWORD } });
    return answer.data?.login.accessToken ?? '';
  };
  const [admin, alice, bob] = [await login('root'), await login('alice'), await login('bob')];
  const { data } = await ask(host, op.HeartbeatDocument, { input: { deviceId: 'pump' } }, alice);
  const fleet = connect(host, admin);
  const status = watch(fleet, op.DeviceStatusDocument, {});
  expect(await status.next()).toMatchObject({ deviceStatus: { kind: 'SNAPSHOT' } });
  const sockets = await Promise.all(
    [alice, bob].map(async (token) => {
      const live = await openSocket(host);
      live.send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
      await live.next();
      return live;
    }),
  );

  const [sessions] = values(await gatehouse(['session', 'list', 'alice', '--json'], env));
  expect(sessions).toMatchObject({ door: 'graphql' });
  expect(await gatehouse(['session', 'revoke', '--user', 'alice'], env)).toMatchObject({ code: 0 });
  const revoked = Date.now();
  expect(await sockets[0]?.closed).toBe(4403);
  expect(await status.next()).toMatchObject({
    deviceStatus: { kind: 'OFFLINE', reason: 'REVOKED', device: { id: data?.heartbeat.deviceId } },
  });
  expect(Date.now() - revoked).toBeLessThan(SOON);
  expect(await ask(host, op.MeDocument, {}, alice)).toMatchObject({
    errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
  });

  expect(await gatehouse(['user', 'disable', 'bob'], env)).toMatchObject({ code: 0 });
  const disabled = Date.now();
  expect(await sockets[1]?.closed).toBe(4403);
  expect(Date.now() - disabled).toBeLessThan(SOON);
  // Whom nobody ended stays.
  expect(await ask(host, op.MeDocument, {}, admin)).toMatchObject({ data: { me: { username: 'root' } } });
  await status.stop();
  await fleet.dispose();
});

test('start ends at a signal, with the exit code of the server', async () => {
  const [server] = servers;
  server?.kill('SIGTERM');
  expect(server && (await once(server, 'close'))).toEqual([0, null]);
});
