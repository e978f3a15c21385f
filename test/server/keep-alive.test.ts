import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openRequest } from '../support/clients/raw-http.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

test('keeps idle connections for longer than the 60 seconds of nginx, and announces it', async () => {
  const socket = await openRequest(await gateway.listen(), ['GET /health/live HTTP/1.1']);
  const [head] = await once(socket, 'data');
  expect(String(head)).toMatch(/\r\nkeep-alive: timeout=75\r\n/i);
  socket.destroy();
});

test('closes an idle connection after KEEP_ALIVE_TIMEOUT', async () => {
  const impatient = await startGateway({ KEEP_ALIVE_TIMEOUT: '1s' });
  const socket = await openRequest(await impatient.listen(), ['GET /health/live HTTP/1.1']);
  await once(socket, 'data');
  await once(socket.resume(), 'close');
  await impatient.close();
});
