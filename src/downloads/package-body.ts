import { Readable, type Writable } from 'node:stream';
import type { ByteRange, OpenPackage } from '../releases/storage.js';

/** Bytes that are read at a time, and that a download holds in memory. */
const CHUNK_BYTES = 128 * 1024;
/** The same where thousands of slow clients download. */
const LEAST_CHUNK_BYTES = 16 * 1024;
/** The memory that all downloads take until their chunks get smaller. */
const TOTAL_BYTES = 64 * 1024 * 1024;

/**
 * Text and ranges of a package as the body of `response`. It reads into one buffer again and again, since V8 marks the
 * whole heap for every 32 MiB of new ones. So it must be piped to `response` itself. Closes the package when it ends.
 */
export class PackageBody extends Readable {
  static #open = 0;
  readonly #buffer: Buffer;
  #range: ByteRange | undefined;

  /** @param pieces in order. */
  constructor(
    private readonly opened: OpenPackage,
    private readonly pieces: Iterator<Buffer | ByteRange>,
    private readonly response: Writable,
  ) {
    // No chunk is read before the one ahead of it was written.
    super({ highWaterMark: 0 });
    PackageBody.#open += 1;
    const share = Math.floor(TOTAL_BYTES / PackageBody.#open);
    this.#buffer = Buffer.allocUnsafeSlow(Math.max(LEAST_CHUNK_BYTES, Math.min(share, CHUNK_BYTES)));
  }

  override _read(): void {
    this.#next().then(
      (chunk) => this.push(chunk),
      (error: Error) => this.destroy(error),
    );
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    PackageBody.#open -= 1;
    this.opened.close().then(() => done(error), done);
  }

  /** @returns the next chunk; null at the end. */
  async #next(): Promise<Buffer | null> {
    if (this.#range) return this.#readChunk(this.#range);
    const { value: piece } = this.pieces.next();
    if (!piece) return null;
    return Buffer.isBuffer(piece) ? piece : this.#readChunk(piece);
  }

  async #readChunk({ start, end }: ByteRange): Promise<Buffer> {
    const length = Math.min(this.#buffer.length, end - start + 1);
    // The response accepts small chunks before it has sent those ahead of them.
    const buffer = this.response.writableLength === 0 ? this.#buffer : Buffer.allocUnsafe(length);
    const read = await this.opened.read(buffer.subarray(0, length), start);
    this.#range = start + read > end ? undefined : { start: start + read, end };
    return buffer.subarray(0, read);
  }
}
