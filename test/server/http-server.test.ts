import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { Pipeline } from '../../src/graphql/execution/pipeline.js';
import { createSchema } from '../../src/graphql/schema.js';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import { createLiveServer } from '../../src/graphql/sockets/live-server.js';
import { ConnectionLimit } from '../../src/server/connection-limit.js';
import { listen } from '../../src/server/listen.js';
import { openSession } from '../support/callers.js';
import { openRequest, sendRaw } from '../support/clients/raw-http.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { UPLOAD } from '../support/releases.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const upgradeFailure = (status: number) => ({
  data: null,
  meta: { msg: expect.stringMatching(/^请求的/), status },
});

test('answers a client that offers HTTP/2 over HTTP/1.1', async () => {
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

/** Resolves when the socket has closed, with or without an error: data sent to a closed socket resets it. */
const closed = (socket: Socket) => new Promise((resolve) => socket.once('close', resolve));

const handshake = [
  'connection: Upgrade',
  'upgrade: WebSocket',
  'sec-websocket-version: 13',
  'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==',
  'sec-websocket-protocol: graphql-transport-ws',
];

test('accepts WebSockets at /graphql only', async () => {
  const host = await gateway.listen();
  const live = await openRequest(host, ['GET /graphql HTTP/1.1', ...handshake]);
  const [answer] = await once(live, 'data');
  expect(String(answer)).toMatch(/^HTTP\/1.1 101 /);
  live.destroy();
  const other = await openRequest(host, ['GET /api/background_login HTTP/1.1', ...handshake]);
  expect(await text(other)).toMatch(/^HTTP\/1.1 404 /);
});

test('closes the connection of a refused WebSocket even if the client keeps its half open', async () => {
  const host = await gateway.listen();
  const [name = '', port] = host.split(':');
  const socket = connect({ host: name, port: Number(port), allowHalfOpen: true });
  socket.on('error', () => {});
  socket.write(`${['GET /nothing HTTP/1.1', `host: ${host}`, ...handshake].join('\r\n')}\r\n\r\n`);
  await once(socket.resume(), 'end');
  const writing = setInterval(() => socket.write('x'), 20);
  await closed(socket);
  clearInterval(writing);
});

describe('the upgrade API answers below /api', () => {
  test.each(['/api', '/api/', '/api/nothing', '/api?password=secret'])('with its 404 to %s', async (url) => {
    const answer = await gateway.post(url);
    expect({ status: answer.statusCode, body: answer.json() }).toEqual({
      status: 404,
      body: upgradeFailure(404),
    });
  });

  test('with its 400 to a path that cannot be decoded', async () => {
    const answer = await gateway.post('/api/%zz');
    expect({ status: answer.statusCode, body: answer.json() }).toEqual({
      status: 400,
      body: upgradeFailure(400),
    });
    expect(answer.headers['access-control-allow-origin']).toBe('*');
  });

  test.each(['http://a', 'HTTPS://a:8080', 'http://[::1]:80'])(
    'with its 400 to an absolute URL at %s that cannot be decoded',
    async (origin) => {
      const host = await gateway.listen();
      const answer = await sendRaw(host, `POST ${origin}/api/%zz HTTP/1.1`, [], Buffer.alloc(0));
      expect({ status: answer.status, body: JSON.parse(answer.body) }).toEqual({
        status: 400,
        body: upgradeFailure(400),
      });
    },
  );
});

describe('outside the APIs', () => {
  test.each([
    ['/sys/login-phonex?phone=root&password=secret', 404, 'Not Found'],
    ['/%zz?password=secret', 400, 'Bad Request'],
  ])('%s is refused without repeating the request', async (url, status, message) => {
    const answer = await gateway.post(url);
    expect({ status: answer.statusCode, body: answer.json() }).toEqual({ status, body: { status, message } });
    expect(gateway.logged()).not.toContain('secret');
  });
});

describe('a failure outside the APIs', () => {
  const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8';
  const answer = async (method: 'GET' | 'HEAD' | 'POST', url: string, accept?: string) => {
    const { statusCode, headers } = await gateway.app.inject({
      method,
      url,
      headers: accept === undefined ? {} : { accept },
    });
    return { status: statusCode, type: headers['content-type'], vary: headers.vary };
  };
  const page = (status: number) => ({ status, type: 'text/html; charset=utf-8', vary: 'accept' });
  const json = (status: number) => ({ status, type: 'application/json; charset=utf-8', vary: 'accept' });

  test('is a page with a link to the dashboard in browsers', async () => {
    for (const url of ['/nope', '/devices/1/2', '/reference/nope']) {
      expect([url, await answer('GET', url, BROWSER)]).toEqual([url, page(404)]);
    }
    expect(await answer('GET', '/%zz', BROWSER)).toEqual(page(400));
    expect(await answer('HEAD', '/nope', BROWSER)).toEqual(page(404));
    const { body, headers } = await gateway.app.inject({ url: '/nope<b>', headers: { accept: BROWSER } });
    expect(body).toContain('<a href="/">Open the dashboard</a>');
    expect(body).not.toContain('nope');
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'/);
  });

  test.each([undefined, '*/*', 'application/json', 'application/json, text/html;q=0.9', 'text/plain'])(
    'is JSON for clients that accept %s',
    async (accept) => expect(await answer('GET', '/nope', accept)).toEqual(json(404)),
  );

  test('is JSON for a POST', async () => {
    expect(await answer('POST', '/nope', BROWSER)).toEqual(json(404));
  });

  test('keeps the envelope of the upgrade API below /api', async () => {
    const { body } = await gateway.app.inject({ url: '/api/nope', headers: { accept: BROWSER } });
    expect(JSON.parse(body)).toEqual(upgradeFailure(404));
  });
});

test.each(['/health/live', '/graphql', '/api/background_login', '/setup', '/nothing', '/%zz'])(
  '%s is sent with nosniff',
  async (url) => {
    const { headers } = await gateway.app.inject({ method: 'GET', url });
    expect(headers['x-content-type-options']).toBe('nosniff');
  },
);

describe('a body that arrives slowly', () => {
  let host: string;
  let close: () => Promise<void>;
  beforeAll(async () => {
    const { services } = gateway;
    const log = pino({ level: 'silent' });
    const pipeline = new Pipeline(createSchema(), services.config, services, log);
    const live = createLiveServer(services, pipeline, log);
    const connections = new ConnectionLimit(100);
    const served = { requests: gateway.app.routing, connections, live, log };
    const listener = await listen(served, '127.0.0.1', 0, { keepAliveMs: 1000, bodyMs: 1000 });
    host = `127.0.0.1:${listener.port}`;
    close = async () => {
      await live.close();
      await listener.close();
    };
  });
  afterAll(() => close());

  const FORM = 'content-type: multipart/form-data; boundary=x';
  /** Sends a request byte by byte. */
  async function drip(path: string, headers: readonly string[]) {
    const socket = await openRequest(host, [`POST ${path} HTTP/1.1`, 'content-length: 100000', ...headers]);
    const dripping = setInterval(() => socket.write(' '), 20);
    socket.resume().once('close', () => clearInterval(dripping));
    return socket;
  }

  test('is cut off after the timeout, whatever its type and path', async () => {
    const drips = [
      drip('/api/background_login', ['content-type: application/json']),
      drip('/api/user/login', [FORM]),
      drip('/api/user/login', ['expect: nonsense']),
      drip('/nothing', [FORM]),
    ];
    await Promise.all(drips.map(async (dripping) => closed(await dripping)));
  });

  test.each([UPLOAD, '/graphql'])('has no such timeout at %s if a publisher sends it', async (path) => {
    const username = `publisher at ${path}`;
    await gateway.createUser({ username, roles: ['PUBLISHER'] });
    const { accessToken } = await openSession(gateway, username, graphqlSessionPolicy);
    // Later requests find the session in the cache, so that the database cannot delay them past the timeout.
    await gateway.services.sessions.authenticate(accessToken);
    const allowed = [FORM, `authorization: ${accessToken}`, 'apollo-require-preflight: true'];
    const upload = await drip(path, allowed);
    // A body that was sent later is cut off meanwhile.
    await closed(await drip('/api/user/login', [FORM]));
    expect(upload.readyState).toBe('open');
    upload.destroy();
  });

  test('does not affect complete requests', async () => {
    const whole = await fetch(`http://${host}/api/background_login`, { method: 'POST', body: '{}' });
    expect(whole.status).toBe(200);
  });
});
