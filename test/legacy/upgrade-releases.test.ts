import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { LightMyRequestResponse } from 'fastify';
import samples from '../../src/legacy/upgrade/samples.json' with { type: 'json' };
import type { TestGateway } from '../support/gateway.js';
import { readGolden } from '../support/golden.js';
import { type FilePart, uploadForm } from '../support/multipart.js';
import { inventory, nothing, sha256, startPublishing, UPLOAD, upload } from '../support/releases.js';

const golden: Record<string, object> = {
  ...(await readGolden('upgrade-releases')),
  upload: samples['/api/upgrade/upload'].answers.success,
};
const CHECK = '/api/upgrade/checkVersion';
const CONTENT = 'a package';
const file: FilePart = { fileName: 'websocket.html', content: CONTENT };

let gateway: TestGateway;
let publisher: string;
let member: string;
const start = async () => {
  const env = { PUBLIC_URL: 'https://gate.example/base', UPLOAD_LIMIT: '100' };
  ({ gateway, publisher, member } = await startPublishing(env));
};
const close = () => gateway.close();

/** The body as text, so that the order of keys counts. */
function expectGolden(response: LightMyRequestResponse, name: string) {
  expect(response.body).toBe(JSON.stringify(golden[name]));
  expect(response.statusCode).toBe(response.json<{ meta: { status: number } }>().meta.status);
  expect(response.headers['content-type']).toBe('application/json; charset=utf-8');
}
const check = () => gateway.post(CHECK);
const send = (
  parts: readonly (readonly [string, string | FilePart])[],
  headers: Record<string, string> = {},
) => upload(gateway, publisher, parts, headers);

describe('the documented requests', () => {
  beforeEach(start);
  afterEach(close);

  test('upload answers its sample', async () => {
    const parts = [
      ['version', '1113'],
      ['file', { fileName: '.production', content: CONTENT }],
    ] as const;
    expectGolden(await send(parts), 'upload');
    expect(await inventory(gateway)).toEqual({
      uploads: [],
      packages: [sha256(CONTENT)],
      releases: 1,
      events: 1,
    });
  });

  test('checkVersion answers its sample, to anybody', async () => {
    gateway.clock.now = Date.parse('2023-10-20T17:43:42.900+08:00');
    await gateway.services.releases.publish(
      { name: 'websocket.html', received: await receive(CONTENT) },
      { version: '1112343', channel: 'stable', notes: null, sha256: null },
      { userId: null, address: null },
    );
    expectGolden(await check(), 'checkVersion');
    expectGolden(await gateway.app.inject({ method: 'POST', url: `${CHECK}/` }), 'checkVersion');
  });

  test('a semantic version is text, notes are shown, and a path is part of a URL', async () => {
    gateway.clock.now = Date.parse('2023-10-20T17:43:42+08:00');
    for (const [version, notes] of [
      ['1.10.0', '修复'],
      ['1.9.0', null],
      ['1.10.0-rc.1', null],
    ] as const) {
      await gateway.services.releases.publish(
        { name: '升级.zip', received: await receive(CONTENT) },
        { version, channel: 'stable', notes, sha256: null },
        { userId: null, address: null },
      );
    }
    expectGolden(await check(), 'checkVersion: semver');
  });

  test('without a release there is nothing to answer', async () => {
    expectGolden(await check(), 'no release');
  });

  test.each<[string, readonly (readonly [string, string | FilePart])[], string]>([
    [
      'before the file',
      [
        ['version', '1113'],
        ['file', file],
      ],
      UPLOAD,
    ],
    [
      'behind the file',
      [
        ['file', file],
        ['version', '1113'],
      ],
      UPLOAD,
    ],
  ])('the version may come %s', async (_where, parts) => {
    expect((await send(parts)).json()).toMatchObject({ data: { path: '/dist/websocket-1113.html' } });
  });

  test('the version may come in the query; the form goes before it', async () => {
    const first = await gateway.app.inject(withQuery('version=1', [['file', file]]));
    expect(first.json()).toMatchObject({ data: { path: '/dist/websocket-1.html' } });
    const second = await gateway.app.inject(
      withQuery('version=1', [
        ['file', file],
        ['version', '2'],
      ]),
    );
    expect(second.json()).toMatchObject({ data: { path: '/dist/websocket-2.html' } });
  });

  test('a digest that is right is accepted, in any of its places', async () => {
    const base64 = Buffer.from(sha256(CONTENT), 'hex').toString('base64');
    const known = { sha256: sha256(CONTENT).toUpperCase() };
    expect(
      (
        await send([
          ['file', file],
          ['version', '1'],
          ['sha256', known.sha256],
        ])
      ).statusCode,
    ).toBe(200);
    const headers = [
      { 'content-digest': `sha-512=:x:, sha-256=:${base64}:` },
      { digest: `SHA-256=${base64}` },
    ];
    for (const [index, header] of headers.entries()) {
      expect(
        (
          await send(
            [
              ['file', file],
              ['version', String(index + 2)],
            ],
            header,
          )
        ).statusCode,
      ).toBe(200);
    }
  });

  test('a digest of the whole body, as RFC 9530 has it, is accepted', async () => {
    const parts = [
      ['file', file],
      ['version', '1'],
    ] as const;
    const { payload } = withQuery('', parts);
    const base64 = Buffer.from(sha256(payload), 'hex').toString('base64');
    expect((await send(parts, { 'content-digest': `sha-256=:${base64}:` })).statusCode).toBe(200);
  });
});

