/** First byte of an unfragmented text frame (RFC 6455, section 5.2). */
const TEXT_FRAME = 0x81;

/**
 * A `next` message, as graphql-ws writes it, is a prefix with the id of the subscription, and a rest that all
 * subscribers of the result share. The prefix is UTF-8 with one byte in each character: each subscription keeps one,
 * and a buffer would take more memory.
 */
export const nextPrefix = (id: string): string =>
  Buffer.from(`{"id":${JSON.stringify(id)},"type":"next","payload":`).toString('latin1');
export const nextRest = (result: unknown): Buffer => Buffer.from(`${JSON.stringify(result)}}`);

/**
 * `next` messages as WebSocket frames, for subscribers whose prefixes have one length. Only the prefix is written for
 * each of them: with thousands of subscribers, copying the rest would be most of the cost of a message.
 */
export class Frames {
  #bytes: Buffer;
  /** Where the prefixes are. */
  readonly #gaps: number[] = [];

  constructor(rests: readonly Buffer[], prefixLength: number) {
    const gap = Buffer.alloc(prefixLength);
    const parts: Buffer[] = [];
    let length = 0;
    for (const rest of rests) {
      const header = frameHeader(prefixLength + rest.length);
      this.#gaps.push(length + header.length);
      parts.push(header, gap, rest);
      length += header.length + prefixLength + rest.length;
    }
    this.#bytes = Buffer.concat(parts, length);
  }

  /** @returns the frames of a subscriber. The next call overwrites them, unless `release` is called before. */
  withPrefix(prefix: string): Buffer {
    for (const gap of this.#gaps) this.#bytes.write(prefix, gap, 'latin1');
    return this.#bytes;
  }

  /** Leaves the bytes to a socket that has not written them yet. */
  release(): void {
    this.#bytes = Buffer.from(this.#bytes);
  }
}

function frameHeader(length: number): Buffer {
  if (length < 126) return Buffer.from([TEXT_FRAME, length]);
  if (length < 65_536) return Buffer.from([TEXT_FRAME, 126, length >> 8, length & 0xff]);
  const header = Buffer.from([TEXT_FRAME, 127, 0, 0, 0, 0, 0, 0, 0, 0]);
  header.writeBigUInt64BE(BigInt(length), 2);
  return header;
}
