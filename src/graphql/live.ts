import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import {
  type ExecutionArgs,
  type ExecutionResult,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
} from 'graphql';
import {
  CloseCode,
  type ConnectionInitMessage,
  type Context as SocketContext,
  type SubscribePayload,
} from 'graphql-ws';
import { type Extra, useServer as serveProtocol } from 'graphql-ws/use/ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { LiveFeed } from '../adapters/events/live-source.js';
import { clientAddress } from '../client-address.js';
import { socketPublicUrl } from '../public-url.js';
import type { Services } from '../services.js';
import { payerOf } from '../sessions/cost-budget.js';
import { addressBucket } from '../sessions/throttle.js';
import { bearerToken } from '../sessions/tokens.js';
import { readOnlyFromReaders } from './backpressure.js';
import { refuseServerMessages } from './client-messages.js';
import type { Context } from './context.js';
import { presentError } from './errors.js';
import { Documents, executeEach, openSubscription, presentResult } from './execute.js';
import { FanOut, type Subscriber } from './fan-out.js';
import { documentLimits } from './limits.js';
import { OperationPlace } from './operation-place.js';
import { Cap } from './socket-caps.js';
import { SocketSession } from './socket-session.js';
import { CLOSE_TRY_AGAIN, nextPrefix, SocketWriter } from './socket-writer.js';
import { TrustedDocuments } from './trusted-documents.js';

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

/** What we know of a socket beside what the protocol's implementation does. */
interface Live {
  readonly writer: SocketWriter;
  readonly context: Omit<Context, 'caller'>;
  session?: SocketSession;
}

/** What was sent to begin an operation. */
interface Request extends Pick<Subscriber, 'query' | 'prefix' | 'writer' | 'variant'> {
  readonly place: OperationPlace;
}

type LiveSocket = SocketContext<ConnectionInitMessage['payload'], Extra>;

