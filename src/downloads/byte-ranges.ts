import { randomBytes } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { ByteRange } from './ranges.js';

/** Bytes of a part that are in memory at a time. */
const CHUNK_SIZE = 65_536;

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

  /** Closes `file` when it ends. */
  body(file: FileHandle): Readable {
    const body = Readable.from(this.#chunks(file), { objectMode: false });
    return body.once('close', () => void file.close());
  }

  async *#chunks(file: FileHandle): AsyncGenerator<Buffer> {
    for (const [at, range] of this.ranges.entries()) {
      yield this.#header(range, at);
      yield* read(file, range);
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

async function* read(file: FileHandle, { start, end }: ByteRange): AsyncGenerator<Buffer> {
  for (let at = start; at <= end; ) {
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK_SIZE, end - at + 1));
    const { bytesRead } = await file.read(chunk, 0, chunk.length, at);
    if (bytesRead === 0) throw new RangeError('The file of the package is shorter than the package.');
    at += bytesRead;
    yield chunk.subarray(0, bytesRead);
  }
}
