import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { LightMyRequestResponse } from 'fastify';
import samples from '../../src/legacy/upgrade/samples.json' with { type: 'json' };
import type { TestGateway } from '../support/gateway.js';
import { readGolden } from '../support/golden-files.js';
import { type FilePart, uploadForm } from '../support/multipart.js';
import { inventory, sha256, startPublishing, UPLOAD, upload } from '../support/releases.js';
import { expectBody } from '../support/upgrade-api.js';

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
      { name: 'websocket.html', staged: await receive(CONTENT) },
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
        { name: '升级.zip', staged: await receive(CONTENT) },
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
      withQuery('version=3', [
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
