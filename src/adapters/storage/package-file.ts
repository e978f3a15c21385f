import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';

/** Bytes that are hashed and written at a time: a write of the 64 KiB that a socket delivers costs about as much. */
const BLOCK_BYTES = 256 * 1024;

/** Smaller chunks are left to the garbage collector. */
const MIN_FREED_BYTES = 16 * 1024;

/** A new file that is hashed while it is written. */
export class PackageFile {
  readonly #hash = createHash('sha256');
  readonly #block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  #filled = 0;

  private constructor(private readonly file: FileHandle) {}

  /** @throws Error if the file exists or cannot be created. */
  static async create(path: string): Promise<PackageFile> {
    return new PackageFile(await open(path, 'wx'));
  }

  /** Appends a chunk, and frees its memory. */
  async append(chunk: Buffer): Promise<void> {
    for (let at = 0; at < chunk.length; ) {
      const copied = chunk.copy(this.#block, this.#filled, at);
      at += copied;
      this.#filled += copied;
      if (this.#filled === BLOCK_BYTES) await this.#write();
    }
    free(chunk);
  }

  /** Writes the rest durably. @returns the SHA-256 of the content, hex. */
  async finish(): Promise<string> {
    await this.#write();
    await this.file.sync();
    return this.#hash.digest('hex');
  }

  close(): Promise<void> {
    return this.file.close();
  }

  async #write(): Promise<void> {
    const block = this.#block.subarray(0, this.#filled);
    this.#hash.update(block);
    await this.file.appendFile(block);
    this.#filled = 0;
  }
}

/**
 * Frees the memory of a chunk that fills its buffer, as those of a socket do; the rest of a larger buffer may be in
 * use. Left to the garbage collector, every 64 MiB of chunks would have V8 mark the whole heap.
 */
function free({ buffer, byteLength }: Buffer): void {
  if (byteLength >= MIN_FREED_BYTES && byteLength === buffer.byteLength && buffer instanceof ArrayBuffer) {
    buffer.transfer(0);
  }
}
