import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';

/** A reader behind by more than this, in bytes, is closed; its cursor is still good. */
export const LONGEST_QUEUE = 1024 * 1024;

/** "Try again later": stock clients reconnect after it, and go on from their cursor. */
const CLOSE_TRY_AGAIN = 1013;

/** First byte of an unfragmented text frame (RFC 6455, section 5.2). */
const TEXT_FRAME = 0x81;
const CLOSING_BRACE = 0x7d;

/**
 * Writes `next` messages to one socket, past the WebSocket library: the payload's bytes are shared by all readers,
 * and everything of one turn of the event loop leaves in one write. The library still owns the socket; both write
 * whole frames, so that they can take turns.
 */
export class SocketWriter {
  /** Prefix and payload by turns; emptied, not replaced: at thousands of writers, garbage counts. */
  readonly #queue: Buffer[] = [];
  #bytes = 0;

  constructor(
    private readonly client: WebSocket,
    private readonly socket: Duplex,
  ) {}

  /**
   * Queues a message; it leaves at the end of this turn.
   * @param prefix the message up to its payload, see `nextPrefix`.
   */
  push(prefix: Buffer, payload: Buffer): void {
    if (this.#bytes === 0) flushSoon(this);
    this.#queue.push(prefix, payload);
    const length = prefix.length + payload.length + 1;
    this.#bytes += headerLength(length) + length;
  }

  /** Writes what is queued, or closes a reader that does not keep up. */
  flush(): void {
    if (this.client.readyState === this.client.OPEN) {
      if (this.socket.writableLength > LONGEST_QUEUE) this.client.close(CLOSE_TRY_AGAIN, 'Too slow');
      else this.socket.write(this.#frames());
    }
    this.#queue.length = 0;
    this.#bytes = 0;
  }

  #frames(): Buffer {
    const buffer = Buffer.allocUnsafe(this.#bytes);
    let at = 0;
    for (let next = 0; next < this.#queue.length; next += 2) {
      const [prefix, payload] = [this.#queue[next], this.#queue[next + 1]];
      if (!prefix || !payload) break;
      at = writeHeader(buffer, at, prefix.length + payload.length + 1);
      buffer.set(prefix, at);
      buffer.set(payload, at + prefix.length);
      at += prefix.length + payload.length;
      buffer[at++] = CLOSING_BRACE;
    }
    return buffer;
  }
}

/** The start of a `next` message, as the protocol's reference implementation writes it. */
export const nextPrefix = (id: string): Buffer =>
  Buffer.from(`{"id":${JSON.stringify(id)},"type":"next","payload":`);

let waiting: SocketWriter[] = [];

function flushSoon(writer: SocketWriter): void {
  if (waiting.length === 0) setImmediate(flushAll);
  waiting.push(writer);
}

function flushAll(): void {
  const writers = waiting;
  waiting = [];
  for (const writer of writers) writer.flush();
}

function headerLength(length: number): number {
  if (length < 126) return 2;
  return length < 65_536 ? 4 : 10;
}

function writeHeader(buffer: Buffer, at: number, length: number): number {
  buffer[at] = TEXT_FRAME;
  if (length < 126) {
    buffer[at + 1] = length;
    return at + 2;
  }
  if (length < 65_536) {
    buffer[at + 1] = 126;
    return buffer.writeUInt16BE(length, at + 2);
  }
  buffer[at + 1] = 127;
  return buffer.writeBigUInt64BE(BigInt(length), at + 2);
}
