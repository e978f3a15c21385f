import type { Duplex } from 'node:stream';
import type { FastifyBaseLogger } from 'fastify';
import type { WebSocket } from 'ws';
import { DomainError } from '../../errors.js';
import { callerIds } from '../../http/request-log.js';
import type { Caller } from '../../sessions/caller.js';
import type { SpanContext } from '../../tracing/tracing.js';
import type { Context } from '../context.js';
import { close, closes } from './close-codes.js';
import { connectionToken } from './connection-token.js';
import { SocketSession } from './socket-session.js';
import { SocketWriter } from './socket-writer.js';
import type { UserSockets } from './user-sockets.js';

/** What an upgrade request leaves to its socket. */
interface Upgrade {
  readonly socket: Duplex;
  readonly requestId: string;
  readonly token: string | null;
  readonly span: SpanContext | null;
}

const isThrottled = (error: unknown) => error instanceof DomainError && error.code === 'THROTTLED';

/** A WebSocket with its session, its caller, and the writer of its messages. */
export class LiveSocket {
  readonly writer: SocketWriter;
  /** The span of the upgrade request, where traces are sent. */
  readonly origin: SpanContext | null;
  readonly #requestId: string;
  #session: SocketSession | null = null;
  /** Null after sign-in, too: thousands of idle sockets keep no token. */
  #upgradeToken: string | null;

  /**
   * @param upgrade what the upgrade request leaves to the socket.
   * @param context what all operations of the socket share.
   */
  constructor(
    readonly client: WebSocket,
    upgrade: Upgrade,
    readonly context: Omit<Context, 'caller' | 'log'>,
    private readonly userSockets: UserSockets,
    private readonly serverLog: FastifyBaseLogger,
  ) {
    this.writer = new SocketWriter(client, upgrade.socket);
    this.#upgradeToken = upgrade.token;
    this.origin = upgrade.span;
    this.#requestId = upgrade.requestId;
  }

  /** Null for an anonymous socket. Null, too, while the socket is being closed: a client may delay that. */
  async caller(): Promise<Caller | null> {
    const caller = await this.#session?.current();
    return this.client.readyState === this.client.OPEN ? (caller ?? null) : null;
  }

  /** A log whose lines have the id of the upgrade request, and the session. */
  log(): FastifyBaseLogger {
    return this.serverLog.child({ reqId: this.#requestId, ...callerIds(this.#session?.known) });
  }

  /**
   * @param payload of `connection_init`. Without a token there or in the upgrade request, the socket stays anonymous.
   * @returns false for an invalid token, on which graphql-ws closes with `closes.forbidden`.
   */
  async signIn(payload: Readonly<Record<string, unknown>> | undefined): Promise<boolean> {
    const token = connectionToken(payload) ?? this.#upgradeToken;
    this.#upgradeToken = null;
    if (token === null) return true;
    try {
      const sent = { token, address: this.context.client.address };
      const session = await SocketSession.open(this.context.services, this.userSockets, sent, (end) =>
        close(this.client, end === 'ended' ? closes.forbidden : closes.tryAgainLater),
      );
      if (session === 'invalid token') return false;
      if (session === 'too many sockets') close(this.client, closes.tooManySocketsOfUser);
      else this.#attach(session);
      return true;
    } catch (err) {
      if (!isThrottled(err)) this.log().error({ err }, 'a socket could not be signed in');
      close(this.client, closes.tryAgainLater);
      return true;
    }
  }

  #attach(session: SocketSession): void {
    this.#session = session;
    // The client may have closed the socket while the token was checked.
    if (this.client.readyState === this.client.CLOSED) session.close();
    else this.client.on('close', () => session.close());
  }
}
