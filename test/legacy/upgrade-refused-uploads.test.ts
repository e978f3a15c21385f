import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { LightMyRequestResponse } from 'fastify';
import type { TestGateway } from '../support/gateway.js';
import { readGolden } from '../support/golden-files.js';
import { type FilePart, uploadForm } from '../support/multipart.js';
import { inventory, nothing, sha256, startPublishing, UPLOAD, upload } from '../support/releases.js';
import { expectBody } from '../support/upgrade-api.js';

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

describe('a refused upload leaves nothing, and says why', () => {
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