describe('a refused upload leaves nothing, and says why', () => {
  beforeAll(start);
  afterAll(close);

  const version = ['version', '1113'] as const;
  const named = (fileName: string) => [version, ['file', { fileName, content: CONTENT }]] as const;
  const wrong = sha256('something else');
  const wrongBase64 = Buffer.from(wrong, 'hex').toString('base64');
  const cases: [string, string, Parameters<typeof send>[0], Record<string, string>?][] = [
    ['no version', 'no version', [['file', file]]],
    [
      'an empty version',
      'no version',
      [
        ['version', ''],
        ['file', file],
      ],
    ],
    ['no file', 'no file', [version]],
    ['a file that is a text field', 'no file', [version, ['file', CONTENT]]],
    ['a file in another field', 'no file', [version, ['package', file]]],
    ['two files', 'file', [version, ['file', file], ['file', file]]],
    ['an empty file', 'file', [version, ['file', { ...file, content: '' }]]],
    [
      'a version that cannot be ordered',
      'version',
      [
        ['version', 'latest'],
        ['file', file],
      ],
    ],
    [
      'a version with a leading zero',
      'version',
      [
        ['version', '01113'],
        ['file', file],
      ],
    ],
    ['a file without a name', 'file', named('')],
    ['a name that climbs', 'file', named('../../etc/passwd')],
    ['a name with a path', 'file', named('/etc/passwd')],
    ['a name with a path of another system', 'file', named('C:\\\\temp\\\\a.zip')],
    ['a name with NUL', 'file', named('a\0.zip')],
    ['a name with an escape', 'file', named('a\u001b[2J.zip')],
    ['a name that is too long', 'file', named(`${'a'.repeat(252)}.zip`)],
    ['a file that is too large', 'too large', [version, ['file', { ...file, content: 'x'.repeat(101) }]]],
    ['a body that is far too large', 'too large', [version, ['file', { ...file, content: 'x'.repeat(3e6) }]]],
    ['a digest that is wrong', 'digest', [version, ['file', file], ['sha256', wrong]]],
    ['a digest that is none', 'digest', [version, ['file', file], ['sha256', 'abc']]],
    [
      'a header digest that is wrong',
      'digest',
      [version, ['file', file]],
      { 'content-digest': `sha-256=:${wrongBase64}:` },
    ],
    ['a header digest that is none', 'digest', [version, ['file', file]], { digest: 'sha-256=abc' }],
    ['a form without a boundary', 'unsupported', [version], { 'content-type': 'multipart/form-data' }],
    [
      'a form that does not end',
      'unsupported',
      [version],
      { 'content-type': 'multipart/form-data; boundary=y' },
    ],
    ['no form', 'file', [version], { 'content-type': 'application/json' }],
    ['a field that is too long', 'unsupported', [['version', '1'.repeat(300_000)]]],
    ['too many fields', 'unsupported', Array.from({ length: 50 }, () => version)],
  ];
  test.each(cases)('%s', async (_name, name, parts, headers = {}) => {
    expectGolden(await send(parts, headers), name);
    expect(await inventory(gateway)).toEqual(nothing);
  });

  test('of somebody unknown, and of somebody who may not', async () => {
    expectGolden(await upload(gateway, '', [version, ['file', file]]), 'no token');
    expectGolden(await upload(gateway, 'nonsense', [version, ['file', file]]), 'no token');
    expectGolden(await upload(gateway, member, [version, ['file', file]]), 'no permission');
    expect(await inventory(gateway)).toEqual(nothing);
  });

  test.each(['GET', 'PUT', 'DELETE', 'PROPFIND'])('by %s', async (method) => {
    for (const url of [UPLOAD, CHECK]) {
      expectGolden(await gateway.app.inject({ method: method as 'GET', url }), 'unsupported');
    }
  });

  test('of a file that turns out to be too large while it comes in', async () => {
    const host = await gateway.listen();
    const { payload, headers } = uploadForm([version, ['file', { ...file, content: 'x'.repeat(200) }]]);
    // Chunked, and not ended: no length says beforehand what comes.
    const sending = httpRequest(`http://${host}${UPLOAD}`, {
      method: 'POST',
      headers: { ...headers, authorization: publisher },
    });
    sending.write(payload.subarray(0, payload.length - 50));
    const [response]: [IncomingMessage] = (await once(sending, 'response')) as [IncomingMessage];
    expect(await text(response)).toBe(JSON.stringify(golden['too large']));
    sending.on('error', () => {}).destroy();
    expect(await inventory(gateway)).toEqual(nothing);
  });

  test('when the database is out of order', async () => {
    await gateway.services.db.em.execute('alter table release_events rename to gone');
    expectGolden(await send([version, ['file', file]]), 'fault');
    await gateway.services.db.em.execute('alter table gone rename to release_events');
    expect(await inventory(gateway)).toEqual(nothing);
  });

  test('of a version or a name that is taken; what was there stays', async () => {
    await send([version, ['file', file]]);
    const before = await inventory(gateway);
    const other = { fileName: 'other.zip', content: 'other' };
    expectGolden(await send([version, ['file', other]]), 'version taken');
    expectGolden(await send([version, ['file', { ...other, content: CONTENT }]]), 'version taken');
    expectGolden(
      await send([
        ['version', '1.0.0'],
        ['file', other],
      ]),
      'version',
    );
    expect(await inventory(gateway)).toEqual(before);
  });
});

const receive = (content: string) => gateway.services.releases.receive(Readable.from([Buffer.from(content)]));

function withQuery(query: string, parts: Parameters<typeof send>[0]) {
  const form = uploadForm(parts);
  return {
    method: 'POST' as const,
    url: `${UPLOAD}?${query}`,
    payload: form.payload,
    headers: { ...form.headers, authorization: publisher },
  };
}
