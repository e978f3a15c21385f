import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import type { FastifyInstance } from 'fastify';
import { StartError } from '../errors.js';
import type { LiveServer } from '../graphql/sockets/live-server.js';
import { limitBody } from '../http/body-deadline.js';
import { answerUnparsedRequests } from './unparsed-requests.js';

/** Long enough for a large package over a slow line. */
const REQUEST_TIMEOUT_MS = 6 * 3_600_000;
const IDLE_TIMEOUT_MS = 300_000;
/** Every body but a package is small. */
const BODY_TIMEOUT_MS = 60_000;
/** A new connection may wait this long for its first request. */
const HEADERS_TIMEOUT_MS = 60_000;
/** Room for a header `Range` with 1,000 ranges of a large package. */
const MAX_HEADER_SIZE = 64 * 1024;
/** How long requests may take to finish after `close`, before their connections are cut. */
const DRAIN_MS = 5000;

/** Limits for slow and idle clients, in milliseconds. */
export interface Timeouts {
  /** How long a connection stays open after a response. */
  readonly keepAliveMs: number;
  /** How long a connection may transfer nothing. */
  readonly idleMs?: number;
  /** How long a body may take to arrive, unless it is a package. */
  readonly bodyMs?: number;
}

/** The HTTP server and its sockets on one port. */
export interface Listener {
  readonly port: number;
  /** The number of open connections, sockets included. */
  connections(): Promise<number>;
  /** Stops accepting, finishes the requests in progress and closes idle connections. */
  close(): Promise<void>;
}

/**
 * Serves `app` and its sockets on one port.
 * @param port 0 picks a free one.
 * @throws StartError when the port is in use or not permitted.
 */
export async function listen(
  app: FastifyInstance,
  live: LiveServer,
  host: string,
  port: number,
  { keepAliveMs, idleMs: standstillMs = IDLE_TIMEOUT_MS, bodyMs: smallBodyMs = BODY_TIMEOUT_MS }: Timeouts,
): Promise<Listener> {
  const serve: RequestListener = (request, response) => {
    limitBody(request, smallBodyMs);
    app.routing(request, response);
  };
  const server = createServer(
    {
      requestTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: keepAliveMs,
      headersTimeout: Math.max(HEADERS_TIMEOUT_MS, keepAliveMs),
      maxHeaderSize: MAX_HEADER_SIZE,
      // Each API answers a missing Host in its own form; see `requireHost`.
      requireHostHeader: false,
      // Some clients offer HTTP/2 (`Upgrade: h2c`) with an ordinary request and expect an ordinary answer.
      shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket',
    },
    serve,
  );
  // Node would answer 417 itself, outside every API's envelope. RFC 9110, 10.1.1 lets a server ignore expectations.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  answerUnparsedRequests(server, app.log);
  server.setTimeout(standstillMs);
  server.on('upgrade', (request, socket, head) => live.upgrade(request, socket, head));
  return {
    port: await listenOn(server, 'PORTS', host, port),
    connections: promisify(server.getConnections.bind(server)),
    close: () => close(server),
  };
}

/**
 * @param setting that names the port. Port 0 is a free one.
 * @returns the port.
 * @throws StartError when the port is in use or not permitted.
 */
export async function listenOn(
  server: Server,
  setting: 'PORTS' | 'METRICS_PORT',
  host: string,
  port: number,
): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, setting, host, port)));
    server.listen(port, host, resolve);
  });
  return addressOf(server).port;
}

function listenError(
  { code, message }: NodeJS.ErrnoException,
  setting: string,
  host: string,
  port: number,
): StartError {
  if (code === 'EADDRINUSE') {
    return new StartError(
      `Port ${port} on ${host} is in use: stop the program that uses it, or set ${setting} to another port.`,
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
