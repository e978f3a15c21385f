import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { createLiveServer } from '../src/graphql/live.js';
import { createSchema } from '../src/graphql/schema.js';
import { listen } from '../src/listen.js';
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
});

test.each(['/health/live', '/graphql', '/api/background_login', '/setup', '/nothing', '/%zz'])(
  '%s tells browsers not to guess types',
  async (url) => {
    const { headers } = await gateway.app.inject({ method: 'GET', url });
    expect(headers['x-content-type-options']).toBe('nosniff');
  },
);

test('a small body that drips in is not waited for, a whole one is answered, and one of a form may take its time', async () => {
  const live = createLiveServer(gateway.services, createSchema(), pino({ level: 'silent' }));
  const patience = { smallBodyMs: 300 };
  const { port, close } = await listen(gateway.app, live, '127.0.0.1', 0, patience);
  const post = (type: string) =>
    openRequest(`127.0.0.1:${port}`, [
      'POST /api/background_login HTTP/1.1',
      `content-type: ${type}`,
      'content-length: 1000',
    ]);
  const form = await post('multipart/form-data; boundary=x');
  const dripping = await post('application/json');
  const drip = setInterval(() => dripping.write(' '), 20);
  await once(dripping.resume(), 'close');
  clearInterval(drip);
  expect(form.readyState).toBe('open');
  form.destroy();
  const whole = await fetch(`http://127.0.0.1:${port}/api/background_login`, { method: 'POST', body: '{}' });
  expect(whole.status).toBe(200);
  await live.close();
  await close();
});
