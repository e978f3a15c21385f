import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { close, closes } from './close-codes.js';
import type { Frames } from './frames.js';

/** A client that leaves more than this unread is closed. */
export const MAX_QUEUE_BYTES = 1024 * 1024;

interface Queued {
  readonly frames: Frames;
  readonly prefix: string;
}

/**
 * Writes `next` messages to one socket, past the WebSocket library: subscribers share the bytes of a result, and the
 * messages of several subscriptions leave in one write. The library still owns the socket. Both write whole frames, so
 * that they can take turns.
 */
export class SocketWriter {
  #subscriptions = 0;
  #queue: Queued[] | null = null;
  /** In bytes. At least the largest write: a client must get the time to read a large snapshot. */
  #queueLimit = MAX_QUEUE_BYTES;
  #isTooSlow = false;

  constructor(
    private readonly client: WebSocket,
    private readonly socket: Duplex,
  ) {}

  /** Whether the client was closed because it did not keep up. */
  get isTooSlow(): boolean {
    return this.#isTooSlow;
  }

  /** Whether the client has read enough that it may be written more. */
  get isRead(): boolean {
    return this.socket.writableLength <= MAX_QUEUE_BYTES;
  }

  /** A subscription begins. The messages of a single one need not wait for those of others. */
  attach(): void {
    this.#subscriptions += 1;
  }

  detach(): void {
    this.#subscriptions -= 1;
  }

  /** Writes messages of one subscription, at the end of this turn of the event loop if there are others. */
  push(frames: Frames, prefix: string): void {
    if (this.#queue) {
      this.#queue.push({ frames, prefix });
    } else if (this.#subscriptions > 1) {
      this.#queue = [{ frames, prefix }];
      flushSoon(this);
    } else if (this.#mayWrite()) {
      this.#write(frames.withPrefix(prefix));
      // Almost always, the operating system has taken all of them.
      if (this.socket.writableLength > 0) frames.release();
    }
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

  /** Writes the queue. */
  flush(): void {
    const queue = this.#queue ?? [];
    this.#queue = null;
    if (!this.#mayWrite()) return;
    this.#write(Buffer.concat(queue.map(({ frames, prefix }) => Buffer.from(frames.withPrefix(prefix)))));
  }

  /** Closes a client that does not keep up. */
  #mayWrite(): boolean {
    if (this.client.readyState !== this.client.OPEN) return false;
    if (this.socket.writableLength <= this.#queueLimit) return true;
    this.#isTooSlow = true;
    close(this.client, closes.tooSlow);
    return false;
  }

  #write(bytes: Buffer): void {
    this.socket.write(bytes);
    this.#queueLimit = Math.max(this.#queueLimit, bytes.length);
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
