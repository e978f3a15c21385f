import type { FastifyBaseLogger } from 'fastify';
import type { Server } from 'graphql-ws';
import type { WebSocket } from 'ws';
import { close, closes } from './close-codes.js';
import type { LiveSocket } from './live-socket.js';

/** A client that does not answer a ping until the next one is terminated. */
const PING_MS = 12_000;

/**
 * Connects a socket to graphql-ws. In place of the library's own adapter for `ws`, which logs to the console, keeps
 * the upgrade request in memory, and knows the socket only as a key.
 */
export function connect(protocol: Server<LiveSocket>, live: LiveSocket, log: FastifyBaseLogger): void {
  const { client } = live;
  const closed = protocol.opened(
    {
      protocol: client.protocol,
      send: (message) => send(client, message),
      close: (code, reason) => client.close(code, reason),
      onMessage(handle) {
        client.on('message', (message) => {
          handle(String(message)).catch((err: unknown) => {
            log.error({ err }, 'a message of a socket could not be handled');
            close(client, closes.fault);
          });
        });
      },
    },
    live,
  );
  const stopPinging = keepAlive(client);
  client.once('close', (code, reason) => {
    stopPinging();
    closed(code, String(reason)).catch((err: unknown) =>
      log.error({ err }, 'a socket was not closed cleanly'),
    );
  });
}

function send(client: WebSocket, message: string): Promise<void> {
  return new Promise((resolve, reject) => {
    if (client.readyState !== client.OPEN) resolve();
    else client.send(message, (error) => (error ? reject(error) : resolve()));
  });
}

function keepAlive(client: WebSocket): () => void {
  let isAlive = true;
  client.on('pong', () => {
    isAlive = true;
  });
  const timer = setInterval(() => {
    if (!isAlive) return client.terminate();
    isAlive = false;
    client.ping();
  }, PING_MS);
  return () => clearInterval(timer);
}
