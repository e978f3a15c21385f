import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startGateway, type TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const get = (url: string) => gateway.app.inject({ method: 'GET', url });
const addresses = [
  '/',
  '/sign-in',
  '/scan?ticket=1',
  '/devices/7',
  '/releases',
  '/people/7',
  '/audit',
  '/account',
];

test('each address of the dashboard answers its page, which no cache keeps and nobody frames', async () => {
  for (const address of addresses) {
    const { statusCode, headers } = await get(address);
    expect([address, statusCode, headers['content-type']]).toEqual([
      address,
      200,
      'text/html; charset=utf-8',
    ]);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
    });
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
  }
});

test('a page has no inline script, and its policy lets none run', async () => {
  const { headers, body } = await get('/');
  const policy = String(headers['content-security-policy']);
  expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self' 'nonce-[\w+/=]+';/);
  expect(policy).not.toContain('unsafe');
  expect(body.match(/<script(?![^>]* src="\/assets\/)[^>]*>/g)).toBeNull();
  expect(body).not.toMatch(/ style=| on\w+=|javascript:|https?:\/\//);
});

test('each answer has a nonce of its own', async () => {
  const nonceOf = async () => /nonce="([^"]+)"/.exec((await get('/')).body)?.[1];
  const [first, second] = [await nonceOf(), await nonceOf()];
  expect(first).toMatch(/^[\w+/]{22}==$/);
  expect(second).not.toBe(first);
});

test('files are kept for good under their hashes; what is not there is kept by nobody', async () => {
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
