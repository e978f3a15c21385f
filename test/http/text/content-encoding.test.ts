import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { decompress, requireUncompressed } from '../../../src/http/text/content-encoding.js';
import { UnreadableText } from '../../../src/http/text/unreadable-text.js';

const LIMIT = 1000;
const body = Buffer.from('a body');
const decompressed = (encoding: string, bytes: Buffer) =>
  decompress(bytes, { 'content-encoding': encoding }, LIMIT);

test.each([
  ['gzip', gzipSync(body)],
  ['X-GZip', gzipSync(body)],
  ['deflate', deflateSync(body)],
  ['br', brotliCompressSync(body)],
  ['zstd', zstdCompressSync(body)],
  ['identity', body],
  ['gzip, identity', gzipSync(body)],
  ['', body],
])('undoes %j', async (encoding, bytes) => {
  expect(await decompressed(encoding, bytes)).toEqual(body);
});

test('an empty body has nothing to decompress', async () => {
  expect(await decompressed('gzip', Buffer.alloc(0))).toHaveLength(0);
});

describe('refuses', () => {
  test.each(['compress', 'gzip, gzip', 'aws-chunked', '__proto__', 'x'.repeat(64)])(
    'the encoding %s',
    async (encoding) => {
      await expect(decompressed(encoding, body)).rejects.toEqual(
        new UnreadableText('contentEncoding', encoding),
      );
    },
  );

  test.each([
    ['gzip', body],
    ['gzip', gzipSync(body).subarray(0, -5)],
    ['br', body],
    ['zstd', body],
  ])('bytes that are not valid %s', async (encoding, bytes) => {
    await expect(decompressed(encoding, bytes)).rejects.toEqual(new UnreadableText('compression', encoding));
  });

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
  ])('a small body in %s that becomes too large', async (encoding, compress) => {
    expect(await decompressed(encoding, compress(Buffer.alloc(LIMIT)))).toHaveLength(LIMIT);
    await expect(decompressed(encoding, compress(Buffer.alloc(100 * 1024 * 1024)))).rejects.toMatchObject({
      code: 'TOO_LARGE',
      message: 'body must be at most 1000 bytes when it is decompressed.',
    });
  });

  test('every encoding where a body is not decompressed', () => {
    expect(() => requireUncompressed({ 'content-encoding': 'gzip' })).toThrow(UnreadableText);
    expect(() => requireUncompressed({ 'content-encoding': 'identity' })).not.toThrow();
    expect(() => requireUncompressed({})).not.toThrow();
  });
});
