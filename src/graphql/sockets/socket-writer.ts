import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { close, closes } from './close-codes.js';

/** A client that leaves more than this unread is closed. */
export const MAX_QUEUE_BYTES = 1024 * 1024;

/** First byte of an unfragmented text frame (RFC 6455, section 5.2). */
const TEXT_FRAME = 0x81;

/**
 * UTF-8, one byte in each character. Concatenating strings does not copy the part that frames share, and frames need
 * no buffer of their own: with thousands of subscribers, that is most of the cost of a message.
 */
export type Bytes = string;

const toBytes = (text: string): Bytes => Buffer.from(text).toString('latin1');

/**
 * A `next` message, as graphql-ws writes it, is a prefix with the id of the subscription, and a rest that all
 * subscribers of the result share.
 */
export const nextPrefix = (id: string): Bytes =>
  toBytes(`{"id":${JSON.stringify(id)},"type":"next","payload":`);
export const nextRest = (result: unknown): Bytes => toBytes(`${JSON.stringify(result)}}`);

/**
 * Writes `next` messages to one socket, past the WebSocket library: subscribers share the bytes of a result, and all
 * messages of one turn of the event loop leave in one write. The library still owns the socket. Both write whole
 * frames, so that they can take turns.
 */
export class SocketWriter {
  #frames: Bytes = '';
  /** In bytes. At least the largest write: a client must get the time to read a large snapshot. */
  #queueLimit = MAX_QUEUE_BYTES;

  constructor(
    private readonly client: WebSocket,
    private readonly socket: Duplex,
  ) {}

  /** Queues a message, see `nextPrefix` and `nextRest`. It leaves at the end of this turn of the event loop. */
  push(prefix: Bytes, rest: Bytes): void {
    if (this.#frames === '') flushSoon(this);
    this.#frames += frameHeader(prefix.length + rest.length) + prefix + rest;
  }

  /** Resolves once the client has read enough, or is gone. */
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

  /** Writes the queue, or closes a client that does not keep up. */
  flush(): void {
    const frames = this.#frames;
    this.#frames = '';
    if (this.client.readyState !== this.client.OPEN) return;
    if (this.socket.writableLength > this.#queueLimit) close(this.client, closes.tooSlow);
    else this.socket.write(frames, 'latin1');
    this.#queueLimit = Math.max(this.#queueLimit, frames.length);
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

/** That of the latest length: a message mostly goes to many subscribers, whose ids have the same length. */
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
