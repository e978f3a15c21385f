import { createHash } from 'node:crypto';
import { DamageError } from './backup-error.js';

/**
 * An archive ends with the SHA-256 of everything before, in a frame that programs for Zstandard skip
 * (https://www.rfc-editor.org/rfc/rfc8878#section-3.1.2): its magic number, its size, its content.
 */
const MAGIC = Buffer.from('572a4d1820000000', 'hex');
export const SEAL_BYTES = MAGIC.length + 32;

/** Appends the seal. */
export async function* sealed(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  for await (const chunk of source) {
    hash.update(chunk);
    yield chunk;
  }
  yield Buffer.concat([MAGIC, hash.digest()]);
}

/** Removes and checks the seal. @throws DamageError at the end. */
export async function* unsealed(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  let held: Buffer = Buffer.alloc(0);
  for await (const chunk of source) {
    const known = Buffer.concat([held, chunk]);
    const content = known.subarray(0, Math.max(0, known.length - SEAL_BYTES));
    held = known.subarray(content.length);
    hash.update(content);
    if (content.length > 0) yield content;
  }
  if (!isSeal(held)) throw new DamageError('it is truncated');
  if (!hash.digest().equals(held.subarray(MAGIC.length))) throw new DamageError('it has been altered');
}

/** Whether these bytes have the form of a seal. */
export const isSeal = (bytes: Buffer): boolean =>
  bytes.length === SEAL_BYTES && bytes.subarray(0, MAGIC.length).equals(MAGIC);
