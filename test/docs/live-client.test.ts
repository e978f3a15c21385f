import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createMigratedDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { openFolder, type Server, startServer, stopServers } from '../support/server.js';
import { ADMINISTRATOR, createAdministrator, post } from './document-session.js';
import { codeBlocks, read } from './markdown.js';

/** Lets ten minutes pass in a process at each SIGUSR2. */
const CLOCK = ['--import', pathToFileURL(resolve('test/docs/ten-minutes-later.mjs')).href];

let folder: string;
let database: TestDatabase;
let server: Server;
let host: string;
/** Of the BMS API, whose tokens are valid for 48 hours. */
let token: string;
let client: ChildProcess;
let output = '';
let errors = '';

beforeAll(async () => {
  folder = await openFolder();
  database = await createMigratedDatabase();
  const env = { DATA_DIR: join(folder, 'data'), DATABASE_URL: database.url };
  server = startServer(env, [...CLOCK, 'dist/server/main.js']);
  const link = new URL(/http\S+token=\S+/.exec(await server.ready())?.[0] ?? '');
  host = link.host;
  await createAdministrator(link);
  token = await signInAtBms();
  await symlink(resolve('node_modules'), join(folder, 'node_modules'));
  const block = codeBlocks(read('README.md')).find(({ flags }) => flags.includes('file=watch.mjs'));
  const script = join(folder, 'watch.mjs');
  await writeFile(script, block?.text.replaceAll('127.0.0.1:8080', host) ?? '');
  client = spawn(process.execPath, [...CLOCK, script], { env: { PASSWORD: ADMINISTRATOR.password } });
  client.stdout?.on('data', (chunk) => {
    output += chunk;
  });
  client.stderr?.on('data', (chunk) => {
    errors += chunk;
  });
});
afterAll(async () => {
  const exited = once(client, 'exit');
  client.kill();
  await exited;
  await stopServers();
  await database.drop();
  await rm(folder, { recursive: true });
});

async function signInAtBms(): Promise<string> {
  const { username, password } = ADMINISTRATOR;
  const login = new URLSearchParams({ phone: username, password, device: 'test', version: '1' });
  const response = await fetch(`http://${host}/sys/login-phone?${login}`, { method: 'POST' });
  const { data } = JSON.parse(await response.text());
  return data.access_token;
}

const ask = (query: string, variables = {}) => post(host, { query, variables }, { authorization: token });

const heartbeat = (deviceId: string) =>
  ask('mutation ($input: HeartbeatInput!) { heartbeat(input: $input) { device { id } } }', {
    input: { deviceId },
  });

/** The GraphQL session that was opened or refreshed last, which is that of the client. */
async function clientSession(): Promise<{ id: string; expiresAt: string }> {
  const { data } = await ask('{ sessions(filter: { api: GRAPHQL }) { edges { node { id expiresAt } } } }');
  const sessions: { id: string; expiresAt: string }[] = data.sessions.edges.map(
    ({ node }: { node: object }) => node,
  );
  return sessions.reduce((latest, session) => (session.expiresAt > latest.expiresAt ? session : latest));
}

/** The events that the client has printed. */
const events = (): { kind: string; device: { id: string } | null }[] =>
  output
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
const kinds = () => events().map(({ kind }) => kind);

test('the live client of the README signs in again after its session was revoked, and misses nothing', async () => {
  await eventually(async () => kinds().includes('SNAPSHOT'));
  const { id } = await clientSession();
  await ask('mutation ($input: RevokeSessionInput!) { revokeSession(input: $input) { session { id } } }', {
    input: { id },
  });
  await heartbeat('came while it was away');
  await eventually(async () => kinds().includes('ONLINE'));
  expect({ kinds: kinds(), errors }).toEqual({ kinds: ['SNAPSHOT', 'ONLINE'], errors: 'Forbidden\n' });
});

test('the live client keeps its socket past the 15 minutes of its token', async () => {
  for (let minutes = 10; minutes <= 30; minutes += 10) {
    const before = await clientSession();
    server.child.kill('SIGUSR2');
    client.kill('SIGUSR2');
    await eventually(async () => (await clientSession()).expiresAt > before.expiresAt);
  }
  const { data } = await heartbeat('came after half an hour');
  const isShown = () => events().some(({ device }) => device?.id === data.heartbeat.device.id);
  await eventually(async () => isShown());
  expect(kinds().filter((kind) => kind === 'SNAPSHOT' || kind === 'RESET')).toEqual(['SNAPSHOT']);
  expect(errors).toBe('Forbidden\n');
});
