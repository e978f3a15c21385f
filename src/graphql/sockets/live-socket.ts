import type { Duplex } from 'node:stream';
import type { FastifyBaseLogger } from 'fastify';
import { CloseCode } from 'graphql-ws';
import type { WebSocket } from 'ws';
import type { Caller } from '../../sessions/caller.js';
import { bearerToken } from '../../sessions/token-headers.js';
import type { Context } from '../context.js';
import type { Cap } from './socket-caps.js';
import { SocketSession } from './socket-session.js';
import { CLOSE_TRY_AGAIN, SocketWriter } from './socket-writer.js';

/** One WebSocket: where it comes from, who signed in on it, and what is written to it. */
export class LiveSocket {
  readonly writer: SocketWriter;
  #session: SocketSession | null = null;

  /**
   * @param duplex that of the upgrade.
   * @param context what is the same for all its operations.
   */
  constructor(
    private readonly client: WebSocket,
    duplex: Duplex,
    readonly context: Omit<Context, 'caller'>,
    private readonly perUser: Cap,
    private readonly log: FastifyBaseLogger,
  ) {
    this.writer = new SocketWriter(client, duplex);
  }

  /** Null for nobody, also once the socket was told to close: a client need not hurry to. */
  get caller(): Caller | null {
    return this.client.readyState === this.client.OPEN ? (this.#session?.caller ?? null) : null;
  }

  /**
   * @param authorization as the client sent it; without a token it stays nobody's.
   * @returns false, which closes with 4403, for a token that is not good.
   */
  async signIn(authorization: unknown): Promise<boolean> {
    const token = bearerToken(typeof authorization === 'string' ? authorization : undefined);
    if (token === null) return true;
    try {
      const session = await SocketSession.open(this.context.services, token, () =>
        this.client.close(CloseCode.Forbidden, 'Forbidden'),
      );
      if (session) this.#hold(session);
      return session !== null;
    } catch (err) {
      this.log.error({ err }, 'a socket could not be signed in');
      // Clients would not come back after the 4500 of the protocol's implementation.
      this.client.close(CLOSE_TRY_AGAIN, 'Try again later');
      return true;
    }
  }

  #hold(session: SocketSession): void {
    const user = String(session.caller.user.id);
    if (!this.perUser.take(user)) {
      session.close();
      this.client.close(CloseCode.TooManyInitialisationRequests, 'Too many sockets of this user');
      return;
    }
    const end = () => {
      session.close();
      this.perUser.give(user);
    };
    this.#session = session;
    // It may have been closed while we looked.
    if (this.client.readyState === this.client.CLOSED) end();
    else this.client.once('close', end);
  }
}