export function createLiveServer(
  services: Services,
  schema: GraphQLSchema,
  log: FastifyBaseLogger,
): LiveServer {
  const { config } = services;
  const wss = new WebSocketServer({ noServer: true, maxPayload: LARGEST_MESSAGE, perMessageDeflate: false });
  const addressOf = clientAddress(config);
  const publicUrlOf = socketPublicUrl(config);
  const documents = new Documents(
    schema,
    documentLimits(config),
    TrustedDocuments.read(config),
    services.costs,
  );
  const wording = { suggestions: config.GRAPHQL_INTROSPECTION === 'on' };
  const fanOut = new FanOut(log);
  const perAddress = new Cap(config.LIVE_SOCKETS_PER_ADDRESS);
  const perUser = new Cap(config.LIVE_SOCKETS_PER_USER);
  const lives = new WeakMap<WebSocket, Live>();
  /** What was sent, by the context made for it. */
  const requests = new WeakMap<object, Request>();
  const requestOf = (contextValue: unknown) =>
    contextValue instanceof Object ? requests.get(contextValue) : undefined;
  const live = ({ socket }: Extra): Live => {
    const found = lives.get(socket);
    if (!found) throw new Error('The socket did not come through upgrade().');
    return found;
  };

  const server = serveProtocol(
    {
      connectionInitWaitTimeout: INIT_TIMEOUT_MS,
      jsonMessageReviver: refuseServerMessages,
      onConnect: ({ connectionParams, extra }) =>
        signIn(connectionParams?.authorization, extra.socket, live(extra)),
      onSubscribe: (context, id, payload) => prepare(context, id, payload),
      subscribe,
      onOperation: (_context, _id, _payload, { contextValue }) => requestOf(contextValue)?.place.stillHeld(),
      onNext: (_context, _id, _payload, _args, result) => presentResult(result, log, wording),
      onError: (_context, _id, _payload, errors) => errors.map(present),
      // What goes wrong inside is nothing for a close reason.
      isProd: true,
    },
    wss,
  );

  const present = (error: GraphQLError | GraphQLFormattedError) =>
    presentError(error, error instanceof GraphQLError ? error.toJSON() : error, log, wording);

  /** @returns false, which closes with 4403, for a token that is not good. */
  async function signIn(authorization: unknown, socket: WebSocket, found: Live): Promise<boolean> {
    const token = bearerToken(typeof authorization === 'string' ? authorization : undefined);
    if (token === null) return true;
    const session = await SocketSession.open(services, token, () =>
      socket.close(CloseCode.Forbidden, 'Forbidden'),
    ).catch((err: unknown) => {
      log.error({ err }, 'a socket could not be signed in');
      // Clients would not come back after the 4500 of the protocol's implementation.
      socket.close(CLOSE_TRY_AGAIN, 'Try again later');
      return undefined;
    });
    if (session === undefined) return true;
    if (session === null) return false;
    const user = String(session.caller.user.id);
    if (!perUser.take(user)) {
      session.close();
      socket.close(CloseCode.TooManyInitialisationRequests, 'Too many sockets of this user');
      return true;
    }
    const end = () => {
      session.close();
      perUser.give(user);
    };
    found.session = session;
    // It may have been closed while we looked.
    if (socket.readyState === socket.CLOSED) end();
    else socket.once('close', end);
    return true;
  }

  async function prepare(
    socket: LiveSocket,
    id: string,
    payload: SubscribePayload,
  ): Promise<ExecutionArgs | readonly GraphQLError[]> {
    const { context, session, writer } = live(socket.extra);
    const place = new OperationPlace(socket, id);
    const operations = Object.keys(socket.subscriptions).length;
    const caller = session?.caller ?? null;
    const read = await documents.read(payload, payerOf(caller, context.client));
    await place.stillHeld();
    if (!('document' in read)) return read;
    const { document, text: query } = read;
    if (operations > config.LIVE_SUBSCRIPTIONS_PER_SOCKET) {
      return [new GraphQLError('Too many operations on this socket.', { extensions: { code: 'THROTTLED' } })];
    }
    const contextValue: Context = { ...context, caller };
    requests.set(contextValue, { query, prefix: nextPrefix(id), writer, variant: context.publicUrl, place });
    return {
      schema,
      document,
      contextValue,
      operationName: payload.operationName ?? null,
      variableValues: payload.variables ?? null,
    };
  }

  async function subscribe(
    args: ExecutionArgs,
  ): Promise<AsyncIterableIterator<ExecutionResult> | ExecutionResult> {
    const events = await openSubscription(args);
    if (!(Symbol.asyncIterator in events)) return events;
    const request = requestOf(args.contextValue);
    await request?.place.stillHeld();
    if (!(events instanceof LiveFeed) || !request) return executeEach(args, events);
    return fanOut.join({ ...request, args, source: events.source });
  }

  function accept(client: WebSocket, request: IncomingMessage, socket: Duplex): void {
    hearErrors(client);
    const address = addressOf(request);
    const bucket = addressBucket(address);
    if (!perAddress.take(bucket)) {
      client.close(CloseCode.TooManyInitialisationRequests, 'Too many sockets of this address');
      return;
    }
    client.once('close', () => perAddress.give(bucket));
    readOnlyFromReaders(client, socket);
    lives.set(client, {
      writer: new SocketWriter(client, socket),
      context: {
        services,
        client: { address, deviceId: null, version: null, model: null },
        publicUrl: publicUrlOf(request),
        refreshCookie: null,
        countHeartbeat: () => {},
      },
    });
    // Without the request, which would be kept as long as the socket is.
    wss.emit('connection', client);
    hearErrors(client);
  }

  /** A client that breaks the protocol is closed by the library, at any time; unheard, its error would end us. */
  function hearErrors(client: WebSocket): void {
    // The protocol's implementation shows each on the console, as if it were ours.
    client.removeAllListeners('error');
    client.on('error', (err) => log.debug({ err }, 'a client broke the WebSocket protocol'));
  }

  return {
    upgrade(request, socket, head) {
      const path = URL.parse(request.url ?? '', 'http://gateway')?.pathname;
      if (path?.replace(/\/$/, '') !== '/graphql') {
        socket.on('error', () => socket.destroy());
        // No timeout of the HTTP server's holds for it any more: a client that does not close it would keep it for good.
        socket.once('finish', () => socket.destroy());
        socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n');
        return;
      }
      wss.handleUpgrade(request, socket, head, (client) => accept(client, request, socket));
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
      await server.dispose();
      clearTimeout(cut);
    },
  };
}
