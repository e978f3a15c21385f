import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import { handleProtocols, makeServer, type Context as ProtocolContext, type Server } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { clientAddress } from '../../http/client-address.js';
import { requireHost } from '../../http/host.js';
import { socketPublicUrl } from '../../http/public-url.js';
import { requestIds } from '../../http/request-id.js';
import { upgradeSpans } from '../../http/request-spans.js';
import { unnamedProxyWarning } from '../../http/unnamed-proxy.js';
import { addressBucket } from '../../rate-limits/address-bucket.js';
import { Cap } from '../../rate-limits/cap.js';
import type { Services } from '../../services.js';
import { sentToken } from '../../sessions/tokens/token-headers.js';
import { Tally } from '../../tally.js';
import type { Pipeline } from '../execution/pipeline.js';
import { createLoaders } from '../loaders.js';
import { refuseServerMessages } from './client-messages.js';
import { close, closes } from './close-codes.js';
import { connect } from './connection.js';
import type { FanOutCounts } from './fan-out.js';
import { KeepAlive } from './keep-alive.js';
import { LiveSocket } from './live-socket.js';
import { MessageTurns } from './message-turns.js';
import { Operations } from './operations.js';
import { UserSockets } from './user-sockets.js';

/** Larger messages close the socket, see `closes.messageTooLarge`. No operation comes near. */
const MAX_MESSAGE_BYTES = 256 * 1024;

const INIT_TIMEOUT_MS = 3000;

/** The sockets of a gateway that stops are closed in so many steps. */
const CLOSING_MS = 1000;
const CLOSING_STEPS = 20;

/** Sockets and what they receive. Totals count from the start of the process. */
export interface LiveCounts extends FanOutCounts {
  /** Open ones. */
  readonly sockets: number;
  /** Closed ones by reason, in total. */
  readonly closed: ReadonlyMap<ClosedFor, number>;
}

/** Why the gateway itself closed a socket: with `closes.tooSlow`, or `closes.tooManySocketsOfAddress`. */
const CLOSED_FOR = ['too_slow', 'too_many_of_address'] as const;
type ClosedFor = (typeof CLOSED_FOR)[number];

/** GraphQL over WebSocket (graphql-transport-ws), on any number of HTTP servers. */
export interface LiveServer {
  /** Listener for the `upgrade` event of an HTTP server. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  readonly counts: LiveCounts;
  /** Closes every socket with `closes.goingAway`, step by step, so that clients do not all reconnect at once. */
  close(): Promise<void>;
}

/** @returns a server that listens once an HTTP server calls its `upgrade`. */
export function createLiveServer(services: Services, pipeline: Pipeline, log: FastifyBaseLogger): LiveServer {
  const wss = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
    handleProtocols,
  });
  const operations = new Operations(pipeline, services.config.LIVE_SUBSCRIPTIONS_PER_SOCKET, log);
  const protocol = createProtocol(operations, pipeline);
  const turns = new MessageTurns();
  const keepAlive = new KeepAlive();
  const closed = new Tally<ClosedFor>(CLOSED_FOR);
  const accept = createAccept(services, closed, log);
  // ws closes a client that breaks the protocol, and reports it as an error of the socket.
  const onError = (err: Error) => log.debug({ err }, 'a client broke the WebSocket protocol');
  return {
    get counts() {
      return { ...operations.counts, sockets: wss.clients.size, closed: closed.counts };
    },
    upgrade(request, socket, head) {
      const path = URL.parse(request.url ?? '', 'http://gateway')?.pathname;
      if (path?.replace(/\/$/, '') !== '/graphql') return refuseUpgrade(socket, '404 Not Found');
      try {
        requireHost(request);
      } catch {
        return refuseUpgrade(socket, '400 Bad Request');
      }
      // A listener that is created in here would keep the request in memory as long as the socket.
      wss.handleUpgrade(request, socket, head, (client) => {
        client.on('error', onError);
        const live = accept(client, request, socket);
        if (!live) return;
        connect(protocol, live, turns, log);
        keepAlive.add(client);
      });
    },
    async close() {
      const ended = once(wss, 'close');
      wss.close();
      const clients = [...wss.clients];
      const perStep = Math.ceil(clients.length / CLOSING_STEPS);
      for (let at = 0; at < clients.length; at += perStep) {
        for (const client of clients.slice(at, at + perStep)) close(client, closes.goingAway);
        await delay(CLOSING_MS / CLOSING_STEPS);
      }
      // A client that does not read does not answer the close frame.
      const timer = setTimeout(() => {
        for (const client of wss.clients) client.terminate();
      }, CLOSING_MS);
      await ended;
      clearTimeout(timer);
      keepAlive.stop();
    },
  };
}

