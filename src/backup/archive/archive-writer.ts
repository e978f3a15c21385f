import { once } from 'node:events';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress } from 'node:zlib';
import { pack } from 'tar-stream';
import { encrypted } from './encryption.js';
import { sealed } from './seal.js';

/** Zstandard's own default. */
const LEVEL = 3;

export interface ArchiveOptions {
  /** Null to write in plain text. */
  readonly passphrase: string | null;
  readonly signal: AbortSignal;
}

/** Writes an archive: a tar file, compressed with Zstandard, sealed, and encrypted if there is a passphrase. */
export class ArchiveWriter {
  readonly #pack = pack();
  readonly #written: Promise<void>;
  /** That the target has got so far. */
  bytes = 0;

  /** @param target is ended at the end of the archive, and destroyed if it fails. */
  constructor(
    target: Writable,
    private readonly modifiedAt: Date,
    { passphrase, signal }: ArchiveOptions,
  ) {
    const compress = createZstdCompress({
      params: { [constants.ZSTD_c_compressionLevel]: LEVEL, [constants.ZSTD_c_checksumFlag]: 1 },
    });
    this.#written = pipeline(
      Readable.from(this.#pack, { objectMode: false }),
      compress,
      sealed,
      (source: AsyncIterable<Buffer>) =>
        this.#counted(passphrase === null ? source : encrypted(source, passphrase)),
      target,
      { signal },
    );
    // `add` and `finish` report it.
    this.#written.catch((error: Error) => this.#pack.destroy(error));
  }

  /** @param size of the content, in bytes. @throws the error of the content or of the target. */
  async add(name: string, size: number, content: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<void> {
    const added = Promise.withResolvers<void>();
    added.promise.catch(() => {});
    const header = { name, size, mode: 0o600, mtime: this.modifiedAt };
    const entry = this.#pack.entry(header, (error) => (error ? added.reject(error) : added.resolve()));
    // The callback has the same error.
    entry.on('error', () => {});
    try {
      for await (const chunk of content) {
        if (!entry.write(chunk)) await Promise.race([once(entry, 'drain'), added.promise]);
      }
      entry.end(undefined);
      await added.promise;
    } catch (error) {
      this.#pack.destroy(error instanceof Error ? error : new Error(String(error)));
      // Throws the error of the target if that is the reason.
      await this.#written;
      throw error;
    }
  }

  /** Resolves when the target has everything. */
  async finish(): Promise<void> {
    this.#pack.finalize();
    await this.#written;
  }

  async *#counted(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      this.bytes += chunk.length;
      yield chunk;
    }
  }
}
