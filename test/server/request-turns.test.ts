import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { RequestTurns } from '../../src/server/request-turns.js';

/** Requests are such as `/a1`: the first request of the address a. `/heartbeat…` is a heartbeat. */
function start() {
  const handled: string[] = [];
  const refused: string[] = [];
  const turns = new RequestTurns({
    handle: ({ url = '' }) => handled.push(url),
    refuse: ({ url = '' }) => refused.push(url),
    isHeartbeat: ({ url = '' }) => url.startsWith('/heartbeat'),
    waiterOf: ({ url = '' }) => ({ caller: url.slice(1, 2) }),
  });
  const send = (url: string): IncomingMessage => {
    const request = Object.assign(new IncomingMessage(new Socket()), { url });
    turns.serve(request, new ServerResponse(request));
    return request;
  };
  const sendMany = (name: string, count: number) => {
    for (let index = 1; index <= count; index++) send(`/${name}${index}`);
  };
  return { handled, refused, send, sendMany };
}

const nextTurn = () => new Promise(setImmediate);

async function untilHandled(handled: readonly string[], count: number): Promise<void> {
  while (handled.length < count) await nextTurn();
}

describe('requests', () => {
  test('are handled as they arrive while they are few', async () => {
    const { handled, sendMany } = start();
    sendMany('a', 10);
    expect(handled).toHaveLength(10);
    await nextTurn();
    sendMany('a', 10);
    expect(handled).toHaveLength(20);
  });

  test('of one address wait for each other, but not for the thousands of another one', async () => {
    const { handled, send, sendMany } = start();
    sendMany('a', 1000);
    send('/b1');
    expect(handled).toHaveLength(10);
    await untilHandled(handled, 1001);
    expect(handled.indexOf('/b1')).toBe(11);
  });

  test('do not delay heartbeats that wait for the event loop, too', async () => {
    const { handled, send, sendMany } = start();
    sendMany('a', 1000);
    send('/heartbeat');
    await untilHandled(handled, 1001);
    expect(handled.indexOf('/heartbeat')).toBe(10);
  });

  test('of the address with the most are refused once too many wait', async () => {
    const { handled, refused, send, sendMany } = start();
    sendMany('a', 4012);
    send('/b1');
    send('/heartbeat');
    await untilHandled(handled, 4011);
    expect(refused).toEqual(['/a4011', '/a4012', '/a4010']);
    expect(handled).toContain('/b1');
  });

  test('of a client that has disconnected are dropped', async () => {
    const { handled, send, sendMany } = start();
    sendMany('a', 10);
    send('/b1').socket.destroy();
    send('/c1');
    await untilHandled(handled, 11);
    expect(handled).not.toContain('/b1');
  });
});
