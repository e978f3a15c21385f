import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { nodeId } from '../../src/database/node-id.js';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import { accountsOf } from '../support/accounts.js';
import { callerOf, createCallers, openSession } from '../support/callers.js';
import { gatehouse, jsonLines } from '../support/command.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { inventory, sha256 } from '../support/releases.js';

const content = randomBytes(5 * 1024 * 1024);

let gateway: TestGateway;
let publisher: string;
let member: string;
let env: Record<string, string>;
let folder: string;
let file: string;
beforeAll(async () => {
  gateway = await startGateway({ GRAPHQL_DOCUMENTS: 'trusted' });
  await createCallers(gateway);
  publisher = (await openSession(gateway, 'pia', graphqlSessionPolicy)).accessToken;
  member = (await openSession(gateway, 'max', graphqlSessionPolicy)).accessToken;
  env = { GATEHOUSE_URL: `http://${await gateway.listen()}` };
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-release-'));
  file = join(folder, '应用 "1".bin');
  await writeFile(file, content);
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await gateway.close();
});

const upload = (version: string, ...more: string[]) =>
  gatehouse(['release', 'upload', file, '--release-version', version, '--json', ...more], {
    ...env,
    GATEHOUSE_TOKEN: publisher,
  });

test('upload publishes the file unchanged', async () => {
  const ended = await upload('7', '--notes', 'first', '--channel', 'beta');
  expect(ended).toMatchObject({ code: 0, errors: '' });
  const [release] = jsonLines(ended) as { url: string }[];
  expect(release).toMatchObject({ channel: 'beta', version: '7', notes: 'first', uploaderName: 'pia' });
  expect(release).toMatchObject({ size: content.length, sha256: sha256(content) });
  const downloaded = await fetch(release?.url ?? '');
  expect(sha256(Buffer.from(await downloaded.arrayBuffer()))).toBe(sha256(content));
});

test('the gateway is that of the settings by default', async () => {
  const { hostname, port } = new URL(env.GATEHOUSE_URL ?? '');
  const settings = { HOST: hostname, PORTS: `0,${port}`, GATEHOUSE_TOKEN: publisher };
  const list = ['release', 'list', '--json'];
  expect(await gatehouse(list, settings)).toMatchObject({ code: 0, errors: '' });
  expect(await gatehouse(list, { ...settings, HOST: '0.0.0.0' })).toMatchObject({ code: 0, errors: '' });
  expect(await gatehouse(list, { ...settings, PORTS: '0' })).toMatchObject({ code: 2 });
  expect(await gatehouse(list, { ...settings, PORTS: 'many' })).toMatchObject({ code: 1 });
});

test('list shows a release, and withdraw withdraws it with a reason', async () => {
  const signIn = ['--username', 'pia', '--password-stdin'];
  const [release] = jsonLines(await upload('8')) as { id: string }[];
  const list = await gatehouse(['release', 'list', '--channel', 'stable', ...signIn], env, 'correct horse\n');
  expect(list.output).toMatch(
    /^ID +CHANNEL +VERSION [^\n]*\nrelease_\d+ +stable +8 +应用 "1"\.bin +5\.0 MiB +\S+\n$/,
  );
  const withdraw = ['release', 'withdraw', release?.id ?? '', '--reason', 'does not start', ...signIn];
  expect(await gatehouse(withdraw, env, 'correct horse\n')).toEqual({
    code: 0,
    output: 'Withdrew stable 8.\n',
    errors: '',
  });
  expect(await gatehouse(withdraw, env, 'correct horse\n')).toMatchObject({ code: 1, output: '' });
  // The command ended the session that it opened.
  const [user] = await accountsOf(gateway, 'pia');
  expect(await gateway.services.openSessions.listAll(user?.id ?? 0)).toHaveLength(1);
});

