import type { FileHandle } from 'node:fs/promises';
import { Readable, type Writable } from 'node:stream';
import type { ByteRange } from './ranges.js';

/** Bytes that are read at a time, and that a download holds in memory. */
const CHUNK_BYTES = 128 * 1024;

/**
 * Text and ranges of a package as the body of `response`. It reads into one buffer again and again, since V8 marks the
 * whole heap for every 32 MiB of new ones. So it must be piped to `response` itself. Closes the file when it ends.
 */
export class PackageBody extends Readable {
  readonly #buffer: Buffer;
  #range: ByteRange | undefined;

  /** @param pieces in order. */
  constructor(
    private readonly file: FileHandle,
    private readonly pieces: Iterator<Buffer | ByteRange>,
    private readonly response: Writable,
  ) {
    // No chunk is read before the one ahead of it was written.
    super({ highWaterMark: 0 });
    this.#buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  }

  override _read(): void {
    this.#next().then(
      (chunk) => this.push(chunk),
      (error: Error) => this.destroy(error),
    );
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.file.close().then(() => done(error), done);
  }

  /** @returns the next chunk; null at the end. */
  async #next(): Promise<Buffer | null> {
    if (this.#range) return this.#readChunk(this.#range);
    const { value: piece } = this.pieces.next();
    if (!piece) return null;
    return Buffer.isBuffer(piece) ? piece : this.#readChunk(piece);
  }

  async #readChunk({ start, end }: ByteRange): Promise<Buffer> {
    const length = Math.min(CHUNK_BYTES, end - start + 1);
    // The response accepts small chunks before it has sent those ahead of them.
    const buffer = this.response.writableLength === 0 ? this.#buffer : Buffer.allocUnsafe(length);
    const { bytesRead } = await this.file.read(buffer, 0, length, start);
    if (bytesRead === 0) throw new RangeError('The file of the package is shorter than the package.');
    this.#range = start + bytesRead > end ? undefined : { start: start + bytesRead, end };
    return buffer.subarray(0, bytesRead);
  }
}
