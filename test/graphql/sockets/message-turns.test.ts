import { expect, test } from '@jest/globals';
import type { RawData, WebSocket } from 'ws';
import { type MessageSource, MessageTurns } from '../../../src/graphql/sockets/message-turns.js';
import type { SocketWriter } from '../../../src/graphql/sockets/socket-writer.js';

/** Messages are such as `a1`, the first message of the socket a. */
function start() {
  const turns = new MessageTurns();
  const handled: string[] = [];
  const open = () => {
    const reading = Promise.withResolvers<void>();
    const writer = { isRead: true, drained: () => reading.promise };
    const client = {
      OPEN: 1,
      readyState: 1,
      isPaused: false,
      pause() {
        client.isPaused = true;
      },
      resume() {
        client.isPaused = false;
      },
    };
    const source: MessageSource = {
      client: client as unknown as WebSocket,
      writer: writer as unknown as SocketWriter,
      handle: (message) => handled.push(String(message)),
    };
    const send = (name: string, count: number) => {
      for (let index = 1; index <= count; index++)
        turns.add(source, Buffer.from(`${name}${index}`) as RawData);
    };
    return { client, writer, read: reading.resolve, send };
  };
  return { handled, open };
}

const nextTurn = () => new Promise(setImmediate);

async function untilHandled(handled: readonly string[], count: number): Promise<void> {
  while (handled.length < count) await nextTurn();
}

test('messages are handled as they arrive while they are few', async () => {
  const { handled, open } = start();
  const a = open();
  a.send('a', 10);
  expect(handled).toHaveLength(10);
  expect(a.client.isPaused).toBe(false);
  await nextTurn();
  a.send('a', 10);
  expect(handled).toHaveLength(20);
});

test('the messages of one socket wait for each other, but not for the thousands of another one', async () => {
  const { handled, open } = start();
  const [a, b] = [open(), open()];
  a.send('a', 1000);
  b.send('b', 2);
  expect(handled).toHaveLength(10);
  expect([a.client.isPaused, b.client.isPaused]).toEqual([true, true]);
  await untilHandled(handled, 1002);
  expect(handled.slice(10, 15)).toEqual(['a11', 'b1', 'a12', 'b2', 'a13']);
  expect([a.client.isPaused, b.client.isPaused]).toEqual([false, false]);
});

test('a socket whose client leaves answers unread is paused until it reads', async () => {
  const { handled, open } = start();
  const a = open();
  a.writer.isRead = false;
  a.send('a', 20);
  await untilHandled(handled, 20);
  expect(a.client.isPaused).toBe(true);
  a.read();
  await nextTurn();
  expect(a.client.isPaused).toBe(false);
});

test('the messages of a socket that is being closed are dropped', async () => {
  const { handled, open } = start();
  const [a, b] = [open(), open()];
  a.send('a', 20);
  b.send('b', 1);
  a.client.readyState = 2;
  await untilHandled(handled, 11);
  expect(handled.at(-1)).toBe('b1');
  expect(a.client.isPaused).toBe(false);
});
