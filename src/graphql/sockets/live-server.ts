import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import { GraphQLError, type GraphQLFormattedError, type GraphQLSchema } from 'graphql';
import { CloseCode, type ConnectionInitMessage } from 'graphql-ws';
import { type Extra, useServer as serveProtocol } from 'graphql-ws/use/ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { clientAddress } from '../../http/client-address.js';
import { socketPublicUrl } from '../../http/public-url.js';
import { addressBucket } from '../../rate-limits/login-throttle.js';
import type { Services } from '../../services.js';
import { presentError } from '../execution/errors.js';
import { presentResult } from '../execution/execute.js';
import { createLoaders } from '../loaders.js';
import { readOnlyFromReaders } from './backpressure.js';
import { refuseServerMessages } from './client-messages.js';
import { LiveSocket } from './live-socket.js';
import { Operations } from './operations.js';
import { Cap } from './socket-caps.js';

const CLOSE_GOING_AWAY = 1001;

/** Larger messages close the socket: no subscription document comes near. */
const LARGEST_MESSAGE = 256 * 1024;

/** A socket that has not introduced itself by then is closed with 4408. */
const INIT_TIMEOUT_MS = 3000;

/** Sockets of a node that stops are closed within this time, one after the other. */
const CLOSING_MS = 1000;
const CLOSING_STEPS = 20;

/** GraphQL over WebSocket (`graphql-transport-ws`), on any number of HTTP servers. */
export interface LiveServer {
  /** For the `upgrade` event of an HTTP server. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Closes every socket with 1001, spread over a moment so that clients do not all return at once. */
  close(): Promise<void>;
}

/** Serves the protocol; nothing listens before its `upgrade` is called. */
export function createLiveServer(
  services: Services,
  schema: GraphQLSchema,
  log: FastifyBaseLogger,
): LiveServer {
  const wss = new WebSocketServer({ noServer: true, maxPayload: LARGEST_MESSAGE, perMessageDeflate: false });
  const sockets = new WeakMap<WebSocket, LiveSocket>();
  const accept = acceptSockets(services, sockets, log);
  const protocol = serveOperations(wss, sockets, { services, schema, log });
  return {
    upgrade(request, socket, head) {
      const path = URL.parse(request.url ?? '', 'http://gateway')?.pathname;
      if (path?.replace(/\/$/, '') !== '/graphql') {
        refuseUpgrade(socket);
        return;
      }
      wss.handleUpgrade(request, socket, head, (client) => {
        hearErrors(client, log);
        if (!accept(client, request, socket)) return;
        // Without the request, which would be kept as long as the socket is.
        wss.emit('connection', client);
        // The protocol's implementation shows each on the console, as if it were ours.
        hearErrors(client, log);
      });
    },
    async close() {
      const clients = [...wss.clients];
      const atOnce = Math.ceil(clients.length / CLOSING_STEPS);
      for (let at = 0; at < clients.length; at += atOnce) {
        for (const client of clients.slice(at, at + atOnce)) client.close(CLOSE_GOING_AWAY, 'Going away');
        await setTimeout(CLOSING_MS / CLOSING_STEPS);
      }
      // Whoever does not read does not answer either.
      const cut = globalThis.setTimeout(() => {
        for (const client of wss.clients) client.terminate();
      }, CLOSING_MS);
      await protocol.dispose();
      clearTimeout(cut);
    },
  };
}

/** The protocol, which knows a socket by what `sockets` has of it. */
function serveOperations(
  wss: WebSocketServer,
  sockets: WeakMap<WebSocket, LiveSocket>,
  { services, schema, log }: { services: Services; schema: GraphQLSchema; log: FastifyBaseLogger },
) {
  const operations = new Operations(schema, services, log);
  const wording = { suggestions: services.config.GRAPHQL_INTROSPECTION === 'on' };
  const present = (error: GraphQLError | GraphQLFormattedError) =>
    presentError(error, error instanceof GraphQLError ? error.toJSON() : error, log, wording);
  const liveSocket = ({ socket }: Extra): LiveSocket => {
    const found = sockets.get(socket);
    if (!found) throw new Error('The socket did not come through upgrade().');
    return found;
  };
  return serveProtocol<ConnectionInitMessage['payload']>(
    {
      connectionInitWaitTimeout: INIT_TIMEOUT_MS,
      jsonMessageReviver: refuseServerMessages,
      onConnect: ({ connectionParams, extra }) => liveSocket(extra).signIn(connectionParams?.authorization),
      onSubscribe: (context, id, payload) =>
        operations.begin(context, liveSocket(context.extra), id, payload),
      subscribe: (args) => operations.subscribe(args),
      onOperation: (_context, _id, _payload, args) => operations.stillHeld(args),
      onNext: (_context, _id, _payload, _args, result) => presentResult(result, log, wording),
      onError: (_context, _id, _payload, errors) => errors.map(present),
      // What goes wrong inside is nothing for a close reason.
      isProd: true,
    },
    wss,
  );
}

/** @returns what takes a socket in, or closes it with 4429 where its address has too many. */
function acceptSockets(
  services: Services,
  sockets: WeakMap<WebSocket, LiveSocket>,
  log: FastifyBaseLogger,
): (client: WebSocket, request: IncomingMessage, socket: Duplex) => boolean {
  const { config } = services;
  const addressOf = clientAddress(config);
  const publicUrlOf = socketPublicUrl(config);
  const perAddress = new Cap(config.LIVE_SOCKETS_PER_ADDRESS);
  const perUser = new Cap(config.LIVE_SOCKETS_PER_USER);
  return (client, request, socket) => {
    const address = addressOf(request);
    const bucket = addressBucket(address);
    if (!perAddress.take(bucket)) {
      client.close(CloseCode.TooManyInitialisationRequests, 'Too many sockets of this address');
      return false;
    }
    client.once('close', () => perAddress.give(bucket));
    readOnlyFromReaders(client, socket);
    const context = {
      services,
      loaders: createLoaders(services),
      client: { address, deviceId: null, version: null, model: null },
      publicUrl: publicUrlOf(request),
      refreshCookie: null,
      countHeartbeat: () => {},
    };
    sockets.set(client, new LiveSocket(client, socket, context, perUser, log));
    return true;
  };
}

function refuseUpgrade(socket: Duplex): void {
  socket.on('error', () => socket.destroy());
  // No timeout of the HTTP server's holds for it any more: a client that does not close it would keep it for good.
  socket.once('finish', () => socket.destroy());
  socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n');
}

/** A client that breaks the protocol is closed by the library, at any time; unheard, its error would end us. */
function hearErrors(client: WebSocket, log: FastifyBaseLogger): void {
  client.removeAllListeners('error');
  client.on('error', (err) => log.debug({ err }, 'a client broke the WebSocket protocol'));
}
