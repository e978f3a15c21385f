import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createZstdDecompress } from 'node:zlib';
import { extract } from 'tar-stream';
import { BackupError, DamageError } from './backup-error.js';
import { decrypted, ENCRYPTED } from './encryption.js';
import { isSeal, SEAL_BYTES, unsealed } from './seal.js';

/** The start of a file that Zstandard has compressed. */
const ZSTANDARD = Buffer.from('28b52ffd', 'hex');
const READ_BYTES = 256 * 1024;

/** An entry. Its content must be read before the next one. */
export interface ArchiveEntry {
  /** As `tables/users/000001`. */
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  readonly content: AsyncIterable<Buffer>;
}

/** How an archive is read. */
export interface Reading {
  /** Called with the number of bytes of the file that were read so far. */
  onRead(bytes: number): void;
  readonly signal: AbortSignal;
}

/** Reads an archive that `ArchiveWriter` has written. */
export class ArchiveReader {
  private constructor(
    private readonly path: string,
    /** In bytes. */
    readonly size: number,
    private readonly passphrase: string | null,
  ) {}

  /** @throws BackupError if the file cannot be read, is no archive, or lacks its end or its passphrase. */
  static async open(path: string, passphrase: string | null): Promise<ArchiveReader> {
    const file = await openFile(path);
    try {
      const stats = await file.stat();
      if (!stats.isFile()) throw new BackupError(`${path} is not a file.`);
      const reader = new ArchiveReader(path, stats.size, passphrase);
      const start = await readAt(file, 0, ENCRYPTED.length);
      if (start.equals(ENCRYPTED)) {
        if (passphrase !== null) return reader;
        throw new BackupError(`The archive ${path} is encrypted: name its passphrase.`);
      }
      if (!start.subarray(0, ZSTANDARD.length).equals(ZSTANDARD)) throw reader.foreign();
      // Somebody may have put it in the place of an encrypted one.
      if (passphrase !== null) {
        throw new BackupError(`The archive ${path} is not encrypted, though a passphrase is given.`);
      }
      const end = await readAt(file, Math.max(0, stats.size - SEAL_BYTES), SEAL_BYTES);
      if (!isSeal(end)) throw reader.damaged('it is truncated');
      return reader;
    } finally {
      await file.close();
    }
  }

  /**
   * The entries in their order, from the header to the manifest.
   * @throws BackupError if the archive is truncated or altered; content throws it, too.
   */
  async *entries({ onRead, signal }: Reading): AsyncGenerator<ArchiveEntry> {
    const tar = extract();
    const bytes = Readable.from(unsealed(this.#plain(onRead)), { objectMode: false });
    const read = pipeline(bytes, createZstdDecompress(), tar, { signal });
    read.catch(() => {});
    // What fails first ends the other streams with errors of their own.
    const checked = async function* <T>(source: AsyncIterable<T>, fail: (error: unknown) => Promise<never>) {
      try {
        yield* source;
      } catch (error) {
        await fail(error);
      }
    };
    const fail = async (error: unknown): Promise<never> => {
      signal.throwIfAborted();
      const cause = await read.then(
        () => error,
        (first: unknown) => first,
      );
      throw this.damaged(cause instanceof DamageError ? cause.message : 'it has been altered');
    };
    for await (const entry of checked(tar, fail)) {
      const { name, size = 0 } = entry.header;
      // The types of the library do not say what it reads.
      yield { name, size, content: checked(entry as AsyncIterable<Buffer>, fail) };
    }
    await read.catch(fail);
  }

  /** @param reason the end of a sentence. */
  damaged(reason: string): BackupError {
    return new BackupError(`The archive ${this.path} cannot be used: ${reason}.`);
  }

  foreign(): BackupError {
    return new BackupError(`The file ${this.path} is not a backup of Gatehouse.`);
  }

  /** @param version of the gateway that made the archive. */
  newer(version: string): BackupError {
    return new BackupError(
      `The archive ${this.path} is of a newer version of Gatehouse (${version}): restore it with that version.`,
    );
  }

  /** The file, decrypted. */
  async *#plain(onRead: Reading['onRead']): AsyncGenerator<Buffer> {
    const file = await openFile(this.path);
    try {
      const source = readFrom(file, this.passphrase === null ? 0 : ENCRYPTED.length, onRead);
      yield* this.passphrase === null ? source : decrypted(source, this.passphrase);
    } finally {
      await file.close();
    }
  }
}

function openFile(path: string): Promise<FileHandle> {
  return open(path).catch((error: NodeJS.ErrnoException) => {
    throw new BackupError(`The file ${path} cannot be read (${error.code ?? error.message}).`);
  });
}

async function readAt(file: FileHandle, position: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(bytes);
  const { bytesRead } = await file.read(buffer, 0, bytes, position);
  return buffer.subarray(0, bytesRead);
}

async function* readFrom(file: FileHandle, start: number, onRead: Reading['onRead']): AsyncGenerator<Buffer> {
  for (let position = start; ; ) {
    const chunk = await readAt(file, position, READ_BYTES);
    if (chunk.length === 0) return;
    position += chunk.length;
    onRead(position);
    yield chunk;
  }
}
