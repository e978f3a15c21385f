import { once } from 'node:events';
import { request } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { graphqlSessionPolicy } from '../../../src/graphql/session-policy.js';
import { createCallers, openSession } from '../../support/callers.js';
import { RawLive } from '../../support/clients/raw-live.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';

// https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
let gateway: TestGateway;
let host: string;
let token: string;
const complained = jest.spyOn(console, 'error').mockImplementation(() => {});

beforeAll(async () => {
  gateway = await startGateway();
  host = await gateway.listen();
  await createCallers(gateway);
  token = (await openSession(gateway, 'max', graphqlSessionPolicy)).accessToken;
});
afterEach(async () => {
  // The next client is served, whatever this one did.
  const raw = await RawLive.open(host, token);
  raw.subscribe('after', '{ __typename }');
  expect(await raw.message()).toEqual({
    id: 'after',
    type: 'next',
    payload: { data: { __typename: 'Query' } },
  });
  raw.socket.close();
  await raw.closed;
  const complaints = complained.mock.calls.splice(0);
  expect(complaints).toEqual([]);
});
afterAll(() => gateway.close());

const init = { type: 'connection_init' };
const subscribe = (id: string, query: string) => ({ id, type: 'subscribe', payload: { query } });
const waiting = 'subscription { heartbeats { at } }';
const hello = subscribe('hello', '{ __typename }');

describe('the server closes with', () => {
  test.each<[what: string, message: string]>([
    ['an empty message', ''],
    ['invalid JSON', '{'],
    ['null', 'null'],
    ['a list', '[]'],
    ['a string', '"connection_init"'],
    ['a message without a type', '{}'],
    ['an unknown type', '{"type": "start"}'],
    ['a message of the server', '{"type": "connection_ack"}'],
    ['a connection_init whose payload is a string', '{"type": "connection_init", "payload": "x"}'],
    ['a subscription without an id', '{"type": "subscribe", "payload": {"query": "{ me { id } }"}}'],
    ['a subscription with an empty id', '{"type": "subscribe", "id": "", "payload": {"query": "x"}}'],
    ['a subscription without a query', '{"type": "subscribe", "id": "1", "payload": {}}'],
    [
      'variables that are a string',
      '{"type": "subscribe", "id": "1", "payload": {"query": "x", "variables": "x"}}',
    ],
    ['100,000 nested lists', '['.repeat(100_000)],
  ])('4400 after %s', async (_what, message) => {
    const raw = await RawLive.open(host, token);
    raw.socket.send(message);
    expect(await raw.closed).toBe(4400);
  });

  test('4400 after a binary message that is not JSON', async () => {
    const raw = await RawLive.open(host, token);
    raw.socket.send(Buffer.from([0, 1, 2, 255]));
    expect(await raw.closed).toBe(4400);
  });

  test('4401 after an operation before connection_init, or before it was acknowledged', async () => {
    const early = await RawLive.connect(host);
    early.send(hello);
    expect(await early.closed).toBe(4401);
    const hasty = await RawLive.connect(host);
    // Not in the cache, so that the check takes a query.
    const { accessToken } = await openSession(gateway, 'nia', graphqlSessionPolicy);
    hasty.send({ ...init, payload: { authorization: `Bearer ${accessToken}` } });
    hasty.send(hello);
    expect(await hasty.closed).toBe(4401);
  });

  test('4403 after an invalid token', async () => {
    for (const authorization of ['Bearer nonsense', 'nonsense']) {
      const raw = await RawLive.connect(host);
      raw.send({ ...init, payload: { authorization } });
      expect(await raw.closed).toBe(4403);
    }
  });

  test('4406 without the subprotocol, and with another one', async () => {
    expect(await (await RawLive.connect(host, [])).closed).toBe(4406);
    const upgrade = request(`http://${host}/graphql`, {
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': Buffer.alloc(16).toString('base64'),
        'sec-websocket-protocol': 'graphql-ws',
      },
    });
    upgrade.end();
    const [answer, socket, head] = await once(upgrade, 'upgrade');
    expect(answer.headers).not.toHaveProperty('sec-websocket-protocol');
    const frame: Buffer = head.length > 0 ? head : (await once(socket, 'data'))[0];
    expect([frame[0], frame.readUInt16BE(2)]).toEqual([0x88, 4406]);
    socket.destroy();
  });

  test('4408 without connection_init within three seconds', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'Date', 'performance'] });
    try {
      const raw = await RawLive.connect(host);
      jest.advanceTimersByTime(2999);
      raw.send({ type: 'ping' });
      expect(await raw.message()).toEqual({ type: 'pong' });
      jest.advanceTimersByTime(1);
      expect(await raw.closed).toBe(4408);
    } finally {
      jest.useRealTimers();
    }
  });

  test('4409 after an operation whose id is in use', async () => {
    const raw = await RawLive.open(host, token);
    raw.subscribe('same', waiting);
    raw.subscribe('same', waiting);
    expect(await raw.closed).toBe(4409);
  });

  test('4429 after a second connection_init, even while the first is being checked', async () => {
    const raw = await RawLive.open(host, token);
    raw.send(init);
    expect(await raw.closed).toBe(4429);
    const hasty = await RawLive.connect(host);
    hasty.send(init);
    hasty.send(init);
    expect(await hasty.closed).toBe(4429);
  });

  test('1009 after a message of more than 256 KiB, whole or in fragments', async () => {
    const text = JSON.stringify(subscribe('huge', `{ __typename } #${'x'.repeat(256 * 1024)}`));
    const whole = await RawLive.open(host, token);
    whole.socket.send(text);
    expect(await whole.closed).toBe(1009);
    const pieces = await RawLive.open(host, token);
    for (let at = 0; at < text.length; at += 16_384) {
      pieces.socket.send(text.slice(at, at + 16_384), { fin: at + 16_384 >= text.length });
    }
    expect(await pieces.closed).toBe(1009);
  });

  test('1007 after text that is not UTF-8', async () => {
    const raw = await RawLive.open(host, token);
    raw.socket.send(Buffer.from([0x22, 0xff, 0x22]), { binary: false });
    expect(await raw.closed).toBe(1007);
  });
});

