import type { RawData, WebSocket } from 'ws';
import type { SocketWriter } from './socket-writer.js';

/** Messages of all sockets that a turn of the event loop handles: one may take a millisecond. */
const PER_TURN = 10;

/** A socket whose messages take turns. */
export interface MessageSource {
  readonly client: WebSocket;
  readonly writer: SocketWriter;
  handle(message: RawData): void;
}

/**
 * Lets sockets take turns when more messages arrive than the event loop handles. Otherwise, a turn of the event loop
 * would handle all that one read returns, which may be thousands. Nothing more is read from a socket whose messages wait,
 * or whose client leaves too many answers unread: further requests wait in the client's memory. A client that never reads
 * misses the next ping, and is terminated.
 */
export class MessageTurns {
  /** Messages that wait, of the sockets in the order of their turns. */
  readonly #lines = new Map<MessageSource, RawData[]>();
  #handled = 0;
  #isScheduled = false;

  /** Handles a message now, or in a later turn while the socket is open. */
  add(source: MessageSource, message: RawData): void {
    this.#schedule();
    const line = this.#lines.get(source);
    if (line) {
      line.push(message);
    } else if (this.#lines.size === 0 && this.#handled < PER_TURN && source.writer.isRead) {
      this.#handled += 1;
      source.handle(message);
    } else {
      source.client.pause();
      this.#lines.set(source, [message]);
    }
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(this.#nextTurn);
  }

  readonly #nextTurn = (): void => {
    this.#isScheduled = false;
    this.#handled = 0;
    // A socket that is added again comes last.
    for (const [source, line] of this.#lines) {
      if (this.#handled === PER_TURN) break;
      this.#handled += 1;
      this.#lines.delete(source);
      this.#handleNext(source, line);
    }
    if (this.#lines.size > 0) this.#schedule();
  };

  #handleNext(source: MessageSource, line: RawData[]): void {
    const { client, writer } = source;
    const message = line.shift();
    // It closes once it is read from again.
    if (!message || client.readyState !== client.OPEN) return void client.resume();
    if (line.length > 0) this.#lines.set(source, line);
    else if (writer.isRead) client.resume();
    else void writer.drained().then(() => client.resume());
    source.handle(message);
  }
}
