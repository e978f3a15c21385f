import type { FastifyBaseLogger } from 'fastify';
import type { Server } from 'graphql-ws';
import type { RawData, WebSocket } from 'ws';
import { close, closes } from './close-codes.js';
import type { LiveSocket } from './live-socket.js';
import type { MessageSource, MessageTurns } from './message-turns.js';
import type { SocketWriter } from './socket-writer.js';

/** The socket that graphql-ws works with. */
type ProtocolSocket = Parameters<Server['opened']>[0];

/**
 * Connects a socket to graphql-ws. In place of the library's own adapter for `ws`, which logs to the console, keeps
 * the upgrade request in memory, and identifies a socket only by reference.
 */
export function connect(
  protocol: Server<LiveSocket>,
  live: LiveSocket,
  turns: MessageTurns,
  log: FastifyBaseLogger,
): void {
  const closed = protocol.opened(new Connection(live, turns, log), live);
  live.client.on('close', (code, reason) => {
    closed(code, String(reason)).catch((err: unknown) =>
      log.error({ err }, 'a socket was not closed cleanly'),
    );
  });
}

class Connection implements ProtocolSocket, MessageSource {
  readonly client: WebSocket;
  readonly writer: SocketWriter;
  #handle: (message: string) => Promise<void> = async () => {};

  constructor(
    { client, writer }: LiveSocket,
    private readonly turns: MessageTurns,
    private readonly log: FastifyBaseLogger,
  ) {
    this.client = client;
    this.writer = writer;
  }

  get protocol(): string {
    return this.client.protocol;
  }

  send(message: string): Promise<void> {
    const { client } = this;
    return new Promise((resolve, reject) => {
      if (client.readyState !== client.OPEN) resolve();
      else client.send(message, (error) => (error ? reject(error) : resolve()));
    });
  }

  close(code?: number, reason?: string): void {
    this.client.close(code, reason);
  }

  onMessage(handle: (message: string) => Promise<void>): void {
    this.#handle = handle;
    this.client.on('message', (message) => this.turns.add(this, message));
  }

  handle(message: RawData): void {
    this.#handle(String(message)).catch((err: unknown) => {
      this.log.error({ err }, 'a message of a socket could not be handled');
      close(this.client, closes.fault);
    });
  }
}
