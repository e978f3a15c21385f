import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import type { PackageTarget } from './receive-into.js';

/** Bytes that are hashed and written at a time: a write of the 64 KiB that a socket delivers costs about as much. */
const BLOCK_BYTES = 256 * 1024;

/** A new file that is hashed while it is written. */
export class PackageFile implements PackageTarget {
  readonly #hash = createHash('sha256');
  readonly #block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  #filled = 0;

  private constructor(private readonly file: FileHandle) {}

  /** @throws Error if the file exists or cannot be created. */
  static async create(path: string): Promise<PackageFile> {
    return new PackageFile(await open(path, 'wx'));
  }

  async append(chunk: Buffer): Promise<void> {
    for (let at = 0; at < chunk.length; ) {
      const copied = chunk.copy(this.#block, this.#filled, at);
      at += copied;
      this.#filled += copied;
      if (this.#filled === BLOCK_BYTES) await this.#write();
    }
  }

  /** Writes the rest durably. */
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
