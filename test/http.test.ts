import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startGateway, type TestGateway } from './support/gateway.js';
import { openRequest } from './support/raw-request.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const upgradeFailure = (status: number) => ({
  data: null,
  meta: { msg: expect.stringMatching(/^请求的/), status },
});

test('a client that offers HTTP/2 is answered over HTTP/1.1 by the door it calls', async () => {
  const host = await gateway.listen();
  const body = JSON.stringify({ account: 'nobody', passwd: 'whatever' });
  const socket = await openRequest(host, [
    'POST /api/background_login HTTP/1.1',
    'connection: Upgrade, HTTP2-Settings, close',
    'upgrade: h2c',
    'http2-settings: AAMAAABkAAQAAP__',
    'content-type: application/json',
    `content-length: ${body.length}`,
  ]);
  socket.write(body);
  const answer = await text(socket);
  expect(answer).toMatch(/^HTTP\/1.1 200 OK\r\n/);
  expect(answer).toContain('账号错误');
});

test('a WebSocket is still let in, and at GraphQL alone', async () => {
  const host = await gateway.listen();
  const handshake = [
    'connection: Upgrade',
    'upgrade: WebSocket',
    'sec-websocket-version: 13',
    'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==',
    'sec-websocket-protocol: graphql-transport-ws',
  ];
  const live = await openRequest(host, ['GET /graphql HTTP/1.1', ...handshake]);
  const [answer] = await once(live, 'data');
  expect(String(answer)).toMatch(/^HTTP\/1.1 101 /);
  live.destroy();
  const other = await openRequest(host, ['GET /api/background_login HTTP/1.1', ...handshake]);
  expect(await text(other)).toMatch(/^HTTP\/1.1 404 /);
});

describe('below /api the upgrade API answers', () => {
  test.each(['/api', '/api/', '/api/nothing', '/api?password=secret'])('%s with its 404', async (url) => {
    const answer = await gateway.post(url);
    expect({ status: answer.statusCode, body: answer.json() }).toEqual({
      status: 404,
      body: upgradeFailure(404),
    });
  });

  test('a path that cannot be decoded with its 400', async () => {
    const answer = await gateway.post('/api/%zz');
    expect({ status: answer.statusCode, body: answer.json() }).toEqual({
      status: 400,
      body: upgradeFailure(400),
    });
    expect(answer.headers['access-control-allow-origin']).toBe('*');
  });
});

describe('elsewhere', () => {
  test.each([
    ['/sys/login-phonex?phone=root&password=secret', 404, 'Not Found'],
    ['/%zz?password=secret', 400, 'Bad Request'],
  ])('%s is refused without a word of the request', async (url, status, message) => {
    const answer = await gateway.post(url);
    expect({ status: answer.statusCode, body: answer.json() }).toEqual({ status, body: { status, message } });
    expect(gateway.logged()).not.toContain('secret');
  });

  test('a set-up form without a body is one without a right link', async () => {
    const answer = await gateway.app.inject({ method: 'POST', url: '/setup' });
    expect({ status: answer.statusCode, body: answer.body }).toEqual({
      status: 400,
      body: expect.stringContaining('This set-up link is not valid'),
    });
  });

  test('a body of a type that nobody reads is refused', async () => {
    const answer = await gateway.post('/setup', { password: 'secret' });
    expect(answer.json()).toEqual({ status: 415, message: 'Unsupported Media Type' });
  });
});

test.each(['/health/live', '/graphql', '/api/background_login', '/setup', '/nothing', '/%zz'])(
  '%s tells browsers not to guess types',
  async (url) => {
    const { headers } = await gateway.app.inject({ method: 'GET', url });
    expect(headers['x-content-type-options']).toBe('nosniff');
  },
);
