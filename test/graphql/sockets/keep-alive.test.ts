import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import WebSocket, { WebSocketServer } from 'ws';
import { KeepAlive } from '../../../src/graphql/sockets/keep-alive.js';

const ROUND_MS = 25_000;
const server = createServer();
const sockets = new WebSocketServer({ server });
let keepAlive: KeepAlive;

beforeEach(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'setTimeout'] });
  keepAlive = new KeepAlive();
});
afterEach(async () => {
  keepAlive.stop();
  jest.useRealTimers();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function connect(
  options: WebSocket.ClientOptions,
): Promise<{ client: WebSocket; accepted: WebSocket }> {
  const { port } = server.address() as AddressInfo;
  const accepting = once(sockets, 'connection');
  const client = new WebSocket(`ws://127.0.0.1:${port}`, options);
  // Of connections that are terminated.
  client.on('error', () => {});
  const [accepted] = await accepting;
  return { client, accepted };
}

test('pings a socket once a round, and keeps it while it answers', async () => {
  const { client, accepted } = await connect({});
  keepAlive.add(accepted);
  for (let round = 0; round < 3; round++) {
    const answered = once(accepted, 'pong');
    jest.advanceTimersByTime(ROUND_MS);
    await answered;
  }
  expect(accepted.readyState).toBe(WebSocket.OPEN);
  client.terminate();
});

test('terminates a socket that has not answered by the next round', async () => {
  const { client, accepted } = await connect({ autoPong: false });
  keepAlive.add(accepted);
  const pinged = once(client, 'ping');
  jest.advanceTimersByTime(ROUND_MS);
  await pinged;
  expect(accepted.readyState).toBe(WebSocket.OPEN);
  const closed = once(client, 'close');
  jest.advanceTimersByTime(ROUND_MS);
  expect((await closed)[0]).toBe(1006);
});

test('spreads the pings of many sockets over a round', async () => {
  const connections: Awaited<ReturnType<typeof connect>>[] = [];
  while (connections.length < 10) connections.push(await connect({}));
  let pings = 0;
  for (const { accepted } of connections) {
    jest.spyOn(accepted, 'ping').mockImplementation(() => {
      pings += 1;
    });
    keepAlive.add(accepted);
  }
  const counts: number[] = [];
  for (let quarter = 0; quarter < 4; quarter++) {
    jest.advanceTimersByTime(ROUND_MS / 4);
    counts.push(pings);
  }
  expect(counts).toEqual([5, 10, 10, 10]);
  for (const { client } of connections) client.terminate();
});
