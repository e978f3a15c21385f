import type { Readable } from 'node:stream';
import { DomainError } from '../../errors.js';

/** Smaller chunks are left to the garbage collector. */
const MIN_FREED_BYTES = 16 * 1024;

/** Where a package is written while it is received. */
export interface PackageTarget {
  /** Appends a copy of a chunk. */
  append(chunk: Buffer): Promise<void>;
  /** Writes the rest. @returns the SHA-256 of the content, hex. */
  finish(): Promise<string>;
}

/**
 * Writes a package to `target`, and frees the chunks of `source`.
 * @throws DomainError TOO_LARGE past `maxBytes`; else the error of `source` or `target`.
 */
export async function receiveInto(
  target: PackageTarget,
  source: Readable,
  maxBytes: number,
): Promise<{ size: number; sha256: string }> {
  let size = 0;
  for await (const chunk of source) {
    size += chunk.length;
    if (size > maxBytes) {
      throw new DomainError('TOO_LARGE', `file must be at most ${maxBytes} bytes.`, { field: 'file' });
    }
    await target.append(chunk);
    free(chunk);
  }
  return { size, sha256: await target.finish() };
}

/**
 * Frees the memory of a chunk that fills its buffer, as those of a socket do; the rest of a larger buffer may be in
 * use. Left to the garbage collector, every 64 MiB of chunks would have V8 mark the whole heap.
 */
export function free({ buffer, byteLength }: Buffer): void {
  if (byteLength >= MIN_FREED_BYTES && byteLength === buffer.byteLength && buffer instanceof ArrayBuffer) {
    buffer.transfer(0);
  }
}
