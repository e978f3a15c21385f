/** Subscribers in a process of their own, which count messages. */

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import WebSocket from 'ws';

const query =
  'subscription { deviceStatus { kind cursor at reason device { id online } devices { id online } } }';
let received = 0;
let awaited = Number.POSITIVE_INFINITY;
let reached = () => {};

async function subscribe({ port, token }) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws');
  socket.on('error', fail);
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
  await once(socket, 'message');
  socket.send(JSON.stringify({ type: 'subscribe', id: randomUUID(), payload: { query } }));
  const [first] = await once(socket, 'message');
  if (!String(first).includes('"next"') || String(first).includes('"errors"')) fail(String(first));
  socket.on('close', (code) => fail(`closed with ${code}`));
  socket.on('message', () => {
    received += 1;
    if (received === awaited) reached();
  });
}

function fail(reason) {
  process.stderr.write(`A subscriber failed: ${reason}\n`);
  process.exit(1);
}

const answers = {
  /** Adds subscribers, and waits for their snapshots. */
  async subscribe({ count, ...server }) {
    for (let left = count; left > 0; left -= 50) {
      await Promise.all(Array.from({ length: Math.min(50, left) }, () => subscribe(server)));
    }
  },
  /** Waits for so many messages since the last time. */
  async receive({ count }) {
    awaited = count;
    if (received < count) {
      await new Promise((resolve) => {
        reached = resolve;
      });
    }
    received -= count;
    awaited = Number.POSITIVE_INFINITY;
  },
};
process.on('message', async (message) => process.send({ result: await answers[message.type](message) }));
