import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';

/** A reader behind by more than this, in bytes, is closed; its cursor is still good. */
export const LONGEST_QUEUE = 1024 * 1024;

/** "Try again later": stock clients reconnect after it, and go on from their cursor. */
export const CLOSE_TRY_AGAIN = 1013;

/** First byte of an unfragmented text frame (RFC 6455, section 5.2). */
const TEXT_FRAME = 0x81;

/**
 * UTF-8 bytes, one in each character. As strings, frames are put together without copying what many of them share,
 * and leave without a buffer of their own: at thousands of readers that is what a message costs.
 */
export type Bytes = string;

const toBytes = (text: string): Bytes => Buffer.from(text).toString('latin1');

/**
 * A `next` message, as the protocol's reference implementation writes it, is a prefix of its subscription's own and
 * the rest, which those who are sent the same result share.
 */
export const nextPrefix = (id: string): Bytes =>
  toBytes(`{"id":${JSON.stringify(id)},"type":"next","payload":`);
export const nextRest = (result: unknown): Bytes => toBytes(`${JSON.stringify(result)}}`);

/**
 * Writes `next` messages to one socket, past the WebSocket library: the payload's bytes are shared by all readers,
 * and everything of one turn of the event loop leaves in one write. The library still owns the socket; both write
 * whole frames, so that they can take turns.
 */
export class SocketWriter {
  #frames: Bytes = '';
  /** The most that left at once, in bytes: whoever is sent a large snapshot may take its time to read it. */
  #largest = LONGEST_QUEUE;

  constructor(
    private readonly client: WebSocket,
    private readonly socket: Duplex,
  ) {}

  /** Queues a message, see `nextPrefix` and `nextRest`; it leaves at the end of this turn. */
  push(prefix: Bytes, rest: Bytes): void {
    if (this.#frames === '') flushSoon(this);
    this.#frames += frameHeader(prefix.length + rest.length) + prefix + rest;
  }

  /** Resolves once what was written has been read, or nobody reads any more. */
  async drained(): Promise<void> {
    const { socket } = this;
    if (socket.destroyed || !socket.writableNeedDrain) return;
    await new Promise<void>((resolve) => {
      const end = () => {
        socket.off('drain', end).off('close', end);
        resolve();
      };
      socket.on('drain', end).on('close', end);
    });
  }

  /** Writes what is queued, or closes a reader that does not keep up. */
  flush(): void {
    const frames = this.#frames;
    this.#frames = '';
    if (this.client.readyState !== this.client.OPEN) return;
    if (this.socket.writableLength > this.#largest) this.client.close(CLOSE_TRY_AGAIN, 'Too slow');
    else this.socket.write(frames, 'latin1');
    this.#largest = Math.max(this.#largest, frames.length);
  }
}

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

/** Of the latest length: the same message mostly goes to many readers, whose ids are as long as each other. */
let latestHeader = { length: 0, bytes: encodeHeader(0) };

function frameHeader(length: number): Bytes {
  if (length !== latestHeader.length) latestHeader = { length, bytes: encodeHeader(length) };
  return latestHeader.bytes;
}

function encodeHeader(length: number): Bytes {
  if (length < 126) return String.fromCharCode(TEXT_FRAME, length);
  if (length < 65_536) return String.fromCharCode(TEXT_FRAME, 126, length >> 8, length & 0xff);
  const header = Buffer.from([TEXT_FRAME, 127, 0, 0, 0, 0, 0, 0, 0, 0]);
  header.writeBigUInt64BE(BigInt(length), 2);
  return header.toString('latin1');
}
