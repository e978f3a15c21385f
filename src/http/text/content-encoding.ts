import type { IncomingHttpHeaders } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, zstdDecompress } from 'node:zlib';
import { DomainError } from '../../errors.js';
import { UnreadableText } from './unreadable-text.js';

const gzip = promisify(gunzip);

const decompressors = {
  gzip,
  'x-gzip': gzip,
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
  zstd: promisify(zstdDecompress),
};

/**
 * Undoes the Content-Encoding of a body.
 * @param maxBytes of the decompressed body.
 * @throws UnreadableText, DomainError TOO_LARGE
 */
export async function decompress(
  body: Buffer,
  headers: IncomingHttpHeaders,
  maxBytes: number,
): Promise<Buffer> {
  const encoding = contentEncoding(headers);
  if (encoding === null || body.length === 0) return body;
  if (!isSupported(encoding)) throw new UnreadableText('contentEncoding', encoding);
  try {
    return await decompressors[encoding](body, { maxOutputLength: maxBytes });
  } catch (error) {
    throw isTooLarge(error)
      ? new DomainError('TOO_LARGE', `body must be at most ${maxBytes} bytes when it is decompressed.`)
      : new UnreadableText('compression', encoding);
  }
}

/** Refuses a compressed body where it is not decompressed, such as an upload. @throws UnreadableText */
export function requireUncompressed(headers: IncomingHttpHeaders): void {
  const encoding = contentEncoding(headers);
  if (encoding !== null) throw new UnreadableText('contentEncoding', encoding);
}

/** In lower case; null for a body that is sent as it is. Several encodings are one name, which is not supported. */
function contentEncoding(headers: IncomingHttpHeaders): string | null {
  const encodings = headers['content-encoding']?.toLowerCase().split(',') ?? [];
  const names = encodings.map((name) => name.trim()).filter((name) => !['', 'identity'].includes(name));
  return names.join(', ') || null;
}

const isSupported = (encoding: string): encoding is keyof typeof decompressors =>
  Object.hasOwn(decompressors, encoding);

const isTooLarge = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
