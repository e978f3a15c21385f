import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { LightMyRequestResponse } from 'fastify';
import { type FilePart, uploadForm } from '../../support/clients/multipart.js';
import type { TestGateway } from '../../support/gateway.js';
import { readGolden } from '../../support/legacy/golden-files.js';
import { expectBody } from '../../support/legacy/upgrade-api.js';
import { inventory, nothing, sha256, startPublishing, UPLOAD, upload } from '../../support/releases.js';

const golden = await readGolden('upgrade-releases');
const CHECK = '/api/upgrade/checkVersion';
const CONTENT = 'a package';
const file: FilePart = { fileName: 'websocket.html', content: CONTENT };

let gateway: TestGateway;
let publisher: string;
let member: string;
beforeAll(async () => {
  ({ gateway, publisher, member } = await startPublishing({ UPLOAD_LIMIT: '100' }));
});
afterAll(() => gateway.close());

const expectGolden = (response: LightMyRequestResponse, name: string) => expectBody(response, golden[name]);
const send = (
  parts: readonly (readonly [string, string | FilePart])[],
  headers: Record<string, string> = {},
) => upload(gateway, publisher, parts, headers);

describe('an upload is refused and leaves nothing behind', () => {
  const version = ['version', '1113'] as const;
  const named = (fileName: string) => [version, ['file', { fileName, content: CONTENT }]] as const;
  const wrong = sha256('something else');
  const wrongBase64 = Buffer.from(wrong, 'hex').toString('base64');
  const cases: [string, string, Parameters<typeof send>[0], Record<string, string>?][] = [
    ['without a version', 'no version', [['file', file]]],
    [
      'with an empty version',
      'no version',
      [
        ['version', ''],
        ['file', file],
      ],
    ],
    ['without a file', 'no file', [version]],
    ['with a text field as its file', 'no file', [version, ['file', CONTENT]]],
    ['with its file in another field', 'no file', [version, ['package', file]]],
    ['with its file in another field before the version', 'no file', [['package', file], version]],
    ['with its file in another field and no version', 'no version', [['package', file]]],
    ['with two files', 'file', [version, ['file', file], ['file', file]]],
    ['with an empty file', 'file', [version, ['file', { ...file, content: '' }]]],
    [
      'with an invalid version',
      'version',
      [
        ['version', 'latest'],
        ['file', file],
      ],
    ],
    [
      'with a version that has a leading zero',
      'version',
      [
        ['version', '01113'],
        ['file', file],
      ],
    ],
    ['with a file without a name', 'file', named('')],
    ['with a relative path as its file name', 'file', named('../../etc/passwd')],
    ['with an absolute path as its file name', 'file', named('/etc/passwd')],
    ['with a Windows path as its file name', 'file', named('C:\\\\temp\\\\a.zip')],
    ['with NUL in its file name', 'file', named('a\0.zip')],
    ['with a control character in its file name', 'file', named('a\u001b[2J.zip')],
    ['with a file name that is too long', 'file', named(`${'a'.repeat(252)}.zip`)],
    [
      'with a file that is too large',
      'too large',
      [version, ['file', { ...file, content: 'x'.repeat(101) }]],
    ],
    [
      'with a Content-Length that is too large',
      'too large',
      [version, ['file', { ...file, content: 'x'.repeat(3e6) }]],
    ],
    ['with another digest', 'digest', [version, ['file', file], ['sha256', wrong]]],
    ['with a malformed digest', 'digest', [version, ['file', file], ['sha256', 'abc']]],
    [
      'with another digest in a header',
      'digest',
      [version, ['file', file]],
      { 'content-digest': `sha-256=:${wrongBase64}:` },
    ],
    ['with a malformed digest in a header', 'digest', [version, ['file', file]], { digest: 'sha-256=abc' }],
    ['with a form without a boundary', 'unsupported', [version], { 'content-type': 'multipart/form-data' }],
    [
      'with a form that does not end',
      'unsupported',
      [version],
      { 'content-type': 'multipart/form-data; boundary=y' },
    ],
    ['without a form', 'file', [version], { 'content-type': 'application/json' }],
    ['with a field that is too long', 'unsupported', [['version', '1'.repeat(300_000)]]],
    ['with too many fields', 'unsupported', Array.from({ length: 50 }, () => version)],
  ];
  test.each(cases)('%s', async (_name, name, parts, headers = {}) => {
    expectGolden(await send(parts, headers), name);
    expect(await inventory(gateway)).toEqual(nothing);
  });

  test('without a session or the permission', async () => {
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

  test('with a file that exceeds the limit while it is received', async () => {
    const host = await gateway.listen();
    const { payload, headers } = uploadForm([version, ['file', { ...file, content: 'x'.repeat(200) }]]);
    // Chunked and not ended, so that no length announces the size.
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

  test('if the database fails', async () => {
    await gateway.services.db.em.execute('alter table release_events rename to gone');
    expectGolden(await send([version, ['file', file]]), 'fault');
    await gateway.services.db.em.execute('alter table gone rename to release_events');
    expect(await inventory(gateway)).toEqual(nothing);
  });

  test('with a published version, and the published release stays', async () => {
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
