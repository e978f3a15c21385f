import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { Server as Acceptor } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { FastifyBaseLogger } from 'fastify';
import type { LiveServer } from '../graphql/sockets/live-server.js';
import { limitBody } from '../http/body-deadline.js';
import { accept } from './acceptors.js';
import type { ConnectionLimit } from './connection-limit.js';
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
/** How long requests may take to finish after `close`. */
const DRAIN_MS = 5000;
/** After `close`, connections without a request are closed when no request has come for this long. */
const QUIET_MS = 250;
/** They are closed after this time although requests come. */
const IDLE_LIMIT_MS = 3000;
const QUIET_TURN_MS = 1;
const QUIET_LIMIT_MS = 500;

/** Limits for slow and idle clients, in milliseconds. */
export interface Timeouts {
  /** How long a connection stays open after a response. */
  readonly keepAliveMs: number;
  /** How long a connection may transfer nothing. */
  readonly idleMs?: number;
  /** How long a body may take to arrive, unless it is a package. */
  readonly bodyMs?: number;
  /** How long requests may take to finish after `close`, before their connections are cut. */
  readonly drainMs?: number;
}

/** The HTTP server and its sockets on one port. */
export interface Listener {
  readonly port: number;
  /** The number of open connections, sockets included. */
  connections(): Promise<number>;
  /**
   * Stops accepting connections, and finishes the requests in progress. Those that still arrive on open connections are
   * answered, with `Connection: close`.
   */
  close(): Promise<void>;
}

/** What is served on each port. */
export interface Served {
  readonly requests: RequestListener;
  readonly connections: ConnectionLimit;
  readonly live: Pick<LiveServer, 'upgrade'>;
  readonly log: FastifyBaseLogger;
}

/**
 * Serves requests and sockets on one port.
 * @param port 0 picks a free one.
 * @throws StartError when the port is in use or not permitted.
 */
export async function listen(
  { requests, connections, live, log }: Served,
  host: string,
  port: number,
  {
    keepAliveMs,
    idleMs: standstillMs = IDLE_TIMEOUT_MS,
    bodyMs: smallBodyMs = BODY_TIMEOUT_MS,
    drainMs = DRAIN_MS,
  }: Timeouts,
): Promise<Listener> {
  const serve: RequestListener = (request, response) => {
    limitBody(request, smallBodyMs);
    if (!server.listening) response.shouldKeepAlive = false;
    requests(request, response);
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
  server.on('connection', (socket) => connections.add(socket));
  answerUnparsedRequests(server, log);
  server.setTimeout(standstillMs);
  server.on('upgrade', (request, socket, head) => live.upgrade(request, socket, head));
  const accepted = await accept(server, host, port);
  return {
    port: accepted.port,
    connections: () => sumOfConnections(accepted.acceptors),
    close: () => close(server, accepted.acceptors, drainMs),
  };
}

async function sumOfConnections(acceptors: readonly Acceptor[]): Promise<number> {
  const counts = acceptors.map((acceptor) => promisify(acceptor.getConnections.bind(acceptor))());
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

async function close(server: Server, acceptors: readonly Acceptor[], drainMs: number): Promise<void> {
  const closed = acceptors.map((acceptor) => once(acceptor, 'close'));
  await quietTurn(server);
  // `server.close` would cut idle connections at once, and with them requests that a proxy is sending.
  for (const acceptor of acceptors) Acceptor.prototype.close.call(acceptor);
  const cut = setTimeout(() => server.closeAllConnections(), drainMs);
  const stopClosing = closeIdleConnections(server);
  await Promise.all(closed);
  stopClosing();
  clearTimeout(cut);
  // Ends its checks of timeouts.
  server.close();
}

/**
 * Closes connections without a request, once none has brought one for a while: a proxy that still sends requests uses
 * up its open connections, since each is closed after the next response.
 * @returns a function that stops it.
 */
function closeIdleConnections(server: Server): () => void {
  const limit = performance.now() + IDLE_LIMIT_MS;
  let requests = 0;
  const count = () => {
    requests += 1;
  };
  server.on('request', count);
  const timer = setInterval(async () => {
    const isUsed = requests > 0 && performance.now() < limit;
    requests = 0;
    if (isUsed) return;
    await quietTurn(server);
    server.closeIdleConnections();
  }, QUIET_MS);
  return () => {
    clearInterval(timer);
    server.off('request', count);
  };
}

/**
 * Waits for a turn of the event loop that accepts no connection and takes no time, so that nothing that has arrived is
 * unread: the system would reset what is closed with unread data. At most half a second.
 */
async function quietTurn(server: Server): Promise<void> {
  let isQuiet = false;
  const disturb = () => {
    isQuiet = false;
  };
  server.on('connection', disturb);
  for (const limit = performance.now() + QUIET_LIMIT_MS; !isQuiet && performance.now() < limit; ) {
    isQuiet = true;
    const start = performance.now();
    await nextTurn();
    if (performance.now() - start > QUIET_TURN_MS) disturb();
  }
  server.off('connection', disturb);
}
