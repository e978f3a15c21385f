import { randomBytes } from 'node:crypto';
import type { ByteRange } from '../releases/storage.js';

/** Several ranges of a package as one body of the type `multipart/byteranges`, RFC 9110, 14.6. */
export class ByteRanges {
  readonly #boundary = randomBytes(16).toString('hex');

  /** @param size of the whole package, in bytes. */
  constructor(
    private readonly ranges: readonly ByteRange[],
    private readonly partType: string,
    private readonly size: number,
  ) {}

  get contentType(): string {
    return `multipart/byteranges; boundary=${this.#boundary}`;
  }

  get contentLength(): number {
    const parts = this.ranges.map(
      (range, at) => this.#header(range, at).length + range.end - range.start + 1,
    );
    return parts.reduce((sum, length) => sum + length, this.#closing.length);
  }

  /** The body: the text around the ranges, and the ranges. */
  *pieces(): Generator<Buffer | ByteRange, void> {
    for (const [at, range] of this.ranges.entries()) {
      yield this.#header(range, at);
      yield range;
    }
    yield this.#closing;
  }

  #header(range: ByteRange, at: number): Buffer {
    const lines = [
      `${at === 0 ? '' : '\r\n'}--${this.#boundary}`,
      `Content-Type: ${this.partType}`,
      `Content-Range: ${contentRange(range, this.size)}`,
    ];
    return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
  }

  get #closing(): Buffer {
    return Buffer.from(`\r\n--${this.#boundary}--\r\n`);
  }
}

export const contentRange = ({ start, end }: ByteRange, size: number): string =>
  `bytes ${start}-${end}/${size}`;
