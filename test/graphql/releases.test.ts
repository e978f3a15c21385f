import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { print } from 'graphql';
import { ReleaseStream } from '../../src/releases/release-stream.js';
import * as op from '../generated/graphql.js';
import { ask, refusal } from '../support/client.js';
import type { TestGateway } from '../support/gateway.js';
import { connect, watch } from '../support/live.js';
import { type FilePart, uploadForm } from '../support/multipart.js';
import { RawLive } from '../support/raw-live.js';
import { inventory, nothing, sha256, startPublishing } from '../support/releases.js';

const CONTENT = 'a package';
const file: FilePart = { fileName: 'app.zip', content: CONTENT };
const UPLOAD = print(op.UploadReleaseDocument);

let gateway: TestGateway;
let publisher: string;
let member: string;
beforeAll(async () => {
  ({ gateway, publisher, member } = await startPublishing({
    UPLOAD_LIMIT: '100',
    PUBLIC_URL: 'https://gate.example',
  }));
});
afterAll(() => gateway.close());

type Parts = Parameters<typeof uploadForm>[0];

async function post(parts: Parts, token: string | null = publisher, headers: Record<string, string> = {}) {
  const form = uploadForm(parts);
  const authorization: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };
  const preflight = { 'apollo-require-preflight': 'true' };
  const response = await gateway.app.inject({
    method: 'POST',
    url: '/graphql',
    payload: form.payload,
    headers: { ...form.headers, ...preflight, ...authorization, ...headers },
  });
  const { data, errors } = response.json<{
    data?: op.UploadReleaseMutation;
    errors?: { extensions: { code: string } }[];
  }>();
  return { status: response.statusCode, data, code: errors?.[0]?.extensions.code };
}

const operations = (input: object, query = UPLOAD) =>
  ['operations', JSON.stringify({ query, variables: { input, file: null } })] as const;
const map = ['map', '{"0":["variables.file"]}'] as const;
const send = (input: op.UploadReleaseInput, part: FilePart = file) =>
  post([operations(input), map, ['0', part]]);

describe('a refused upload leaves nothing, and says why', () => {
  const version = { version: '1' };
  const paths = (path: string) =>
    [operations(version), ['map', JSON.stringify({ 0: [path] })], ['0', file]] as const;
  const cases: [string, number, string, Parts][] = [
    ['an empty file', 200, 'INVALID_INPUT', [operations(version), map, ['0', { ...file, content: '' }]]],
    [
      'a wrong digest',
      200,
      'INVALID_INPUT',
      [operations({ ...version, sha256: sha256('other') }), map, ['0', file]],
    ],
    ['a bad version', 200, 'INVALID_INPUT', [operations({ version: 'one' }), map, ['0', file]]],
    ['a bad channel', 200, 'INVALID_INPUT', [operations({ ...version, channel: '../a' }), map, ['0', file]]],
    ['NUL in its notes', 200, 'INVALID_INPUT', [operations({ ...version, notes: 'a\0' }), map, ['0', file]]],
    [
      'a name with a path',
      200,
      'INVALID_INPUT',
      [operations(version), map, ['0', { ...file, fileName: '../a' }]],
    ],
    [
      'too large a file',
      200,
      'TOO_LARGE',
      [operations(version), map, ['0', { ...file, content: 'x'.repeat(101) }]],
    ],
    ['no operations', 400, 'INVALID_INPUT', [map, ['0', file]]],
    ['operations that are no JSON', 400, 'INVALID_INPUT', [['operations', '{'], map, ['0', file]]],
    [
      'a batch',
      400,
      'INVALID_INPUT',
      [['operations', `[{"query":${JSON.stringify(UPLOAD)}}]`], map, ['0', file]],
    ],
    ['no map', 400, 'INVALID_INPUT', [operations(version), ['0', file]]],
    ['a map that is a list', 400, 'INVALID_INPUT', [operations(version), ['map', '[]'], ['0', file]]],
    ['an empty map', 400, 'INVALID_INPUT', [operations(version), ['map', '{}'], ['0', file]]],
    [
      'a map without the file',
      200,
      'INVALID_INPUT',
      [operations(version), ['map', '{"1":["variables.file"]}'], ['0', file]],
    ],
    ['a map to a huge list', 400, 'INVALID_INPUT', paths('variables.files.2000000')],
    ['a map into a prototype', 400, 'INVALID_INPUT', paths('variables.file.__proto__')],
    ['a map to the query', 400, 'INVALID_INPUT', paths('query')],
    ['a map after the file', 400, 'INVALID_INPUT', [operations(version), ['0', file], map]],
    ['operations after the file', 400, 'INVALID_INPUT', [map, ['0', file], operations(version)]],
    ['no file', 200, 'INVALID_INPUT', [operations(version), map]],
    ['two files', 200, 'INVALID_INPUT', [operations(version), map, ['0', file], ['1', file]]],
    [
      'a query that is wrong',
      200,
      'GRAPHQL_VALIDATION_FAILED',
      [operations(version, '{ none }'), map, ['0', file]],
    ],
    ['a query that takes no file', 200, '', [operations(version, '{ me { id } }'), map, ['0', file]]],
  ];
  test.each(cases)('%s', async (_name, status, code, parts) => {
    expect(await post(parts)).toMatchObject({ status, ...(code ? { code } : {}) });
    expect(await inventory(gateway)).toEqual(nothing);
  });

  test('of somebody unknown, of somebody who may not, and from another origin', async () => {
    const parts = [operations(version), map, ['0', file]] as const;
    expect(await post(parts, null)).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
    expect(await post(parts, 'nonsense')).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
    expect(await post(parts, member)).toMatchObject({ status: 403, code: 'FORBIDDEN' });
    expect(await post(parts, publisher, { 'apollo-require-preflight': '' })).toMatchObject({ status: 400 });
    expect(await inventory(gateway)).toEqual(nothing);
  });

  test('that brings no form', async () => {
    const answer = await gateway.post(
      '/graphql',
      { query: UPLOAD, variables: { input: version, file: 'text' } },
      { authorization: publisher },
    );
    expect(answer.json()).toMatchObject({ errors: [{ message: expect.stringContaining('Upload value') }] });
    expect((await gateway.post('/graphql', { query: '{' })).statusCode).toBe(200);
    const broken = {
      method: 'POST',
      url: '/graphql',
      payload: '{',
      headers: { 'content-type': 'application/json' },
    };
    expect((await gateway.app.inject({ ...broken, method: 'POST' })).statusCode).toBe(400);
  });
});

