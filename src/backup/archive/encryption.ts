import { createCipheriv, createDecipheriv, randomBytes, type ScryptOptions, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { DamageError } from './backup-error.js';

/**
 * An encrypted archive is this text, a salt, and blocks that AES-256-GCM encrypts one by one, each followed by its tag.
 * The nonce of a block is its number and whether it is the last one, so that blocks can be neither moved nor left out
 * (the STREAM construction, https://eprint.iacr.org/2015/189). The salt gives each archive a key of its own.
 */
export const ENCRYPTED = Buffer.from('GATEHOUSE ENCRYPTED BACKUP 1\n');
const SALT_BYTES = 16;
const BLOCK_BYTES = 256 * 1024;
const TAG_BYTES = 16;

/** 128 MiB and half a second for each attempt. */
const SCRYPT: ScryptOptions = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024 };

const deriveKey = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt);

export async function* encrypted(source: AsyncIterable<Buffer>, passphrase: string): AsyncGenerator<Buffer> {
  const salt = randomBytes(SALT_BYTES);
  const key = await deriveKey(passphrase, salt, 32, SCRYPT);
  yield Buffer.concat([ENCRYPTED, salt]);
  for await (const { index, block, isLast } of blocks(source, BLOCK_BYTES)) {
    const cipher = createCipheriv('aes-256-gcm', key, nonce(index, isLast));
    yield Buffer.concat([cipher.update(block), cipher.final(), cipher.getAuthTag()]);
  }
}

/**
 * @param source an encrypted archive without its first text.
 * @throws DamageError if the passphrase is wrong, or the archive is truncated or altered.
 */
export async function* decrypted(source: AsyncIterable<Buffer>, passphrase: string): AsyncGenerator<Buffer> {
  let key: Buffer | null = null;
  for await (const { index, block, isLast } of blocks(source, BLOCK_BYTES + TAG_BYTES, SALT_BYTES)) {
    if (!key) key = await deriveKey(passphrase, block, 32, SCRYPT);
    else yield decryptBlock(key, { index: index - 1, block, isLast });
  }
}

function decryptBlock(key: Buffer, { index, block, isLast }: Block): Buffer {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, nonce(index, isLast));
    decipher.setAuthTag(block.subarray(block.length - TAG_BYTES));
    return Buffer.concat([decipher.update(block.subarray(0, block.length - TAG_BYTES)), decipher.final()]);
  } catch {
    if (index === 0) throw new DamageError('the passphrase is wrong, or it is truncated or altered');
    throw new DamageError(isLast ? 'it is truncated or has been altered' : 'it has been altered');
  }
}

function nonce(index: number, isLast: boolean): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeBigUInt64BE(BigInt(index), 0);
  bytes[11] = isLast ? 1 : 0;
  return bytes;
}

interface Block {
  readonly index: number;
  readonly block: Buffer;
  readonly isLast: boolean;
}

/** Divides a stream into blocks of a size. Only the last one may be smaller, and the first one has a size of its own. */
async function* blocks(source: AsyncIterable<Buffer>, size: number, firstSize = size): AsyncGenerator<Block> {
  let waiting: Buffer[] = [];
  let bytes = 0;
  let index = 0;
  for await (const chunk of source) {
    waiting.push(chunk);
    bytes += chunk.length;
    for (let next = index === 0 ? firstSize : size; bytes > next; next = size) {
      const known = Buffer.concat(waiting, bytes);
      yield { index, block: known.subarray(0, next), isLast: false };
      index++;
      waiting = [known.subarray(next)];
      bytes -= next;
    }
  }
  yield { index, block: Buffer.concat(waiting, bytes), isLast: true };
}
