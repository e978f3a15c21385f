import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DomainError } from '../../errors.js';
import type { Received, Storage } from '../../releases/storage.js';

/** Full disk, full quota. */
const noRoom: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT']);

/** Packages as files: `packages/ab/ab12…`, and below `uploads/` what is coming in. */
export class DiskStorage implements Storage {
  readonly #uploads: string;
  readonly #packages: string;

  constructor(private readonly dataDir: string) {
    this.#uploads = join(dataDir, 'uploads');
    this.#packages = join(dataDir, 'packages');
  }

  async receive(source: Readable, maxBytes: number): Promise<Received> {
    const path = join(this.#uploads, `${randomUUID()}.part`);
    const hash = createHash('sha256');
    let size = 0;
    let file: FileHandle | undefined;
    try {
      await mkdir(this.#uploads, { recursive: true });
      // Opened here, not by the stream, which could still be at it when the source has failed.
      file = await open(path, 'wx');
      await pipeline(
        source,
        async function* measured(chunks: AsyncIterable<Buffer>) {
          for await (const chunk of chunks) {
            size += chunk.length;
            if (size > maxBytes) {
              throw new DomainError('TOO_LARGE', `file must be at most ${maxBytes} bytes.`, {
                field: 'file',
              });
            }
            hash.update(chunk);
            yield chunk;
          }
        },
        file.createWriteStream({ flush: true }),
      );
    } catch (error) {
      source.destroy();
      await file?.close().catch(() => {});
      await rm(path, { force: true });
      throw refusal(error);
    }
    const sha256 = hash.digest('hex');
    return { size, sha256, keep: () => this.#keep(path, sha256), discard: () => rm(path, { force: true }) };
  }

  locate(sha256: string): string {
    return join(this.#packages, sha256.slice(0, 2), sha256);
  }

  async remove(sha256: string): Promise<void> {
    await rm(this.locate(sha256), { force: true });
  }

  async sweep(before: number): Promise<string[]> {
    const uploads = (await entries(this.#uploads)).map((name) => join(this.#uploads, name));
    for (const path of uploads) if (await isOlder(path, before)) await rm(path, { force: true });
    const folders = (await entries(this.#packages)).map((name) => entries(join(this.#packages, name)));
    const kept: string[] = [];
    for (const sha256 of (await Promise.all(folders)).flat()) {
      if (await isOlder(this.locate(sha256), before)) kept.push(sha256);
    }
    return kept;
  }

  /** The same content may be there already: it is replaced by itself, at once. */
  async #keep(path: string, sha256: string): Promise<void> {
    const target = this.locate(sha256);
    try {
      await mkdir(dirname(target), { recursive: true });
      await rename(path, target);
      for (const folder of [dirname(target), this.#packages, this.dataDir]) await flushFolder(folder);
    } catch (error) {
      throw refusal(error);
    }
  }
}

/** Makes names durable as `flush` does contents; Windows does it by itself, and refuses to be asked. */
async function flushFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Not by `instanceof`: a test's own realm has another `Error`. */
const codeOf = (error: unknown) =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;

const isMissing = (error: unknown) => codeOf(error) === 'ENOENT';

const entries = (folder: string): Promise<string[]> =>
  readdir(folder).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });

/** A file that went away meanwhile is nobody's leftover. */
const isOlder = (path: string, before: number): Promise<boolean> =>
  stat(path).then(
    ({ mtimeMs }) => mtimeMs < before,
    (error: unknown) => {
      if (isMissing(error)) return false;
      throw error;
    },
  );

function refusal(error: unknown): unknown {
  return noRoom.has(codeOf(error))
    ? new DomainError('UNAVAILABLE', 'There is no room left to keep the package.')
    : error;
}
