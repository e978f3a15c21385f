import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { LightMyRequestResponse } from 'fastify';
import samples from '../../../src/legacy/upgrade/samples.json' with { type: 'json' };
import { type FilePart, uploadForm } from '../../support/clients/multipart.js';
import type { TestGateway } from '../../support/gateway.js';
import { readGolden } from '../../support/legacy/golden-files.js';
import { expectBody } from '../../support/legacy/upgrade-api.js';
import {
  inventory,
  publishRelease,
  sha256,
  startPublishing,
  UPLOAD,
  upload,
} from '../../support/releases.js';

const golden: Record<string, object> = {
  ...(await readGolden('upgrade-releases')),
  upload: samples['/api/upgrade/upload'].answers.success,
};
const CHECK = '/api/upgrade/checkVersion';
const CONTENT = 'a package';
const file: FilePart = { fileName: 'websocket.html', content: CONTENT };

let gateway: TestGateway;
let publisher: string;
beforeEach(async () => {
  ({ gateway, publisher } = await startPublishing({ PUBLIC_URL: 'https://gate.example/base' }));
});
afterEach(() => gateway.close());

const expectGolden = (response: LightMyRequestResponse, name: string) => expectBody(response, golden[name]);
const check = () => gateway.post(CHECK);
const send = (
  parts: readonly (readonly [string, string | FilePart])[],
  headers: Record<string, string> = {},
) => upload(gateway, publisher, parts, headers);

describe('the documented requests', () => {
  test('upload returns its documented response', async () => {
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

  test('checkVersion returns its documented response without a session', async () => {
    gateway.clock.now = Date.parse('2023-10-20T17:43:42.900+08:00');
    await publishRelease(gateway, '1112343', { name: 'websocket.html' });
    expectGolden(await check(), 'checkVersion');
    expectGolden(await gateway.app.inject({ method: 'POST', url: `${CHECK}/` }), 'checkVersion');
  });

  test('checkVersion returns a semantic version as text, the notes and an encoded path', async () => {
    gateway.clock.now = Date.parse('2023-10-20T17:43:42+08:00');
    for (const [version, notes] of [
      ['1.10.0', '修复'],
      ['1.9.0', null],
      ['1.10.0-rc.1', null],
    ] as const) {
      await publishRelease(gateway, version, { name: '升级.zip', notes });
    }
    expectGolden(await check(), 'checkVersion: semver');
  });

  test('checkVersion fails without a release', async () => {
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
      'after the file',
      [
        ['file', file],
        ['version', '1113'],
      ],
      UPLOAD,
    ],
  ])('upload accepts the version %s', async (_place, parts) => {
    expect((await send(parts)).json()).toMatchObject({ data: { path: '/dist/websocket-1113.html' } });
  });

  test('upload accepts the version after a file that comes in many chunks', async () => {
    const large = { fileName: 'large.bin', content: Buffer.alloc(1_000_000) };
    const parts = [
      ['file', large],
      ['version', '1113'],
    ] as const;
    expect((await send(parts)).json()).toMatchObject({ data: { path: '/dist/large-1113.bin' } });
    expectGolden(await send(parts), 'version taken');
  });

  test('upload accepts the version in the query, but the form takes precedence', async () => {
    const first = await gateway.app.inject(withQuery('version=1', [['file', file]]));
    expect(first.json()).toMatchObject({ data: { path: '/dist/websocket-1.html' } });
    const second = await gateway.app.inject(
      withQuery('version=3', [
        ['file', file],
        ['version', '2'],
      ]),
    );
    expect(second.json()).toMatchObject({ data: { path: '/dist/websocket-2.html' } });
  });

  test('upload accepts the digest of the file as a field and in either header', async () => {
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

  test('upload accepts the digest of the whole body, as RFC 9530 defines Content-Digest', async () => {
    const parts = [
      ['file', file],
      ['version', '1'],
    ] as const;
    const { payload } = withQuery('', parts);
    const base64 = Buffer.from(sha256(payload), 'hex').toString('base64');
    expect((await send(parts, { 'content-digest': `sha-256=:${base64}:` })).statusCode).toBe(200);
  });
});

function withQuery(query: string, parts: Parameters<typeof send>[0]) {
  const form = uploadForm(parts);
  return {
    method: 'POST' as const,
    url: `${UPLOAD}?${query}`,
    payload: form.payload,
    headers: { ...form.headers, authorization: publisher },
  };
}