describe('messages', () => {
  test('a ping is answered by a pong with its payload, before and after connection_init', async () => {
    const raw = await RawLive.connect(host);
    raw.send({ type: 'ping' });
    expect(await raw.message()).toEqual({ type: 'pong' });
    raw.send(init);
    expect(await raw.message()).toEqual({ type: 'connection_ack' });
    raw.send({ type: 'ping', payload: { at: 1 } });
    expect(await raw.message()).toEqual({ type: 'pong', payload: { at: 1 } });
    raw.socket.close();
  });

  test('an unsolicited pong is accepted', async () => {
    const raw = await RawLive.open(host, token);
    raw.send({ type: 'pong' });
    expect(await raw.settle()).toEqual([]);
    raw.socket.close();
  });

  test('fragmented and binary messages are read like any other', async () => {
    const raw = await RawLive.open(host, token);
    const text = JSON.stringify(hello);
    for (const [at, letter] of [...text].entries()) raw.socket.send(letter, { fin: at === text.length - 1 });
    expect(await raw.message()).toMatchObject({ id: 'hello', type: 'next' });
    expect(await raw.message()).toMatchObject({ id: 'hello', type: 'complete' });
    raw.socket.send(Buffer.from(text), { binary: true });
    expect(await raw.message()).toMatchObject({ id: 'hello', type: 'next' });
    raw.socket.close();
  });

  test('an id may be any string', async () => {
    const raw = await RawLive.open(host, token);
    for (const id of ['__proto__', 'constructor', '"}\n', '我', 'x'.repeat(1000)]) {
      raw.subscribe(id, '{ __typename }');
      expect(await raw.message()).toMatchObject({ id, type: 'next' });
      expect(await raw.message()).toEqual({ id, type: 'complete' });
    }
    raw.socket.close();
  });

  test.each([10, 500, 1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 10_000, 15_000, 40_000])(
    'variables that nest %d levels deep are accepted or refused, and never a fault',
    async (levels) => {
      const raw = await RawLive.open(host, token);
      const deep = `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
      const query = JSON.stringify(waiting);
      raw.socket.send(`{"id":"deep","type":"subscribe","payload":{"query":${query},"variables":${deep}}}`);
      raw.send({ id: 'deep', type: 'complete' });
      const ended = await Promise.race([
        raw.closed,
        raw.settle().then(
          () => 'accepted',
          () => raw.closed,
        ),
      ]);
      expect(['accepted', 4400]).toContain(ended);
      raw.socket.close();
    },
  );
});