describe('a publisher', () => {
  test('uploads a package with all its details, and every member sees it', async () => {
    const input = { version: '1.0.0', channel: 'beta', notes: '修复', sha256: sha256(CONTENT) };
    const { data, status } = await post([map, operations(input), ['0', file]]);
    expect(status).toBe(200);
    expect(data?.uploadRelease).toEqual({
      id: expect.any(String),
      channel: 'beta',
      version: '1.0.0',
      fileName: 'app.zip',
      size: 9,
      sha256: sha256(CONTENT),
      notes: '修复',
      uploader: 'Pia',
      url: 'https://gate.example/dist/app-1.0.0.zip',
      publishedAt: new Date(gateway.clock.now).toISOString(),
      withdrawnAt: null,
      withdrawalReason: null,
    });
    const { latestRelease } = await ask(gateway, op.LatestReleaseDocument, { channel: 'beta' }, member);
    expect(latestRelease).toEqual(data?.uploadRelease);
    expect(await refusal(gateway, op.LatestReleaseDocument, {})).toBe('UNAUTHENTICATED');
    expect((await ask(gateway, op.LatestReleaseDocument, {}, member)).latestRelease).toBeNull();
  });

  test('publishes a file once, though one operation names it twice', async () => {
    const { gateway, publisher } = await startPublishing();
    const query = `mutation($file: Upload!) {
      one: uploadRelease(input: {version: "1"}, file: $file) { id }
      two: uploadRelease(input: {version: "2"}, file: $file) { id }
    }`;
    const form = uploadForm([operations({}, query), map, ['0', file]]);
    const headers = { ...form.headers, authorization: publisher, 'apollo-require-preflight': 'true' };
    const answer = await gateway.app.inject({ ...form, method: 'POST', url: '/graphql', headers });
    expect(answer.json().errors).toMatchObject([
      { path: ['two'], extensions: { code: 'INVALID_INPUT', field: 'file' } },
    ]);
    expect(await inventory(gateway)).toMatchObject({ uploads: [], packages: [sha256(CONTENT)], releases: 1 });
    await gateway.close();
  });

  test('may take longer than their token lasts', async () => {
    const { gateway, publisher } = await startPublishing();
    const { releases } = gateway.services;
    const receive = releases.receive.bind(releases);
    releases.receive = (source) => {
      gateway.clock.advance(3_600_000);
      return receive(source);
    };
    const form = uploadForm([operations({ version: '1' }), map, ['0', file]]);
    const headers = { ...form.headers, authorization: publisher, 'apollo-require-preflight': 'true' };
    const answer = await gateway.app.inject({
      method: 'POST',
      url: '/graphql',
      payload: form.payload,
      headers,
    });
    expect(answer.json()).toMatchObject({ data: { uploadRelease: { version: '1' } } });
    await gateway.close();
  });

  test('withdraws with a reason, once; it is in the audit log, as the upload is', async () => {
    const { data } = await send({ version: '7', channel: 'audited' });
    const id = data?.uploadRelease.id ?? '';
    const withdraw = { id, reason: 'It does not start.' };
    expect(await refusal(gateway, op.WithdrawReleaseDocument, withdraw, member)).toBe('FORBIDDEN');
    const { withdrawRelease } = await ask(gateway, op.WithdrawReleaseDocument, withdraw, publisher);
    expect(withdrawRelease).toMatchObject({
      withdrawnAt: new Date(gateway.clock.now).toISOString(),
      withdrawalReason: 'It does not start.',
    });
    expect(await refusal(gateway, op.WithdrawReleaseDocument, withdraw, publisher)).toBe('CONFLICT');
    const unknown = { id: '99999', reason: 'none' };
    expect(await refusal(gateway, op.WithdrawReleaseDocument, unknown, publisher)).toBe('NOT_FOUND');
    const log = await gateway.services.db.em
      .fork()
      .execute(
        `select action, detail, actor_id is not null as known from audit_entries where target = ? order by id`,
        [`release:${id}`],
      );
    expect(log).toEqual([
      { action: 'release.publish', detail: 'audited 7', known: true },
      { action: 'release.withdraw', detail: 'audited 7', known: true },
    ]);
    const gone = await gateway.app.inject({ method: 'GET', url: '/dist/app-7.zip' });
    expect(gone.statusCode).toBe(410);
  });
});

