import { createHash } from 'node:crypto';
import type { OpenPackage, Storage } from '../../releases/storage.js';
import { DamageError } from '../archive/backup-error.js';
import type { StoredPackage } from '../archive/manifest.js';

const READ_BYTES = 256 * 1024;

/**
 * The content of a package.
 * @param onBytes called with the size of each chunk.
 * @throws DamageError if the package is missing, or if its content is not that of its digest.
 */
export async function* packageBytes(
  storage: Pick<Storage, 'open'>,
  { sha256, size }: StoredPackage,
  onBytes: (bytes: number) => void = () => {},
): AsyncGenerator<Buffer> {
  const opened = await storage.open(sha256, [{ start: 0, end: size }]).catch((error: unknown) => {
    throw unusable(sha256, error);
  });
  const hash = createHash('sha256');
  try {
    for (let position = 0; position < size; ) {
      const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, size - position));
      const bytes = await opened.read(buffer, position).catch((error: unknown) => {
        throw unusable(sha256, error);
      });
      const chunk = buffer.subarray(0, bytes);
      hash.update(chunk);
      position += bytes;
      yield chunk;
      onBytes(bytes);
    }
    if (await hasMore(opened, size))
      throw new DamageError(`the package ${sha256} is longer than ${size} bytes`);
  } finally {
    await opened.close();
  }
  if (hash.digest('hex') !== sha256) throw new DamageError(`the package ${sha256} has another SHA-256`);
}

/** Whether there is a byte behind the end. */
const hasMore = (opened: OpenPackage, end: number): Promise<boolean> =>
  opened.read(Buffer.alloc(1), end).then(
    () => true,
    (error: unknown) => {
      if (error instanceof RangeError) return false;
      throw error;
    },
  );

const unusable = (sha256: string, error: unknown) =>
  new DamageError(`the package ${sha256} cannot be read (${String(error).replace(/^Error: /, '')})`);
