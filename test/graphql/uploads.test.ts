import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { print } from 'graphql';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import { ask } from '../support/clients/client.js';
import { type FilePart, uploadForm } from '../support/clients/multipart.js';
import type { TestGateway } from '../support/gateway.js';
import * as op from '../support/operations.js';
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

const digestOf = (content: string) => `sha-256=:${Buffer.from(sha256(content), 'hex').toString('base64')}:`;
const PREFLIGHTLESS = { 'apollo-require-preflight': '' };

type Parts = Parameters<typeof uploadForm>[0];

/** Sends a form by a publisher. */
async function post(parts: Parts, headers: Record<string, string> = {}, to = gateway) {
  const form = uploadForm(parts);
  const response = await to.app.inject({
    method: 'POST',
    url: '/graphql',
    payload: form.payload,
    headers: {
      ...form.headers,
      'apollo-require-preflight': 'true',
      authorization: `Bearer ${publisher}`,
      ...headers,
    },
  });
  const { data, errors } = response.json<{
    data?: op.UploadReleaseMutation;
    errors?: { message: string; path?: string[]; extensions: { code: string } }[];
  }>();
  return { status: response.statusCode, data, errors, code: errors?.[0]?.extensions.code };
}

const operations = (input: object, query = UPLOAD) =>
  ['operations', JSON.stringify({ query, variables: { input: { ...input, file: null } } })] as const;
const map = ['map', '{"0":["variables.input.file"]}'] as const;

describe('an upload is refused and leaves nothing behind', () => {
  const version = { version: '1' };
  const paths = (path: string) =>
    [operations(version), ['map', JSON.stringify({ 0: [path] })], ['0', file]] as const;
  const cases: [string, number, string, Parts][] = [
    ['with an empty file', 200, 'INVALID_INPUT', [operations(version), map, ['0', { ...file, content: '' }]]],
    [
      'with another digest',
      200,
      'INVALID_INPUT',
      [operations({ ...version, sha256: sha256('other') }), map, ['0', file]],
    ],
    ['with an invalid version', 200, 'INVALID_INPUT', [operations({ version: 'one' }), map, ['0', file]]],
    [
      'with an invalid channel',
      200,
      'INVALID_INPUT',
      [operations({ ...version, channel: '../a' }), map, ['0', file]],
    ],
    [
      'with NUL in its notes',
      200,
      'INVALID_INPUT',
      [operations({ ...version, notes: 'a\0' }), map, ['0', file]],
    ],
    [
      'with a path in the file name',
      200,
      'INVALID_INPUT',
      [operations(version), map, ['0', { ...file, fileName: '../a' }]],
    ],
    [
      'with a file that is too large',
      200,
      'TOO_LARGE',
      [operations(version), map, ['0', { ...file, content: 'x'.repeat(101) }]],
    ],
    ['without operations', 400, 'INVALID_INPUT', [map, ['0', file]]],
    ['with operations that are not JSON', 400, 'INVALID_INPUT', [['operations', '{'], map, ['0', file]]],
    [
      'with a batch of operations',
      400,
      'INVALID_INPUT',
      [['operations', `[{"query":${JSON.stringify(UPLOAD)}}]`], map, ['0', file]],
    ],
    ['without map', 400, 'INVALID_INPUT', [operations(version), ['0', file]]],
    ['with a list as map', 400, 'INVALID_INPUT', [operations(version), ['map', '[]'], ['0', file]]],
    ['with an empty map', 400, 'INVALID_INPUT', [operations(version), ['map', '{}'], ['0', file]]],
    [
      'with a map of another file',
      200,
      'INVALID_INPUT',
      [operations(version), ['map', '{"1":["variables.input.file"]}'], ['0', file]],
    ],
    ['with a map to an index of a list', 400, 'INVALID_INPUT', paths('variables.files.2000000')],
    ['with a map to a prototype', 400, 'INVALID_INPUT', paths('variables.input.__proto__')],
    ['with a map to the query', 400, 'INVALID_INPUT', paths('query')],
    ['with map after the file', 400, 'INVALID_INPUT', [operations(version), ['0', file], map]],
    ['with operations after the file', 400, 'INVALID_INPUT', [map, ['0', file], operations(version)]],
    ['without a file', 200, 'INVALID_INPUT', [operations(version), map]],
    ['with two files', 200, 'INVALID_INPUT', [operations(version), map, ['0', file], ['1', file]]],
    [
      'with an invalid document',
      200,
      'GRAPHQL_VALIDATION_FAILED',
      [operations(version, '{ none }'), map, ['0', file]],
    ],
    ['with a map to a variable that is not null', 400, 'INVALID_INPUT', paths('variables.input')],
    ['with a map to a variable that is missing', 400, 'INVALID_INPUT', paths('variables.input.other')],
  ];
  test.each(cases)('%s', async (_name, status, code, parts) => {
    expect(await post(parts)).toMatchObject({ status, code });
    expect(await inventory(gateway)).toEqual(nothing);
  });

  test.each([
    ['without a session', { authorization: '' }, 401, 'UNAUTHENTICATED'],
    ['with an invalid token', { authorization: 'nonsense' }, 401, 'UNAUTHENTICATED'],
    ['without the header that a page of another origin cannot set', PREFLIGHTLESS, 400, 'INVALID_INPUT'],
    ['with a malformed digest in a header', { digest: 'sha-256=abc' }, 400, 'INVALID_INPUT'],
    ['with another digest in a header', { 'content-digest': digestOf('other') }, 200, 'INVALID_INPUT'],
  ])('%s', async (_name, headers, status, code) => {
    const parts = [operations(version), map, ['0', file]] as const;
    expect(await post(parts, headers)).toMatchObject({ status, code });
    expect(await inventory(gateway)).toEqual(nothing);
  });

  test('without the permission', async () => {
    const parts = [operations(version), map, ['0', file]] as const;
    const answer = await post(parts, { authorization: member });
    expect(answer).toMatchObject({ status: 403, code: 'FORBIDDEN' });
    expect(await inventory(gateway)).toEqual(nothing);
  });

  test('with text as its file', async () => {
    const body = { query: UPLOAD, variables: { input: { ...version, file: 'text' } } };
    const answer = await gateway.post('/graphql', body, { authorization: publisher });
    expect(answer.json()).toMatchObject({ errors: [{ message: expect.stringContaining('Upload value') }] });
  });
});

