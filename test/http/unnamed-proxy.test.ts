import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import { WebSocket } from 'ws';
import { startGateway, type TestGateway } from '../support/gateway.js';

const warning = /the clients of this proxy share one address/g;

test('warns once of X-Forwarded-For from a peer that TRUST_PROXY does not name', async () => {
  const gateway = await startGateway();
  const send = (headers = {}) => gateway.app.inject({ url: '/health/live', headers });
  await send();
  expect(gateway.logged()).not.toMatch(warning);
  await send({ 'x-forwarded-for': '192.0.2.1' });
  await send({ 'x-forwarded-for': '192.0.2.2' });
  expect(gateway.logged().match(warning)).toHaveLength(1);
  await gateway.close();
});

test.each([
  ['forwarded', 'for=192.0.2.1'],
  ['x-real-ip', '192.0.2.1'],
])('warns of a proxy that names its clients in %s only, whatever TRUST_PROXY is', async (header, client) => {
  for (const TRUST_PROXY of ['off', 'loopback']) {
    const gateway = await startGateway({ TRUST_PROXY });
    await gateway.app.inject({ url: '/health/live', headers: { [header]: client } });
    expect(gateway.logged().match(warning)).toHaveLength(1);
    await gateway.close();
  }
});

test('does not warn of a proxy that TRUST_PROXY names', async () => {
  const gateway = await startGateway({ TRUST_PROXY: 'loopback' });
  await gateway.app.inject({ url: '/health/live', headers: { 'x-forwarded-for': '192.0.2.1' } });
  expect(gateway.logged()).not.toMatch(warning);
  await gateway.close();
});

async function openSocket(gateway: TestGateway, headers: Record<string, string>): Promise<void> {
  const socket = new WebSocket(`ws://${await gateway.listen()}/graphql`, 'graphql-transport-ws', { headers });
  await once(socket, 'open');
  socket.terminate();
}

test('warns once of such a peer that opens WebSockets only', async () => {
  const gateway = await startGateway();
  await openSocket(gateway, {});
  expect(gateway.logged()).not.toMatch(warning);
  await openSocket(gateway, { 'x-forwarded-for': '192.0.2.1' });
  await openSocket(gateway, { 'x-forwarded-for': '192.0.2.2' });
  expect(gateway.logged().match(warning)).toHaveLength(1);
  await gateway.close();
});

test('does not warn of WebSockets through a proxy that TRUST_PROXY names', async () => {
  const gateway = await startGateway({ TRUST_PROXY: 'loopback' });
  await openSocket(gateway, { 'x-forwarded-for': '192.0.2.1' });
  expect(gateway.logged()).not.toMatch(warning);
  await gateway.close();
});