test('releases are listed by channel, newest version first, page by page', async () => {
  for (const [channel, versions] of [
    ['list-b', ['100', '20', '3']],
    ['list-a', ['101', '21', '4']],
  ] as const) {
    for (const version of versions) expect(await send({ version, channel })).toMatchObject({ status: 200 });
  }
  const pages: string[][] = [];
  let after: string | null = null;
  do {
    const page: op.ReleasesQuery = await ask(gateway, op.ReleasesDocument, { first: 4, after }, member);
    pages.push(page.releases.edges.map(({ node }) => `${node.channel} ${node.version}`));
    after = page.releases.pageInfo.hasNextPage ? (page.releases.pageInfo.endCursor ?? null) : null;
  } while (after);
  expect(pages.flat().filter((line) => line.startsWith('list-'))).toEqual([
    'list-a 101',
    'list-a 21',
    'list-a 4',
    'list-b 100',
    'list-b 20',
    'list-b 3',
  ]);
  const { releaseChannels } = await ask(gateway, op.ReleaseChannelsDocument, {}, member);
  expect(releaseChannels.filter((name) => name.startsWith('list-'))).toEqual(['list-a', 'list-b']);
  const one = await ask(gateway, op.ReleasesDocument, { channel: 'list-a', first: 1 }, member);
  const second = { channel: 'list-a', first: 1, after: one.releases.edges[0]?.cursor ?? null };
  const two = await ask(gateway, op.ReleasesDocument, second, member);
  expect([one, two].map(({ releases }) => releases.edges.map(({ node }) => node.version))).toEqual([
    ['101'],
    ['21'],
  ]);
  const strange = { after: Buffer.from('id:99999').toString('base64url') };
  expect(await refusal(gateway, op.ReleasesDocument, strange, member)).toBe('INVALID_INPUT');
});

test('an erased uploader is nobody', async () => {
  const { id } = await gateway.createUser({
    username: 'gone',
    password: 'correct horse',
    roles: ['PUBLISHER'],
  });
  const { login } = await ask(gateway, op.LoginDocument, {
    input: { username: 'gone', password: 'correct horse' },
  });
  const published = await post(
    [operations({ version: '1', channel: 'erased' }), map, ['0', file]],
    login.accessToken,
  );
  expect(published.data?.uploadRelease.uploader).toBe('gone');
  await gateway.services.administration.delete(id, { userId: null, address: null });
  const { latestRelease } = await ask(gateway, op.LatestReleaseDocument, { channel: 'erased' }, member);
  expect(latestRelease).toMatchObject({ version: '1', uploader: null });
});

