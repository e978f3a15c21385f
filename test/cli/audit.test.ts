import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { nodeId } from '../../src/database/node-id.js';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import { createCallers, openSession } from '../support/callers.js';
import { gatehouse, jsonLines } from '../support/command.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
let env: Record<string, string>;
let rootId: string;
let folder: string;
beforeAll(async () => {
  gateway = await startGateway({ GRAPHQL_DOCUMENTS: 'trusted' });
  await createCallers(gateway);
  const { accessToken, user } = await openSession(gateway, 'root', graphqlSessionPolicy);
  rootId = nodeId('user', user.id);
  env = { GATEHOUSE_URL: `http://${await gateway.listen()}`, GATEHOUSE_TOKEN: accessToken };
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-audit-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await gateway.close();
});

/** A command that runs until it is interrupted. */
function start(...args: string[]) {
  const child = spawn(process.execPath, ['dist/server/cli.js', ...args], {
    env: { PATH: process.env.PATH ?? '', ...env },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    nextLine: async () => String((await lines.next()).value),
    async interrupt() {
      child.kill('SIGINT');
      return ended;
    },
  };
}

/** Acts until the command has printed a line: it may still be connecting. */
async function lineOnce({ nextLine }: ReturnType<typeof start>, act: () => Promise<unknown>) {
  const line = nextLine();
  const timer = setInterval(() => void act(), 300);
  return line.finally(() => clearInterval(timer));
}

test('lists entries that options select', async () => {
  const listed = await gatehouse(
    ['audit', 'list', '--actor', rootId, '--action', 'SESSION_OPEN', '--json'],
    env,
  );
  expect(jsonLines(listed)).toEqual([
    expect.objectContaining({ action: 'SESSION_OPEN', actor: expect.objectContaining({ username: 'root' }) }),
  ]);
  const late = await gatehouse(['audit', 'list', '--from', '2999-01-01', '--json'], env);
  expect(late).toMatchObject({ code: 0, output: '' });
});

test.each([
  [['--from', 'yesterday'], '--from must be a time'],
  [['--to', '2026-02-30'], '--to must be a time'],
  [['--limit', '0'], '--limit must be a whole number above 0.'],
])('refuses %j', async (options, message) => {
  const { code, errors } = await gatehouse(['audit', 'list', ...options], env);
  expect([code, errors]).toEqual([2, expect.stringContaining(message)]);
});

test('saves an export whole, or leaves no file', async () => {
  const file = join(folder, 'people.csv');
  expect(await gatehouse(['user', 'export', '--search', 'max', file], env)).toMatchObject({
    code: 0,
    output: `Saved ${file}.\n`,
  });
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\r\n');
  expect(lines).toEqual([expect.stringMatching(/^id,kind,username,/), expect.stringContaining(',max,')]);
  const json = await gatehouse(['audit', 'export', '--format', 'json'], env);
  expect(jsonLines(json)[0]).toMatchObject({ action: 'USER_EXPORT', actor: 'root' });
  const { output } = await gatehouse(['user', 'export', '--search', 'max', '-'], env);
  expect(output.trimEnd().split('\r\n')).toEqual(lines);
  const refused = await gatehouse(['audit', 'export', join(folder, 'none.csv')], {
    ...env,
    GATEHOUSE_TOKEN: 'x',
  });
  expect(refused).toMatchObject({ code: 1, errors: expect.stringContaining('not signed in') });
  expect(await readdir(folder)).toEqual(['people.csv']);
});

test('follows the audit log until it is interrupted', async () => {
  const tail = start('audit', 'tail', '--action', 'USER_CREATE', '--json');
  let people = 0;
  const line = await lineOnce(tail, async () => {
    people += 1;
    await gateway.createUser({ username: `new ${people}` });
    await gateway.services.auditTail.poll();
  });
  expect(JSON.parse(line)).toMatchObject({ action: 'USER_CREATE' });
  expect(await tail.interrupt()).toBe(130);
});

test('audit tail misses no entry that is recorded before its socket is there', async () => {
  const [host = '', port] = new URL(env.GATEHOUSE_URL ?? '').host.split(':');
  const proxy = createServer((socket) => {
    socket.once('data', async (head) => {
      socket.pause();
      if (/^upgrade: websocket/im.test(head.toString())) {
        await gateway.createUser({ username: 'early' });
        await gateway.services.auditTail.poll();
      }
      const upstream = connect(Number(port), host);
      upstream.write(head);
      socket.pipe(upstream).pipe(socket);
    });
  }).listen(0, host);
  await once(proxy, 'listening');
  const url = `http://${host}:${(proxy.address() as AddressInfo).port}`;
  const tail = start('audit', 'tail', '--action', 'USER_CREATE', '--json', '--url', url);
  expect(JSON.parse(await tail.nextLine())).toMatchObject({ action: 'USER_CREATE' });
  expect(await tail.interrupt()).toBe(130);
  proxy.close();
});

test('follows devices until it is interrupted', async () => {
  const watching = start('device', 'watch', '--search', 'pump');
  let pumps = 0;
  const line = await lineOnce(watching, async () => {
    pumps += 1;
    const headers = { authorization: env.GATEHOUSE_TOKEN ?? '', 'x-device-id': `pump-${pumps}` };
    await gateway.post('/api/heart/check', {}, headers);
    await gateway.services.heartbeats.announce();
  });
  expect(line).toMatch(/^\S+Z {2}ONLINE {3}device_\d+ {2}pump-\d+ {2}root$/);
  expect(await watching.interrupt()).toBe(130);
});

test.each([
  ['audit', 'tail'],
  ['device', 'watch'],
])('%s %s says why it cannot follow', async (noun, verb) => {
  expect(await gatehouse([noun, verb], { ...env, GATEHOUSE_TOKEN: 'wrong' })).toMatchObject({
    code: 1,
    errors: expect.stringContaining('not signed in'),
  });
  expect(await gatehouse([noun, verb], { ...env, GATEHOUSE_URL: 'http://127.0.0.1:1' })).toMatchObject({
    code: 1,
    errors: expect.stringContaining('Cannot reach a gateway at http://127.0.0.1:1'),
  });
});
