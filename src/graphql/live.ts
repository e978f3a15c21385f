import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import { GraphQLError, type GraphQLFormattedError, type GraphQLSchema } from 'graphql';
import { CloseCode } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import type { Services } from '../services.js';
import { clientAddress } from '../client-address.js';
import { bearerToken } from '../sessions/tokens.js';
import type { Context } from './context.js';
import { presentError } from './errors.js';
import { SocketSession } from './socket-session.js';

const CLOSE_GOING_AWAY = 1001;

/** Larger messages close the socket: no subscription document comes near. */
const LARGEST_MESSAGE = 256 * 1024;

/** GraphQL over WebSocket (`graphql-transport-ws`), on any number of HTTP servers. */
export interface LiveServer {
  /** For the `upgrade` event of an HTTP server. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Closes every socket with 1001, spread over a moment so that clients do not all return at once. */
  close(): Promise<void>;
}

/** Sockets of a node that stops are closed within this time, one after the other. */
const CLOSING_MS = 1000;

export function createLiveServer(
  services: Services,
  schema: GraphQLSchema,
  log: FastifyBaseLogger,
): LiveServer {
  const wss = new WebSocketServer({ noServer: true, maxPayload: LARGEST_MESSAGE, perMessageDeflate: false });
  const addressOf = clientAddress(services.config);
  const present = (error: GraphQLError | GraphQLFormattedError) =>
    presentError(error, error instanceof GraphQLError ? error.toJSON() : error, log);
  const server = useServer<Record<string, unknown>, { session: SocketSession }>(
    {
      schema,
      onConnect: async ({ connectionParams, extra }) => {
        const { authorization } = connectionParams ?? {};
        const token = bearerToken(typeof authorization === 'string' ? authorization : undefined);
        if (token === null) return true;
        const session = await SocketSession.open(services, token, () =>
          extra.socket.close(CloseCode.Forbidden, 'Forbidden'),
        );
        if (session) extra.session = session;
        return session !== null;
      },
      onClose: ({ extra }) => extra.session?.close(),
      context: ({ extra }): Context => ({
        services,
        caller: extra.session?.caller ?? null,
        client: { address: addressOf(extra.request), deviceId: null, version: null, model: null },
        publicUrl: services.config.PUBLIC_URL ?? `http://${extra.request.headers.host ?? ''}`,
        refreshCookie: null,
      }),
      onNext: (_context, _id, _payload, _args, result) =>
        result.errors ? { data: result.data ?? null, errors: result.errors.map(present) } : undefined,
      onError: (_context, _id, _payload, errors) => errors.map(present),
    },
    wss,
  );
  return {
    upgrade(request, socket, head) {
      const path = URL.parse(request.url ?? '', 'http://gateway')?.pathname;
      if (path?.replace(/\/$/, '') !== '/graphql') {
        socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n');
        return;
      }
      wss.handleUpgrade(request, socket, head, (client) => wss.emit('connection', client, request));
    },
    async close() {
      const pause = CLOSING_MS / Math.max(1, wss.clients.size);
      for (const client of wss.clients) {
        client.close(CLOSE_GOING_AWAY, 'Going away');
        await setTimeout(pause);
      }
      await server.dispose();
    },
  };
}
