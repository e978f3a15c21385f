import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { DiskStorage } from '../../src/adapters/storage/disk.js';
import { PackageBody } from '../../src/downloads/package-body.js';
import type { Storage } from '../../src/releases/storage.js';
import { sha256 } from '../support/releases.js';

const content = randomBytes(1_000_000);

const digest = sha256(content);

let folder: string;
let storage: Storage;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-download-'));
  storage = new DiskStorage(folder);
  await (await storage.receive(Readable.from([Buffer.from(content)]), content.length)).publish();
});
afterAll(() => rm(folder, { recursive: true }));

/** A response that writes each chunk a turn later. @param highWaterMark bytes that it accepts before that. */
function lateResponse(highWaterMark: number) {
  const written: Buffer[] = [];
  const buffers = new Set<unknown>();
  const response = new Writable({
    highWaterMark,
    write(chunk: Buffer, _encoding, done) {
      setImmediate(() => {
        written.push(Buffer.from(chunk));
        buffers.add(chunk.buffer);
        done();
      });
    },
  });
  return { response, written, buffers };
}

test('sends a whole package from one buffer', async () => {
  const { response, written, buffers } = lateResponse(65_536);
  const opened = await storage.open(digest, []);
  const pieces = [{ start: 0, end: content.length - 1 }].values();
  await pipeline(new PackageBody(opened, pieces, response), response);
  expect(Buffer.concat(written).equals(content)).toBe(true);
  expect(buffers.size).toBe(1);
  await expect(opened.read(Buffer.alloc(1), 0)).rejects.toThrow('closed');
});

test('changes no chunk that the response has accepted and not yet written', async () => {
  const { response, written } = lateResponse(10_000_000);
  const pieces = [Buffer.from('first '), { start: 0, end: 299_999 }, { start: 5, end: 9 }].values();
  await pipeline(new PackageBody(await storage.open(digest, []), pieces, response), response);
  const expected = [Buffer.from('first '), content.subarray(0, 300_000), content.subarray(5, 10)];
  expect(Buffer.concat(written).equals(Buffer.concat(expected))).toBe(true);
});

test('fails when the file is shorter than the package', async () => {
  const { response } = lateResponse(65_536);
  const body = new PackageBody(
    await storage.open(digest, []),
    [{ start: 0, end: content.length }].values(),
    response,
  );
  await expect(pipeline(body, response)).rejects.toThrow('shorter than the package');
});
