/** Subscribers of `deviceStatus` in a process of their own, which count messages. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import WebSocket from 'ws';
import { answers } from '../servers/probe.ts';

const OPENING_AT_ONCE = 50;

/** Where to subscribe, and how often. */
export interface Subscribe {
  readonly url: string;
  readonly tokens: readonly string[];
  /** The subscribers take the documents in turn, as they do the tokens. */
  readonly queries: readonly string[];
  readonly count: number;
  /** Whether the subscription starts without a message. */
  readonly silent?: boolean;
}

let received = 0;
let awaited = Number.POSITIVE_INFINITY;
let reached = () => {};

async function subscribe({ url, silent = false }: Subscribe, token: string, query: string): Promise<void> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  socket.on('error', fail);
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
  await once(socket, 'message');
  socket.send(JSON.stringify({ type: 'subscribe', id: randomUUID(), payload: { query } }));
  const first = silent ? '"next"' : String(await once(socket, 'message'));
  if (!first.includes('"next"') || first.includes('"errors"')) fail(first);
  socket.on('close', (code) => fail(`closed with ${code}`));
  socket.on('message', (data) => {
    // The gateway asks whether its clients are alive.
    if (String(data).startsWith('{"type":"ping"')) return socket.send('{"type":"pong"}');
    received += 1;
    if (received === awaited) reached();
  });
}

function fail(reason: unknown): never {
  process.stderr.write(`A subscriber failed: ${reason}\n`);
  process.exit(1);
}

Object.assign(answers, {
  /** Adds subscribers, and waits for their first messages. */
  async subscribe(options: Subscribe) {
    const { tokens, queries, count } = options;
    for (let start = 0; start < count; start += OPENING_AT_ONCE) {
      const length = Math.min(OPENING_AT_ONCE, count - start);
      const opening = Array.from({ length }, (_, index) => {
        const token = tokens[(start + index) % tokens.length] ?? '';
        const query = queries[(start + index) % queries.length] ?? '';
        return subscribe(options, token, query);
      });
      await Promise.all(opening);
    }
  },
  /** Waits for so many messages since the last time. */
  async receive(count: number) {
    awaited = count;
    if (received < count) {
      await new Promise<void>((resolve) => {
        reached = resolve;
      });
    }
    received -= count;
    awaited = Number.POSITIVE_INFINITY;
  },
});

export const start = async () => ({ url: '' });
