import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { flushFolder } from '../../data-dir/flush-folder.js';
import { outage } from '../../errors.js';
import type { OpenPackage, PackageInventory, StagedPackage, Storage } from '../../releases/storage.js';
import { PackageFile } from './package-file.js';
import { receiveInto } from './receive-into.js';

/** The codes of a full disk and of a full quota. */
const FULL_CODES: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT']);
/** The codes of a file system that takes no files now: read-only, closed to the gateway, broken, or gone. */
const UNUSABLE_CODES: ReadonlySet<unknown> = new Set([
  ...['EROFS', 'EACCES', 'EPERM', 'EIO', 'ESTALE', 'ENOTCONN', 'EHOSTDOWN'],
  ...['EMFILE', 'ENFILE', 'ENOTDIR', 'EEXIST'],
]);
/** The size of a block of most file systems. */
const CHECK_BYTES = 4096;

/** Stores packages as files: published ones as `packages/ab/ab12…`, others in `uploads/`. */
export class DiskStorage implements Storage, PackageInventory {
  readonly #uploads: string;
  readonly #packages: string;

  constructor(private readonly dataDir: string) {
    this.#uploads = join(dataDir, 'uploads');
    this.#packages = join(dataDir, 'packages');
  }

  async receive(source: Readable, maxBytes: number): Promise<StagedPackage> {
    const path = join(this.#uploads, `${randomUUID()}.part`);
    try {
      await mkdir(this.#uploads, { recursive: true });
      const { size, sha256 } = await save(path, source, maxBytes);
      return {
        size,
        sha256,
        publish: () => this.#publish(path, sha256),
        discard: () => removeLater(path),
      };
    } catch (error) {
      source.destroy();
      await removeLater(path);
      throw toStorageError(error);
    }
  }

  async open(sha256: string): Promise<OpenPackage> {
    const file = await open(this.#locate(sha256));
    return {
      async read(buffer, position) {
        const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
        if (bytesRead === 0) throw new RangeError('The file of the package is shorter than the package.');
        return bytesRead;
      },
      close: () => file.close(),
    };
  }

  /** Whether a package can be stored. @throws DomainError UNAVAILABLE */
  async check(): Promise<void> {
    const path = join(this.dataDir, 'storage.check');
    try {
      await mkdir(this.#uploads, { recursive: true });
      await writeFile(path, Buffer.alloc(CHECK_BYTES));
    } catch (error) {
      throw toStorageError(error);
    } finally {
      await removeLater(path);
    }
  }

  async remove(sha256: string): Promise<void> {
    await rm(this.#locate(sha256), { force: true });
  }

  async sweep(before: number): Promise<string[]> {
    for (const name of await list(this.#uploads)) {
      const path = join(this.#uploads, name);
      if (await isOlder(path, before)) await rm(path, { force: true });
    }
    return this.#publishedBefore(before);
  }

  published(): Promise<string[]> {
    return this.#publishedBefore(Number.POSITIVE_INFINITY);
  }

  #locate(sha256: string): string {
    return join(this.#packages, sha256.slice(0, 2), sha256);
  }

  async #publishedBefore(before: number): Promise<string[]> {
    const published: string[] = [];
    for (const folder of (await list(this.#packages)).filter(isPackageFolder)) {
      for (const sha256 of await list(join(this.#packages, folder))) {
        if (await isOlder(this.#locate(sha256), before)) published.push(sha256);
      }
    }
    return published;
  }

  /** Replaces a package with the same content atomically. */
  async #publish(path: string, sha256: string): Promise<void> {
    const target = this.#locate(sha256);
    try {
      await mkdir(dirname(target), { recursive: true });
      await rename(path, target);
      for (const folder of [dirname(target), this.#packages, this.dataDir]) await flushFolder(folder);
    } catch (error) {
      throw toStorageError(error);
    }
  }
}

async function save(path: string, source: Readable, maxBytes: number) {
  const file = await PackageFile.create(path);
  try {
    return await receiveInto(file, source, maxBytes);
  } finally {
    await file.close();
  }
}

/** @returns the error of a source as it is. */
function toStorageError(error: unknown): unknown {
  const code = codeOf(error);
  if (FULL_CODES.has(code)) {
    return outage('There is no space left to store the package.', error);
  }
  if (!UNUSABLE_CODES.has(code)) return error;
  return outage('Packages cannot be stored now; try again later.', error);
}

/** Removes a file at once, or leaves it to `sweep` if that is not possible now. */
const removeLater = (path: string): Promise<void> => rm(path, { force: true }).catch(() => {});

/** Others, such as snapshots of a file system, are not ours. */
const isPackageFolder = (name: string): boolean => /^[\da-f]{2}$/.test(name);

/** Not by `instanceof Error`, which is false for errors of another realm. */
const codeOf = (error: unknown) =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;

const isMissing = (error: unknown) => codeOf(error) === 'ENOENT';

/** The names in a folder; none if it is missing. */
const list = (folder: string): Promise<string[]> =>
  readdir(folder).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });

/** Whether a file was last changed before `before`; false for one that was removed meanwhile. */
const isOlder = (path: string, before: number): Promise<boolean> =>
  stat(path).then(
    ({ mtimeMs }) => mtimeMs < before,
    (error: unknown) => {
      if (isMissing(error)) return false;
      throw error;
    },
  );
