import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import WebSocket, { WebSocketServer } from 'ws';
import { Frames, nextPrefix, nextRest } from '../../../src/graphql/sockets/frames.js';
import { SocketWriter } from '../../../src/graphql/sockets/socket-writer.js';

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

function push(id: string, ...results: unknown[]): void {
  const prefix = nextPrefix(id);
  writer.push(new Frames(results.map(nextRest), prefix.length), prefix);
}

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
  push('id', payload);
  expect(await arrived()).toEqual([text]);
});

test('writes ids and payloads with quotes, newlines and any script', async () => {
  const id = '"quoted"\\\n设备🛰';
  const payload = { data: { name: '北京 "七"\u2028🛰' } };
  push(id, payload);
  expect((await arrived()).map((text) => JSON.parse(text))).toEqual([{ id, type: 'next', payload }]);
});

test('alternates its frames with those of the library', async () => {
  const pings: string[] = [];
  client.on('ping', (data) => pings.push(String(data)));
  for (let turn = 0; turn < 50; turn++) {
    push(`w${turn}`, 1);
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

test('writes the events of two subscriptions in one turn at once', async () => {
  writer.attach();
  writer.attach();
  const write = jest.spyOn(socket, 'write');
  for (let event = 0; event < 10; event++) {
    push('one', event);
    push('two', event);
  }
  await new Promise((resolve) => setImmediate(resolve));
  expect(write).toHaveBeenCalledTimes(1);
  write.mockRestore();
  expect(await arrived()).toHaveLength(20);
});

test('subscribers share frames, but not with a client that has yet to read them', async () => {
  const rests = [nextRest('x'.repeat(8 * 1024 ** 2)), nextRest('y')];
  const frames = new Frames(rests, nextPrefix('a').length);
  const shared = frames.withPrefix(nextPrefix('a'));
  expect(frames.withPrefix(nextPrefix('b'))).toBe(shared);
  client.pause();
  writer.push(frames, nextPrefix('c'));
  await new Promise((resolve) => setImmediate(resolve));
  expect(frames.withPrefix(nextPrefix('d'))).not.toBe(shared);
  client.resume();
  expect((await arrived()).map((text) => JSON.parse(text).id)).toEqual(['c', 'c']);
});

test('closes a slow client for the messages behind a large one, not for its size', async () => {
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  client.pause();
  push('id', 'x'.repeat(32 * 1024 ** 2));
  await turn();
  push('id', 2);
  await turn();
  expect(accepted.readyState).toBe(WebSocket.OPEN);
  push('id', 3);
  await turn();
  expect(accepted.readyState).toBe(WebSocket.CLOSING);
  client.resume();
  const [code] = await once(client, 'close');
  expect([code, received.length]).toEqual([1013, 2]);
});

test.each([1, 2])('writes nothing after a close frame, with %i subscriptions', async (subscriptions) => {
  for (let each = 0; each < subscriptions; each++) writer.attach();
  accepted.close(4403, 'Forbidden');
  push('id', 1);
  const [code] = await once(client, 'close');
  expect([code, received]).toEqual([4403, []]);
});
