import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Pipeline } from '../../src/graphql/execution/pipeline.js';
import { createSchema } from '../../src/graphql/schema.js';
import { createLiveServer } from '../../src/graphql/sockets/live-server.js';
import { listen } from '../../src/server/listen.js';
import { eventually } from '../support/eventually.js';
import type { TestGateway } from '../support/gateway.js';
import { type FilePart, uploadForm } from '../support/multipart.js';
import { openRequest, sendRaw } from '../support/raw-http.js';
import { inventory, nothing, startPublishing, UPLOAD } from '../support/releases.js';

type Part = readonly [string, string | FilePart];

const MANY = 5000;
const STANDSTILL_MS = 1000;
const file: FilePart = { fileName: 'app.bin', content: 'a package' };
const files = Array.from({ length: MANY }, (_, index): Part => [String(index), file]);
const version: Part = ['version', '7'];
const operation = {
  query: 'mutation($file: Upload!) { uploadRelease(input: {version: "7"}, file: $file) { id } }',
  variables: { file: null },
};
const operations: Part = ['operations', JSON.stringify(operation)];
const map: Part = ['map', '{"0":["variables.file"]}'];
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

let gateway: TestGateway;
let publisher: string;
let host: string;
beforeAll(async () => {
  ({ gateway, publisher } = await startPublishing());
  host = await gateway.listen();
});
afterAll(() => gateway.close());
afterEach(async () => {
  // Refused, it is still being put away.
  await eventually(async () => (await inventory(gateway)).uploads.length === 0);
  expect(await inventory(gateway)).toEqual(nothing);
});

const headers = (token: string) => [
  'content-type: multipart/form-data; boundary=x',
  'apollo-require-preflight: true',
  `authorization: ${token}`,
];
const send = (url: string, parts: readonly Part[]) =>
  sendRaw(host, `POST ${url} HTTP/1.1`, headers(publisher), uploadForm(parts).payload);

describe('what is refused, and leaves nothing:', () => {
  const cases: [string, string, readonly Part[]][] = [
    ['thousands of files to the legacy API', UPLOAD, [version, ...files]],
    ['thousands of files to GraphQL', '/graphql', [operations, map, ...files]],
    ['thousands of files before anything else', '/graphql', [...files, operations, map]],
    ['thousands of fields', UPLOAD, [...Array.from({ length: MANY }, () => version), ['file', file]]],
    [
      'a file that nobody named, behind the one that was',
      '/graphql',
      [operations, map, ['0', file], ['1', file]],
    ],
    [
      'a map of thousands of files',
      '/graphql',
      [
        operations,
        ['map', JSON.stringify(Object.fromEntries(files.map(([name]) => [name, ['variables.file']])))],
        ['0', file],
      ],
    ],
    [
      'a map of one file to thousands of variables',
      '/graphql',
      [operations, ['map', JSON.stringify({ 0: files.map(([name]) => `variables.f${name}`) })], ['0', file]],
    ],
    ['a map that nests', '/graphql', [operations, ['map', `{"0":${nested(100_000)}}`], ['0', file]]],
    [
      'a map to the end of a list',
      '/graphql',
      [operations, ['map', '{"0":["variables.file.4294967294"]}'], ['0', file]],
    ],
    [
      'variables that nest',
      '/graphql',
      [
        ['operations', JSON.stringify(operation).replace('null', nested(100_000))],
        ['map', '{"0":["variables.other"]}'],
        ['0', file],
      ],
    ],
    ['a file of no bytes to the legacy API', UPLOAD, [version, ['file', { ...file, content: '' }]]],
  ];
  test.each(cases)('%s', async (_what, url, parts) => {
    const answer = await send(url, parts);
    expect(answer.body).toMatch(/^\{"data":null,"meta":\{"msg":"[^"]+","status":400\}\}$|^\{"errors":\[/);
    expect([200, 400]).toContain(answer.status);
  });
});

describe.each([
  ['the legacy API', UPLOAD, [version, ['file', file]] as Part[]],
  ['GraphQL', '/graphql', [operations, map, ['0', file]] as Part[]],
])('a sender to %s', (_name, url, parts) => {
  const { payload } = uploadForm(parts);
  const head = (length: number) => [
    `POST ${url} HTTP/1.1`,
    ...headers(publisher),
    `content-length: ${length}`,
  ];

  test('that stops in the middle is cut off after a while, and others are served meanwhile', async () => {
    const { config, complexityBudget } = gateway.services;
    const log = gateway.app.log;
    const pipeline = new Pipeline(createSchema(), config, complexityBudget, log);
    const live = createLiveServer(gateway.services, pipeline, log);
    const { port, close } = await listen(gateway.app, live, '127.0.0.1', 0, { idleMs: STANDSTILL_MS });
    const slow = await openRequest(`127.0.0.1:${port}`, head(payload.length + 1_000_000));
    slow.write(payload.subarray(0, payload.length - 10));
    // Until its file is seen it goes on: a busy machine may take longer than it may stand still.
    const going = setInterval(() => slow.write('.'), STANDSTILL_MS / 20);
    await eventually(async () => (await inventory(gateway)).uploads.length === 1);
    clearInterval(going);
    expect((await gateway.app.inject('/health/ready')).statusCode).toBe(200);
    slow.resume();
    await once(slow, 'close');
    await live.close();
    await close();
  });

  test('that sends byte by byte is served like any other', async () => {
    const broken = payload.subarray(0, payload.length - 6);
    const slow = await openRequest(host, [...head(broken.length), 'connection: close']);
    slow.setNoDelay(true);
    for (const byte of broken) {
      if (!slow.write(Buffer.of(byte))) await once(slow, 'drain');
      await new Promise((resolve) => setImmediate(resolve));
    }
    const [answer] = await once(slow, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1\.1 400 |"INVALID_INPUT"/);
  });
});
