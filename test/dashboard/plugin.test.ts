import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startGateway, type TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const get = (url: string) => gateway.app.inject({ method: 'GET', url });
const paths = [
  '/',
  '/sign-in',
  '/scan?ticket=1',
  '/devices/device_7',
  '/releases',
  '/people/user_7',
  '/audit',
  '/account',
];

test('serves the page at each route, uncached and not to be framed', async () => {
  for (const path of paths) {
    const { statusCode, headers } = await get(path);
    expect([path, statusCode, headers['content-type']]).toEqual([path, 200, 'text/html; charset=utf-8']);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
    });
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
  }
});

test('has no inline scripts, and a policy that blocks them', async () => {
  const { headers, body } = await get('/');
  const policy = String(headers['content-security-policy']);
  expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self' 'nonce-[\w+/=]+';/);
  expect(policy).not.toContain('unsafe');
  expect(body.match(/<script(?![^>]* src="\/assets\/)[^>]*>/g)).toBeNull();
  expect(body).not.toMatch(/ style=| on\w+=|javascript:|https?:\/\//);
});

test('creates a nonce per response', async () => {
  const nonceOf = async () => /nonce="([^"]+)"/.exec((await get('/')).body)?.[1];
  const [first, second] = [await nonceOf(), await nonceOf()];
  expect(first).toMatch(/^[\w+/]{22}==$/);
  expect(second).not.toBe(first);
});

test('caches hashed assets for a year, and never caches a missing one', async () => {
  const asset = /src="(\/assets\/[^"]+\.js)"/.exec((await get('/')).body)?.[1] ?? '';
  const file = await get(asset);
  expect(file.statusCode).toBe(200);
  expect(file.headers).toMatchObject({
    'cache-control': 'public, max-age=31536000, immutable',
    'content-type': 'text/javascript; charset=utf-8',
    'x-content-type-options': 'nosniff',
  });
  for (const path of ['/assets/none.js', '/assets/', '/assets/..%2fapp%2findex.html']) {
    const missing = await get(path);
    expect([path, missing.statusCode]).not.toEqual([path, 200]);
    expect(missing.headers['cache-control']).toBe('no-store');
  }
});

test.each([
  ['br', 'gzip, deflate, br, zstd'],
  ['br', '*'],
  ['gzip', 'gzip'],
  ['gzip', 'gzip, br;q=0'],
  [undefined, ''],
  [undefined, 'identity'],
  [undefined, 'br;q=0, gzip;q=0'],
])('serves assets in the encoding %s to clients that accept "%s"', async (encoding, accepted) => {
  const page = await get('/');
  for (const type of ['js', 'css']) {
    const [, url = ''] = new RegExp(`"(/assets/[^"]+\\.${type})"`).exec(page.body) ?? [];
    const plain = await gateway.app.inject({ url });
    const answer = await gateway.app.inject({ url, headers: { 'accept-encoding': accepted } });
    expect(answer.headers['content-encoding']).toBe(encoding);
    expect(decode(encoding, answer.rawPayload)).toEqual(plain.rawPayload);
    for (const { headers } of [plain, answer]) {
      expect(headers.vary).toContain('accept-encoding');
      expect(headers['content-type']).toBe(plain.headers['content-type']);
    }
    expect(answer.headers.etag === plain.headers.etag).toBe(encoding === undefined);
  }
});

function decode(encoding: string | undefined, body: Buffer): Buffer {
  if (encoding === 'br') return brotliDecompressSync(body);
  return encoding === 'gzip' ? gunzipSync(body) : body;
}