test('a refused upload prints one line and leaves nothing behind', async () => {
  const before = await inventory(gateway);
  const refusals = [
    [await upload('7', '--channel', 'beta'), 'is already published'],
    [await upload('9', '--token', member), 'requires the permission RELEASES_PUBLISH'],
    [await upload('9', '--token', 'nonsense'), 'not signed in'],
    [
      await gatehouse(['release', 'list', '--username', 'pia', '--password-stdin'], env, 'wrong password'),
      'wrong',
    ],
  ] as const;
  for (const [{ code, output, errors }, reason] of refusals) {
    expect({ code, output, errors }).toEqual({
      code: 1,
      output: '',
      errors: expect.stringMatching(new RegExp(`^[^\\n]*${reason}[^\\n]*\\n$`)),
    });
  }
  expect(await inventory(gateway)).toEqual(before);
});

test('reports a server that is not a gateway', async () => {
  const other = createServer((request, response) => {
    request.resume();
    response.writeHead(404).end('<html>');
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  const address = other.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  expect(await upload('9', '--url', url)).toMatchObject({
    code: 1,
    errors: expect.stringContaining(
      `The response of ${url} is not that of a gateway of this version (HTTP 404).`,
    ),
  });
  other.closeAllConnections();
  other.close();
});

test('device list finds devices by tags, which device tag adds and removes', async () => {
  const { user } = await openSession(gateway, 'max', graphqlSessionPolicy);
  const caller = await callerOf(gateway, member);
  const beat = { clientId: 'serial-1', name: 'Kiosk', clientVersion: '7' };
  const id = nodeId('device', await gateway.services.heartbeats.beat(caller, beat));
  const administrator = (await openSession(gateway, 'root', graphqlSessionPolicy)).accessToken;
  const run = (...words: string[]) =>
    gatehouse(['device', ...words], { ...env, GATEHOUSE_TOKEN: administrator });
  expect(await run('tag', id, '--add', 'Site:Berlin', '--add', 'spare')).toMatchObject({
    code: 0,
    output: 'Tags of Kiosk: site:berlin spare\n',
  });
  await run('tag', id, '--remove', 'spare');
  const [device] = jsonLines(await run('list', '--tag', 'site:berlin', '--online', '--json'));
  expect(device).toMatchObject({ id, tags: ['site:berlin'], user: { id: nodeId('user', user.id) } });
  expect(jsonLines(await run('list', '--tag', 'spare', '--sort', 'longest-offline', '--json'))).toEqual([]);
  expect(await run('list', '--sort', 'size')).toMatchObject({ code: 2 });
  expect(await run('tag', id, '--add', 'two words')).toMatchObject({
    code: 1,
    errors: expect.stringMatching(/^[^\n]*tags must be words/),
  });
  expect(await run('tag', 'device_999999', '--add', 'spare')).toMatchObject({ code: 1 });
  expect(await run('tag', id)).toMatchObject({ code: 2 });
  expect(await run('retire', id)).toMatchObject({ code: 0, output: `Retired ${id}.\n` });
  expect(jsonLines(await run('list', '--retired', '--json'))).toMatchObject([{ id }]);
  expect(await run('delete', id)).toMatchObject({ code: 0, output: `Deleted ${id}.\n` });
});

test('device show has the versions and transitions of a device, and history what the fleet did', async () => {
  const { services } = gateway;
  const { accessToken: administrator } = await openSession(gateway, 'root', graphqlSessionPolicy);
  const { accessToken } = await openSession(gateway, 'max', graphqlSessionPolicy);
  const caller = await callerOf(gateway, accessToken);
  for (const clientVersion of ['7', '8']) {
    await services.heartbeats.beat(caller, { clientId: 'serial-5', name: 'Kiosk', clientVersion });
  }
  await services.heartbeats.announce();
  await services.fleetSampler.sample();
  const run = (...words: string[]) => gatehouse(words, { ...env, GATEHOUSE_TOKEN: administrator });
  const [{ id }] = jsonLines(await run('device', 'list', '--search', 'serial-5', '--json')) as [
    { id: string },
  ];
  const { output } = await run('device', 'show', id);
  expect(output).toMatch(/^expected interval +30 s$/m);
  expect(output).toMatch(/^\S+Z +version 8$/m);
  expect(output).toMatch(/^\S+Z +online$/m);
  expect(jsonLines(await run('device', 'show', id, '--json'))).toMatchObject([
    { id, timing: { expectedSeconds: 30 }, versionChanges: { edges: [{ node: { previousVersion: '7' } }] } },
  ]);
  expect(await run('device', 'show', 'device_999999')).toMatchObject({ code: 1 });
  const points = jsonLines(await run('history', '--json'));
  expect(points).toMatchObject([{ onlineMax: expect.any(Number), heartbeats: expect.any(Number) }]);
  expect((await run('history', '--range', 'month')).code).toBe(0);
  expect((await run('history', '--range', 'year')).code).toBe(2);
});

test('device credentials prints a credential for each id', async () => {
  const { accessToken } = await openSession(gateway, 'nia', graphqlSessionPolicy);
  const ids = join(folder, 'ids.txt');
  await writeFile(ids, 'serial-8\n\n');
  const run = (...words: string[]) =>
    gatehouse(['device', 'credentials', ...words], { ...env, GATEHOUSE_TOKEN: accessToken });
  const issued = jsonLines(await run('serial-7', '--file', ids, '--json'));
  expect(issued).toMatchObject([{ clientId: 'serial-7' }, { clientId: 'serial-8' }]);
  const { token } = issued[1] as { token: string };
  expect((await gateway.post('/api/heart/check', {}, { token })).statusCode).toBe(201);
  expect(await run()).toMatchObject({ code: 2 });
});

test('device claim shows which device asks, and claims it with --yes', async () => {
  const { accessToken } = await openSession(gateway, 'nia', graphqlSessionPolicy);
  const { deviceClaims } = gateway.services;
  const device = { address: '192.0.2.7', deviceId: 'serial-9', version: null, model: 'kiosk' };
  const { code, secret } = await deviceClaims.request(device);
  const run = (...words: string[]) =>
    gatehouse(['device', 'claim', code, ...words], { ...env, GATEHOUSE_TOKEN: accessToken });
  const shown = await run();
  expect(shown).toMatchObject({ code: 2, output: expect.stringMatching(/serial-9 +kiosk +192\.0\.2\.7/) });
  expect(await deviceClaims.collect(secret, device.address)).toBeNull();
  expect(await run('--yes')).toMatchObject({ code: 0, output: 'Claimed serial-9.\n' });
  expect(await deviceClaims.collect(secret, device.address)).toMatch(/^ghd_/);
});

test('device commands change the devices that options select, and say what they did', async () => {
  const { accessToken } = await openSession(gateway, 'max', graphqlSessionPolicy);
  const caller = await callerOf(gateway, accessToken);
  for (const clientId of ['bulk-1', 'bulk-2']) {
    await gateway.services.heartbeats.beat(caller, { clientId, name: null, clientVersion: '9' });
  }
  const administrator = (await openSession(gateway, 'root', graphqlSessionPolicy)).accessToken;
  const run = async (...words: string[]) => {
    const ended = gatehouse(['device', ...words], { ...env, GATEHOUSE_TOKEN: administrator });
    const running = setInterval(() => void gateway.services.deviceActionRunner.run(), 50);
    return ended.finally(() => clearInterval(running));
  };
  const tag = ['tag', '--client-version', '9', '--add', 'bulk'];
  expect(await run(...tag)).toMatchObject({
    code: 2,
    errors: expect.stringContaining('Add the tag bulk to 2 devices? There is no terminal to ask'),
  });
  const tagged = { code: 0, output: 'Added the tag bulk to 2 devices.\n' };
  expect(await run(...tag, '--yes')).toMatchObject(tagged);
  const [action] = jsonLines(await run('actions', '--json')) as { id: string }[];
  expect(action).toMatchObject({ kind: 'TAG', value: 'bulk', state: 'COMPLETED', changed: 2 });
  expect(await run('resume', action?.id ?? '')).toMatchObject(tagged);
  expect(await run('group', 'save', 'Bulk', '--tag', 'bulk')).toMatchObject({
    code: 0,
    output: 'Saved Bulk.\n',
  });
  expect(jsonLines(await run('list', '--group', 'Bulk', '--tag', 'BULK', '--json'))).toHaveLength(2);
  expect(await run('list', '--group', 'Bulk', '--retired')).toMatchObject({ code: 2 });
  expect(await run('delete', '--tag', 'bulk', '--retired', '--yes')).toMatchObject({
    output: 'No devices are selected.\n',
  });
});