function createProtocol(operations: Operations, pipeline: Pipeline): Server<LiveSocket> {
  return makeServer<InitPayload, LiveSocket>({
    connectionInitWaitTimeout: INIT_TIMEOUT_MS,
    jsonMessageReviver: refuseServerMessages,
    onConnect: signIn,
    onSubscribe: (context, id, payload) => operations.prepare(context, id, payload),
    execute: (args) => operations.execute(args),
    subscribe: (args) => operations.subscribe(args),
    onOperation: (_context, _id, _payload, args) => operations.requireHeld(args),
    onNext: ({ extra }, _id, _payload, _args, result) => pipeline.presentResult(result, extra),
    onError: ({ extra }, _id, _payload, errors) => errors.map((error) => pipeline.presentError(error, extra)),
  });
}

type InitPayload = Record<string, unknown> | undefined;

/** @returns see `LiveSocket.signIn`. */
function signIn(context: ProtocolContext<InitPayload, LiveSocket>): Promise<boolean> {
  const { connectionParams, extra } = context;
  // graphql-ws would keep the token in memory as long as the socket.
  Object.assign(context, { connectionParams: undefined });
  return extra.signIn(connectionParams);
}

/**
 * @param closed counts the sockets that are closed.
 * @returns a function that takes a socket in, or closes it and returns null when its address has too many.
 */
function createAccept(
  services: Services,
  closed: Tally<ClosedFor>,
  log: FastifyBaseLogger,
): (client: WebSocket, request: IncomingMessage, socket: Duplex) => LiveSocket | null {
  const { config } = services;
  const addressOf = clientAddress(config);
  const warnOfProxy = unnamedProxyWarning(log);
  const publicUrlOf = socketPublicUrl(config);
  const idOf = requestIds(config);
  const spanOf = upgradeSpans(services.tracing, config);
  const perAddress = new Cap<string>(config.LIVE_SOCKETS_PER_ADDRESS);
  const userSockets = new UserSockets(services.sessions, config.LIVE_SOCKETS_PER_USER);
  // They are kilobytes, keep nothing, and know no caller: all sockets share them.
  const shared = {
    services,
    loaders: createLoaders(services),
    refreshCookie: null,
    countHeartbeat: () => {},
  };
  return (client, request, socket) => {
    const address = addressOf(request);
    warnOfProxy(request, address);
    const bucket = addressBucket(address);
    if (!perAddress.take(bucket)) {
      closed.add('too_many_of_address');
      close(client, closes.tooManySocketsOfAddress);
      return null;
    }
    const sender = { address, deviceId: null, version: null, model: null };
    const upgrade = {
      socket,
      requestId: idOf(request),
      token: sentToken(request.headers),
      span: spanOf(request, address),
    };
    const context = { ...shared, client: sender, publicUrl: publicUrlOf(request) };
    const live = new LiveSocket(client, upgrade, context, userSockets, log);
    const { writer } = live;
    client.on('close', () => {
      perAddress.release(bucket);
      if (writer.isTooSlow) closed.add('too_slow');
    });
    return live;
  };
}

function refuseUpgrade(socket: Duplex, status: string): void {
  socket.on('error', () => socket.destroy());
  // After an upgrade request, the timeouts of the HTTP server no longer apply.
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`);
}
