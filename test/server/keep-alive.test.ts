import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ConnectionLimit } from '../../src/server/connection-limit.js';
import { listen } from '../../src/server/listen.js';
import { openRequest } from '../support/clients/raw-http.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

const REQUEST = ['GET /health/live HTTP/1.1'];

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

test('keeps idle connections for longer than the 60 seconds of nginx, and announces it', async () => {
  const socket = await openRequest(await gateway.listen(), REQUEST);
  const [head] = await once(socket, 'data');
  expect(String(head)).toMatch(/\r\nkeep-alive: timeout=75\r\n/i);
  socket.destroy();
});

test('closes an idle connection after KEEP_ALIVE_TIMEOUT', async () => {
  const impatient = await startGateway({ KEEP_ALIVE_TIMEOUT: '1s' });
  const socket = await openRequest(await impatient.listen(), REQUEST);
  await once(socket, 'data');
  await once(socket.resume(), 'close');
  await impatient.close();
});

/** Refused before its body is read. */
const REFUSED = ['POST /api/heart/check HTTP/1.1', 'content-type: application/json', 'content-length: 2'];

test.each([
  ['a request', REQUEST, ''],
  ['a request whose body is not read', REFUSED, '{}'],
])(
  '%s that arrives on an open connection after the stop has begun is answered, and then closes it',
  async (_, request, body) => {
    const { app } = gateway;
    const connections = new ConnectionLimit(100);
    const served = { requests: app.routing, connections, live: { upgrade() {} }, log: app.log };
    const listener = await listen(served, '127.0.0.1', 0, { keepAliveMs: 60_000 });
    const host = `127.0.0.1:${listener.port}`;
    const [used, idle] = [await openRequest(host, REQUEST), await openRequest(host, REQUEST)];
    await Promise.all([once(used, 'data'), once(idle, 'data')]);
    const closed = listener.close();
    used.write(`${[...request, `host: ${host}`].join('\r\n')}\r\n\r\n${body}`);
    const [head] = await once(used, 'data');
    expect(String(head)).toMatch(/^HTTP\/1\.1 .*\r\nconnection: close\r\n/is);
    await Promise.all([once(used.resume(), 'close'), once(idle.resume(), 'close')]);
    await closed;
  },
);

test('announces that the connection stays open after a body that is not read', async () => {
  const socket = await openRequest(await gateway.listen(), REFUSED);
  socket.write('{}');
  const [head] = await once(socket, 'data');
  expect(String(head)).toMatch(/\r\nconnection: keep-alive\r\n/i);
  socket.destroy();
});
