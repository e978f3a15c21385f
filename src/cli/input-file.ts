import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { UsageError } from './failures.js';

/** A file, or standard input, to be read once from start to end. */
export interface InputFile {
  readonly stream: Readable;
  /** In bytes; 0 if unknown. */
  readonly size: number;
}

/** @param path `-` is standard input. @throws UsageError if there is no such file. */
export async function openInputFile(path: string): Promise<InputFile> {
  if (path === '-') return { stream: process.stdin, size: 0 };
  const size = await fileSize(path);
  return { stream: createReadStream(path, { highWaterMark: 256 * 1024 }), size };
}

/** In bytes. @throws UsageError if there is no such file. */
export async function fileSize(path: string): Promise<number> {
  const found = await stat(path).catch(() => null);
  if (!found) throw new UsageError(`The file ${path} does not exist.`);
  if (found.isDirectory()) throw folderError(path);
  return found.size;
}

export const folderError = (path: string) => new UsageError(`${path} is a folder, not a file.`);
