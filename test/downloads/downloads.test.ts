import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { TestGateway } from '../support/gateway.js';
import { openRequest } from '../support/raw-http.js';
import { publishRelease, sha256, startPublishing } from '../support/releases.js';

const content = Buffer.from('0123456789');
const ETAG = `"${sha256(content)}"`;
const system = { userId: null, address: null };

let gateway: TestGateway;
let host: string;
beforeAll(async () => {
  ({ gateway } = await startPublishing());
  host = await gateway.listen();
  await publish('app.html', '1', content);
});
afterAll(() => gateway.close());

const publish = (name: string, version: string, content: Buffer) =>
  publishRelease(gateway, version, { name, content });

const get = (
  headers: Record<string, string> = {},
  url = '/dist/app-1.html',
  method: 'GET' | 'HEAD' = 'GET',
) => gateway.app.inject({ method, url, headers });

test('a package is an attachment in a sandbox and may be cached for a year', async () => {
  const { statusCode, headers, body } = await get();
  expect([statusCode, body]).toEqual([200, '0123456789']);
  expect(headers).toMatchObject({
    'content-type': 'application/octet-stream',
    'content-length': '10',
    'content-disposition': 'attachment; filename=app-1.html',
    'content-security-policy': 'sandbox',
    'x-content-type-options': 'nosniff',
    'cache-control': 'public, max-age=31536000, immutable',
    'accept-ranges': 'bytes',
    'access-control-allow-origin': '*',
    etag: ETAG,
    'last-modified': new Date(gateway.clock.now).toUTCString(),
  });
});

test('HEAD returns the headers without the body', async () => {
  const { statusCode, headers, body } = await get({}, '/dist/app-1.html', 'HEAD');
  expect([statusCode, headers['content-length'], headers.etag, body]).toEqual([200, '10', ETAG, '']);
});

test('a package with a non-ASCII name is downloaded by its encoded path and saved under its name', async () => {
  await publish('升级 包.zip', '2', Buffer.from('other'));
  const response = await get({}, '/dist/%E5%8D%87%E7%BA%A7%20%E5%8C%85-2.zip');
  expect(response.body).toBe('other');
  expect(response.headers['content-disposition']).toBe(
    `attachment; filename="?? ?-2.zip"; filename*=UTF-8''%E5%8D%87%E7%BA%A7%20%E5%8C%85-2.zip`,
  );
});

describe('a request with a condition', () => {
  const cases: [string, Record<string, string>, number, string][] = [
    ['If-None-Match with its ETag', { 'if-none-match': ETAG }, 304, ''],
    [
      'If-None-Match with a list that has its ETag as a weak one',
      { 'if-none-match': `"other", W/${ETAG}` },
      304,
      '',
    ],
    ['If-None-Match with any ETag', { 'if-none-match': '*' }, 304, ''],
    ['If-None-Match with another ETag', { 'if-none-match': '"other"' }, 200, '0123456789'],
    [
      'If-Modified-Since with a later time',
      { 'if-modified-since': new Date(Date.now() + 60_000).toUTCString() },
      304,
      '',
    ],
    ['If-Match with its ETag', { 'if-match': ETAG }, 200, '0123456789'],
    ['If-Match with another ETag', { 'if-match': '"other"' }, 412, ''],
  ];
  test.each(cases)('%s', async (_name, headers, status, body) => {
    const response = await get(headers);
    expect([response.statusCode, response.body]).toEqual([status, body]);
    if (status === 304) expect(response.headers.etag).toBe(ETAG);
  });
});

describe('a request for a range', () => {
  const cases: [string, Record<string, string>, number, string, string | undefined][] = [
    ['at the beginning', { range: 'bytes=0-3' }, 206, '0123', 'bytes 0-3/10'],
    ['from an offset to the end', { range: 'bytes=4-' }, 206, '456789', 'bytes 4-9/10'],
    ['of the last bytes', { range: 'bytes=-2' }, 206, '89', 'bytes 8-9/10'],
    ['that reaches past the end', { range: 'bytes=8-99' }, 206, '89', 'bytes 8-9/10'],
    ['that starts past the end', { range: 'bytes=10-' }, 416, '', 'bytes */10'],
    ['that is malformed', { range: 'bytes=b-a' }, 200, '0123456789', undefined],
    ['of another unit', { range: 'lines=1-2' }, 200, '0123456789', undefined],
    ['in several parts', { range: 'bytes=0-1,4-5' }, 200, '0123456789', undefined],
    ['with If-Range and its ETag', { range: 'bytes=4-', 'if-range': ETAG }, 206, '456789', 'bytes 4-9/10'],
    [
      'with If-Range and another ETag',
      { range: 'bytes=4-', 'if-range': '"other"' },
      200,
      '0123456789',
      undefined,
    ],
    [
      'with If-Range and an older time',
      { range: 'bytes=4-', 'if-range': new Date(0).toUTCString() },
      200,
      '0123456789',
      undefined,
    ],
  ];
  test.each(cases)('%s', async (_name, headers, status, body, range) => {
    const response = await get(headers);
    expect([response.statusCode, response.body, response.headers['content-range']]).toEqual([
      status,
      body,
      range,
    ]);
  });
});

test.each([
  '/dist/none.zip',
  '/dist/',
  '/dist/..%2f..%2fetc%2fpasswd',
  '/dist/../package.json',
  '/dist/app-1.html/',
  `/dist/${sha256(content)}`,
  `/dist/${'a'.repeat(5000)}`,
  '/dist/%00',
])('%s is not found', async (url) => {
  expect((await get({}, url)).statusCode).toBe(url === '/dist/app-1.html/' ? 200 : 404);
});

test('a withdrawn package is gone', async () => {
  const release = await publish('bad.zip', '3', Buffer.from('bad'));
  await gateway.services.releases.withdraw(release.id, 'It does not start.', system);
  const response = await get({ range: 'bytes=0-1', 'if-none-match': '*' }, '/dist/bad-3.zip');
  expect([response.statusCode, response.body]).toEqual([410, 'The package has been withdrawn.\n']);
  expect(response.headers['cache-control']).toBe('no-store');
});

test('a missing file is logged as a server error', async () => {
  const release = await publish('missing.zip', '4', Buffer.from('missing'));
  await rm(gateway.services.releases.locate(release));
  const response = await get({}, '/dist/missing-4.zip');
  expect([response.statusCode, response.headers['cache-control']]).toEqual([500, undefined]);
  expect(gateway.logged()).toContain('package cannot be read');
});

test('curl -C - resumes an interrupted download', async () => {
  const large = randomBytes(8 * 1024 * 1024);
  await publish('large.bin', '5', large);
  const socket = await openRequest(host, ['GET /dist/large-5.bin HTTP/1.1']);
  const chunks: Buffer[] = [];
  while (Buffer.concat(chunks).length < 1024 * 1024) chunks.push(...(await once(socket, 'data')));
  socket.destroy();
  const part = Buffer.concat(chunks);
  const body = part.subarray(part.indexOf('\r\n\r\n') + 4);

  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-curl-'));
  const path = join(folder, 'large.bin');
  await writeFile(path, body);
  const url = `http://${host}/dist/large-5.bin`;
  const { stdout } = await promisify(execFile)('curl', [
    '-sS',
    '-C',
    '-',
    '-o',
    path,
    '-w',
    '%{http_code} %{size_download}',
    url,
  ]);
  expect(stdout).toBe(`206 ${large.length - body.length}`);
  expect(sha256(await readFile(path))).toBe(sha256(large));
  await rm(folder, { recursive: true });
});