test('a file that its operation does not take is discarded', async () => {
  const { data } = await post([operations({}, '{ me { nickname } }'), map, ['0', file]]);
  expect(data).toEqual({ me: { nickname: 'Pia' } });
  expect(await inventory(gateway)).toEqual(nothing);
});

test('a publisher uploads a package with all its details, and members see it', async () => {
  const input = { version: '1.0.0', channel: 'beta', notes: '修复', sha256: sha256(CONTENT) };
  const { data, status } = await post([map, operations(input), ['0', file]]);
  expect(status).toBe(200);
  expect(data?.uploadRelease.release).toEqual({
    id: expect.any(String),
    channel: 'beta',
    version: '1.0.0',
    fileName: 'app.zip',
    size: 9,
    sha256: sha256(CONTENT),
    notes: '修复',
    uploaderName: 'Pia',
    url: 'https://gate.example/dist/app-1.0.0.zip',
    publishedAt: new Date(gateway.clock.now).toISOString(),
    withdrawnAt: null,
    withdrawalReason: null,
  });
  const { latestRelease } = await ask(gateway, op.LatestReleaseDocument, { channel: 'beta' }, member);
  expect(latestRelease).toEqual(data?.uploadRelease.release);
  expect((await ask(gateway, op.LatestReleaseDocument, {}, member)).latestRelease).toBeNull();
});

test('a file that two fields use is published once', async () => {
  const query = `mutation($file: Upload!) {
    one: uploadRelease(input: {version: "1", file: $file}) { release { id } }
    two: uploadRelease(input: {version: "2", file: $file}) { release { id } }
  }`;
  const before = await inventory(gateway);
  const { errors } = await post([
    ['operations', JSON.stringify({ query, variables: { file: null } })],
    ['map', '{"0":["variables.file"]}'],
    ['0', file],
  ]);
  expect(errors).toMatchObject([{ path: ['two'], extensions: { code: 'INVALID_INPUT', field: 'file' } }]);
  expect(await inventory(gateway)).toMatchObject({ uploads: [], releases: before.releases + 1 });
});

test('an upload may name the digest of its file in a header', async () => {
  const parts = [operations({ version: '4' }), map, ['0', file]] as const;
  const { data } = await post(parts, { 'content-digest': digestOf(CONTENT) });
  expect(data).toMatchObject({ uploadRelease: { release: { sha256: sha256(CONTENT) } } });
});

test('an upload may take longer than its access token lasts', async () => {
  const { releases } = gateway.services;
  const receive = jest.spyOn(releases, 'receive').mockImplementationOnce((source) => {
    gateway.clock.advance(graphqlSessionPolicy.tokenLifetimeMs);
    return releases.receive(source);
  });
  const { data } = await post([operations({ version: '3' }), map, ['0', file]]);
  expect(data).toMatchObject({ uploadRelease: { release: { version: '3' } } });
  receive.mockRestore();
});
