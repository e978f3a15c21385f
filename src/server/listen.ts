import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { StartError } from '../errors.js';
import type { LiveServer } from '../graphql/sockets/live-server.js';
import { limitBody } from '../http/body-deadline.js';

/** A large package over a slow line may take its time … */
const LONGEST_REQUEST_MS = 6 * 3_600_000;
/** … but not stand still. */
const STANDSTILL_MS = 300_000;
/** Everything but a package is small, and sent at once. */
const LONGEST_SMALL_BODY_MS = 60_000;
/** At the end, requests under way have so long to finish; then their connections are cut. */
const DRAIN_MS = 5000;

/** How patient it is with slow clients, in milliseconds. */
export interface Patience {
  /** A connection on which nothing moves for so long is ended. */
  readonly standstillMs?: number;
  /** A body that is no package, and not whole by then, is not waited for. */
  readonly smallBodyMs?: number;
}

/** Every door on one port. */
export interface Listener {
  readonly port: number;
  /** Stops accepting, finishes what is under way, and ends idle connections. */
  close(): Promise<void>;
}

/**
 * Serves `app` and its sockets on one port.
 * @param port 0 for a free one.
 * @throws StartError when the port is taken or not ours to take.
 */
export async function listen(
  app: FastifyInstance,
  live: LiveServer,
  host: string,
  port: number,
  { standstillMs = STANDSTILL_MS, smallBodyMs = LONGEST_SMALL_BODY_MS }: Patience = {},
): Promise<Listener> {
  const serve: RequestListener = (request, response) => {
    limitBody(request, smallBodyMs);
    app.routing(request, response);
  };
  const server = createServer(
    {
      requestTimeout: LONGEST_REQUEST_MS,
      // Some clients offer HTTP/2 (`Upgrade: h2c`) with an ordinary request, and expect an ordinary answer.
      shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket',
    },
    serve,
  );
  // Node would answer 417 itself, in no door's words; RFC 9110, 10.1.1 lets a server pass over what it does not know.
  server.on('checkExpectation', serve);
  server.setTimeout(standstillMs);
  server.on('upgrade', (request, socket, head) => live.upgrade(request, socket, head));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(refusal(error, host, port)));
    server.listen(port, host, resolve);
  });
  return { port: addressOf(server).port, close: () => close(server) };
}

function refusal({ code, message }: NodeJS.ErrnoException, host: string, port: number): StartError {
  if (code === 'EADDRINUSE') {
    return new StartError(
      `Port ${port} on ${host} is taken: stop what uses it, or choose others with PORTS.`,
    );
  }
  return new StartError(`Cannot listen on port ${port} of ${host}: ${message}.`);
}

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('The server has no port.');
  return address;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}
