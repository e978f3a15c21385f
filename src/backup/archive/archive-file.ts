import { open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Writable } from 'node:stream';
import { flushFolder } from '../../data-dir/flush-folder.js';
import { BackupError } from './backup-error.js';

/** A file that gets its name once its content is complete. Only its owner may read it. */
export interface NewFile {
  readonly stream: Writable;
  /** Makes the file durable, under its name. */
  commit(): Promise<void>;
  discard(): Promise<void>;
}

/**
 * @param overwrites whether a file of this name is replaced.
 * @throws BackupError if it exists and is not replaced, is a folder, or cannot be created.
 */
export async function createFile(path: string, overwrites: boolean): Promise<NewFile> {
  const existing = await stat(path).catch(() => null);
  if (existing?.isDirectory()) throw new BackupError(`${path} is a folder: name a file in it.`);
  if (existing && !overwrites) throw new BackupError(`The file ${path} exists already; --force replaces it.`);
  const folder = dirname(path);
  // A backup that was killed leaves its file; the next one replaces it.
  const temporary = join(folder, `.${basename(path)}.part`);
  await rm(temporary, { force: true });
  const file = await open(temporary, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    throw unwritable(path, error);
  });
  return {
    stream: new Writable({
      write(chunk: Buffer, _encoding, done) {
        file.appendFile(chunk).then(
          () => done(),
          (error: NodeJS.ErrnoException) => done(unwritable(path, error)),
        );
      },
    }),
    async commit() {
      await file.sync();
      await file.close();
      await rename(temporary, path);
      await flushFolder(folder);
    },
    async discard() {
      await file.close().catch(() => {});
      await rm(temporary, { force: true });
    },
  };
}

/** Standard output in the place of a file. */
export const standardOutput: NewFile = {
  stream: process.stdout,
  commit: async () => {},
  discard: async () => {},
};

const unwritable = (path: string, { code, message }: NodeJS.ErrnoException) =>
  new BackupError(`The file ${path} cannot be written (${code ?? message}).`);
