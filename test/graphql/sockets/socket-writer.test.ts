import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import WebSocket, { WebSocketServer } from 'ws';
import { nextPrefix, nextRest, SocketWriter } from '../../../src/graphql/sockets/socket-writer.js';

const server = createServer();
const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
let client: WebSocket;
let accepted: WebSocket;
let socket: Duplex;
let writer: SocketWriter;
let received: string[];

beforeEach(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  server.once('upgrade', (request, upgraded, head) => {
    socket = upgraded;
    sockets.handleUpgrade(request, upgraded, head, (peer) => {
      accepted = peer;
    });
  });
  const { port } = server.address() as AddressInfo;
  client = new WebSocket(`ws://127.0.0.1:${port}`);
  received = [];
  client.on('message', (data, isBinary) => received.push(isBinary ? 'binary' : String(data)));
  await once(client, 'open');
  writer = new SocketWriter(accepted, socket);
});
afterEach(async () => {
  client.terminate();
  await new Promise((resolve) => server.close(resolve));
});

/** What has arrived before a message that the library sends now. */
async function arrived(): Promise<string[]> {
  await new Promise((resolve) => setImmediate(resolve));
  accepted.send('the end');
  while (received.at(-1) !== 'the end') await once(client, 'message');
  return received.slice(0, -1);
}

test.each([125, 126, 127, 65_534, 65_535, 65_536, 65_537])('writes a message of %i bytes', async (length) => {
  const prefix = nextPrefix('id');
  const payload = 'x'.repeat(length - prefix.length - 3);
  const text = `${prefix}"${payload}"}`;
  expect(text).toHaveLength(length);
  writer.push(prefix, nextRest(payload));
  expect(await arrived()).toEqual([text]);
});

test('writes ids and payloads with quotes, newlines and any script', async () => {
  const id = '"quoted"\\\n设备🛰';
  const payload = { data: { name: '北京 "七"\u2028🛰' } };
  writer.push(nextPrefix(id), nextRest(payload));
  expect((await arrived()).map((text) => JSON.parse(text))).toEqual([{ id, type: 'next', payload }]);
});

test('alternates its frames with those of the library', async () => {
  const pings: string[] = [];
  client.on('ping', (data) => pings.push(String(data)));
  for (let turn = 0; turn < 50; turn++) {
    writer.push(nextPrefix(`w${turn}`), nextRest(1));
    accepted.ping(`p${turn}`);
    accepted.send(`l${turn}`);
    if (turn % 7 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  const texts = await arrived();
  const turns = Array.from({ length: 50 }, (_, turn) => turn);
  expect(texts.filter((text) => text.startsWith('l'))).toEqual(turns.map((turn) => `l${turn}`));
  expect(texts.filter((text) => text.startsWith('{'))).toEqual(
    turns.map((turn) => `{"id":"w${turn}","type":"next","payload":1}`),
  );
  expect(pings).toEqual(turns.map((turn) => `p${turn}`));
});

test('writes all events of one turn at once, also those of two subscriptions', async () => {
  const write = jest.spyOn(socket, 'write');
  for (let event = 0; event < 10; event++) {
    writer.push(nextPrefix('one'), nextRest(event));
    writer.push(nextPrefix('two'), nextRest(event));
  }
  await new Promise((resolve) => setImmediate(resolve));
  expect(write).toHaveBeenCalledTimes(1);
  write.mockRestore();
  expect(await arrived()).toHaveLength(20);
});

test('closes a slow client for the messages behind a large one, not for its size', async () => {
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const large = nextRest('x'.repeat(32 * 1024 ** 2));
  client.pause();
  writer.push(nextPrefix('id'), large);
  await turn();
  writer.push(nextPrefix('id'), nextRest(2));
  await turn();
  expect(accepted.readyState).toBe(WebSocket.OPEN);
  writer.push(nextPrefix('id'), nextRest(3));
  await turn();
  expect(accepted.readyState).toBe(WebSocket.CLOSING);
  client.resume();
  const [code] = await once(client, 'close');
  expect([code, received.length]).toEqual([1013, 2]);
});

test('writes nothing after a close frame', async () => {
  writer.push(nextPrefix('id'), nextRest(1));
  accepted.close(4403, 'Forbidden');
  const [code] = await once(client, 'close');
  expect([code, received]).toEqual([4403, []]);
});