describe('releasePublished', () => {
  let host: string;
  beforeAll(async () => {
    host = await gateway.listen();
  });
  const cursorNow = async () => (await ask(gateway, op.ReleaseChannelsDocument, {}, member)).releaseCursor;
  const told = (event: op.ReleasePublishedSubscription | null) =>
    event && [event.releasePublished.type, event.releasePublished.release.version].join(' ');

  test('tells of what happens from now on', async () => {
    await send({ version: '199', channel: 'now' });
    const stream = await ReleaseStream.create(gateway.services, 'now', null);
    const events = stream[Symbol.asyncIterator]();
    await send({ version: '198', channel: 'now' });
    expect((await events.next()).value?.release.version).toBe('198');
    await events.return?.();
  });

  test('tells of publications and withdrawals as they happen, of one channel where asked', async () => {
    const since = await cursorNow();
    await send({ version: '200', channel: 'live' });
    const client = connect(host, member);
    const watched = watch(client, op.ReleasePublishedDocument, { channel: 'live', since });
    expect(told(await watched.next())).toBe('PUBLISHED 200');
    const { data } = await send({ version: '201', channel: 'live' });
    await send({ version: '202', channel: 'other' });
    const withdrawal = { id: data?.uploadRelease.id ?? '', reason: 'bad' };
    await ask(gateway, op.WithdrawReleaseDocument, withdrawal, publisher);
    expect(told(await watched.next())).toBe('PUBLISHED 201');
    expect(told(await watched.next())).toBe('WITHDRAWN 201');
    await watched.stop();
    await client.dispose();
  });

  test('who comes back beside another reader of the channel is not asked for without end', async () => {
    const since = await cursorNow();
    await send({ version: '210', channel: 'quiet' });
    await send({ version: '211', channel: 'loud' });
    const reads = jest.spyOn(ReleaseStream.prototype, 'since');
    const document =
      'subscription ($since: Cursor) { releasePublished(channel: "quiet", since: $since) { release { version } } }';
    const live = await RawLive.open(host, member);
    live.subscribe('new', document);
    live.subscribe('back', document, { since });
    expect(await live.message()).toMatchObject({ id: 'back', type: 'next' });
    for (let turn = 0; turn < 20; turn++) await live.settle();
    expect(reads.mock.calls.length).toBeLessThan(10);
    reads.mockRestore();
    await send({ version: '212', channel: 'quiet' });
    const ids = [await live.message(), await live.message()].map(({ id }) => id);
    expect(new Set(ids)).toEqual(new Set(['new', 'back']));
    await live.close();
  });

  test('goes on after a cursor, with every event once and in order', async () => {
    const versions = Array.from({ length: 12 }, (_, index) => String(301 + index));
    const client = connect(host, member);
    const start = await cursorNow();
    await send({ version: '300', channel: 'resumed' });
    const uploads = Promise.all(versions.map((version) => send({ version, channel: 'resumed' })));
    const seen: string[] = [];
    let since = start;
    // A reader that is cut off after every third event.
    while (seen.length < versions.length + 1) {
      const watched = watch(client, op.ReleasePublishedDocument, { channel: 'resumed', since });
      for (let count = 0; count < 3 && seen.length < versions.length + 1; count += 1) {
        const event = await watched.next();
        seen.push(event?.releasePublished.release.version ?? '');
        since = event?.releasePublished.cursor ?? '';
      }
      await watched.stop();
    }
    await uploads;
    expect(seen[0]).toBe('300');
    expect(seen.toSorted()).toEqual(['300', ...versions]);
    await client.dispose();
  });

  test.each([
    ['nonsense', 'nonsense'],
    ['empty', ''],
    ['of another stream', Buffer.from('devices:1').toString('base64url')],
    ['of another gateway', Buffer.from('release:999999').toString('base64url')],
  ])('refuses a cursor that is %s', async (_what, since) => {
    const client = connect(host, member);
    await expect(watch(client, op.ReleasePublishedDocument, { since }).next()).rejects.toThrow(
      'INVALID_INPUT',
    );
    await client.dispose();
  });

  test('is for who is signed in, and for channels that can be', async () => {
    const stranger = connect(host);
    await expect(watch(stranger, op.ReleasePublishedDocument, {}).next()).rejects.toThrow('UNAUTHENTICATED');
    await stranger.dispose();
    const client = connect(host, member);
    const watched = watch(client, op.ReleasePublishedDocument, { channel: 'No Channel' });
    await expect(watched.next()).rejects.toThrow('INVALID_INPUT');
    await client.dispose();
  });
});
