import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Pipeline } from '../../src/graphql/execution/pipeline.js';
import { createSchema } from '../../src/graphql/schema.js';
import { createLiveServer } from '../../src/graphql/sockets/live-server.js';
import { ConnectionLimit } from '../../src/server/connection-limit.js';
import { listen } from '../../src/server/listen.js';
import { type FilePart, uploadForm } from '../support/clients/multipart.js';
import { openRequest, sendRaw } from '../support/clients/raw-http.js';
import { eventually } from '../support/eventually.js';
import type { TestGateway } from '../support/gateway.js';
import { inventory, nothing, startPublishing, UPLOAD, uploadParts } from '../support/releases.js';

type Part = readonly [string, string | FilePart];

const MANY = 5000;
const IDLE_MS = 1000;
const file: FilePart = { fileName: 'app.bin', content: 'a package' };
const files = Array.from({ length: MANY }, (_, index): Part => [String(index), file]);
const PARTS = uploadParts(file);
const [version] = PARTS[UPLOAD];
const [operations, map] = PARTS['/graphql'];
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
  // A refused file is deleted after the answer.
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

describe('an upload is refused and leaves nothing behind:', () => {
  const cases: [string, string, readonly Part[]][] = [
    ['thousands of files to the legacy API', UPLOAD, [version, ...files]],
    ['thousands of files to GraphQL', '/graphql', [operations, map, ...files]],
    ['thousands of files before anything else', '/graphql', [...files, operations, map]],
    ['thousands of fields', UPLOAD, [...Array.from({ length: MANY }, () => version), ['file', file]]],
    ['a second file, which map does not name', '/graphql', [operations, map, ['0', file], ['1', file]]],
    [
      'a map of thousands of files',
      '/graphql',
      [
        operations,
        ['map', JSON.stringify(Object.fromEntries(files.map(([name]) => [name, ['variables.input.file']])))],
        ['0', file],
      ],
    ],
    [
      'a map of one file to thousands of variables',
      '/graphql',
      [operations, ['map', JSON.stringify({ 0: files.map(([name]) => `variables.f${name}`) })], ['0', file]],
    ],
    ['a deeply nested map', '/graphql', [operations, ['map', `{"0":${nested(100_000)}}`], ['0', file]]],
    [
      'a map to the end of a list',
      '/graphql',
      [operations, ['map', '{"0":["variables.input.file.4294967294"]}'], ['0', file]],
    ],
    [
      'deeply nested variables',
      '/graphql',
      [
        ['operations', operations[1].replace('null', nested(100_000))],
        ['map', '{"0":["variables.other"]}'],
        ['0', file],
      ],
    ],
    ['an empty file to the legacy API', UPLOAD, [version, ['file', { ...file, content: '' }]]],
  ];
  test.each(cases)('%s', async (_name, url, parts) => {
    const answer = await send(url, parts);
    expect(answer.body).toMatch(/^\{"data":null,"meta":\{"msg":"[^"]+","status":400\}\}$|^\{"errors":\[/);
    expect([200, 400]).toContain(answer.status);
  });
});

describe.each([UPLOAD, '/graphql'] as const)('a client of %s', (url) => {
  const { payload } = uploadForm(PARTS[url]);
  const head = (length: number) => [
    `POST ${url} HTTP/1.1`,
    ...headers(publisher),
    `content-length: ${length}`,
  ];

  test('that stops in the middle of an upload is disconnected, and others are served meanwhile', async () => {
    const { services } = gateway;
    const log = gateway.app.log;
    const pipeline = new Pipeline(createSchema(), services.config, services, log);
    const live = createLiveServer(services, pipeline, log);
    const connections = new ConnectionLimit(100);
    const served = { requests: gateway.app.routing, connections, live, log };
    const { port, close } = await listen(served, '127.0.0.1', 0, {
      keepAliveMs: IDLE_MS,
      idleMs: IDLE_MS,
    });
    const slow = await openRequest(`127.0.0.1:${port}`, head(payload.length + 1_000_000));
    slow.write(payload.subarray(0, payload.length - 10));
    // A busy machine may take longer than the idle limit to create the file.
    const sending = setInterval(() => slow.write('.'), IDLE_MS / 20);
    await eventually(async () => (await inventory(gateway)).uploads.length === 1);
    clearInterval(sending);
    expect((await gateway.app.inject('/health/ready')).statusCode).toBe(200);
    slow.resume();
    await once(slow, 'close');
    await live.close();
    await close();
  });

  test('that sends byte by byte is answered', async () => {
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
