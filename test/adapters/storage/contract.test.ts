import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DiskStorage } from '../../../src/adapters/storage/disk.js';
import { openStorage } from '../../../src/adapters/storage/index.js';
import { readConfig } from '../../../src/config.js';
import type { ByteRange, Storage } from '../../../src/releases/storage.js';
import { TestS3 } from '../../support/infrastructure/s3.js';
import { sha256 } from '../../support/releases.js';

interface TestStorage extends AsyncDisposable {
  storage: Storage;
  /** The number of files, staged or published, and of unfinished uploads. */
  count(): Promise<number>;
  /** Sets the time of all files. */
  age(at: Date): Promise<void>;
}

async function disk(): Promise<TestStorage> {
  const dataDir = await mkdtemp(join(tmpdir(), 'gatehouse-storage-'));
  const files = async () => {
    const entries = await readdir(dataDir, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  };
  return {
    storage: new DiskStorage(dataDir),
    count: async () => (await files()).length,
    age: async (at) => {
      for (const path of await files()) await utimes(path, at, at);
    },
    [Symbol.asyncDispose]: () => rm(dataDir, { recursive: true }),
  };
}

let s3: TestS3;
let prefixes = 0;
beforeAll(async () => {
  s3 = await TestS3.start();
});
afterAll(async () => s3[Symbol.asyncDispose]());

async function bucket(): Promise<TestStorage> {
  const prefix = `contract-${prefixes++}`;
  const { STORAGE } = readConfig({ STORAGE_URL: s3.url(prefix) });
  const { storage } = await openStorage(STORAGE);
  return {
    storage,
    count: async () => (await s3.keys(`${prefix}/files`)).length + (await s3.unfinished()).length,
    age: (at) => s3.age(at),
    [Symbol.asyncDispose]: async () => {},
  };
}

/** Reads ranges of a published package as a download does. */
async function read(storage: Storage, sha256: string, ranges: readonly ByteRange[]): Promise<string[]> {
  const opened = await storage.open(sha256, ranges);
  await using _closing = { [Symbol.asyncDispose]: () => opened.close() };
  const buffer = Buffer.alloc(100_000);
  const contents: string[] = [];
  for (const { start, end } of ranges) {
    const chunks: Buffer[] = [];
    for (let at = start; at <= end; ) {
      const length = await opened.read(buffer.subarray(0, end - at + 1), at);
      chunks.push(Buffer.from(buffer.subarray(0, length)));
      at += length;
    }
    contents.push(Buffer.concat(chunks).toString('latin1'));
  }
  return contents;
}

const source = (...chunks: string[]) => Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
/** As a socket delivers them. */
const chunksOf = function* (content: Buffer) {
  for (let at = 0; at < content.length; at += 65_536) yield Buffer.from(content.subarray(at, at + 65_536));
};
const MIB = 1024 * 1024;
const CONTENT = 'a package';
const DIGEST = sha256(CONTENT);
const WHOLE = [{ start: 0, end: CONTENT.length - 1 }];

describe.each([
  ['disk', disk],
  ['S3', bucket],
])('storage on %s', (_name, open) => {
  test('stores a published package under its digest', async () => {
    await using opened = await open();
    const staged = await opened.storage.receive(source('a pac', 'kage'), 100);
    expect(staged).toMatchObject({ size: 9, sha256: DIGEST });
    await staged.publish();
    await staged.discard();
    expect(await read(opened.storage, DIGEST, WHOLE)).toEqual([CONTENT]);
    expect(await opened.count()).toBe(1);
  });

  test('stores the same content once', async () => {
    await using opened = await open();
    for (let time = 0; time < 2; time += 1)
      await (await opened.storage.receive(source(CONTENT), 100)).publish();
    expect(await read(opened.storage, DIGEST, WHOLE)).toEqual([CONTENT]);
    expect(await opened.count()).toBe(1);
  });

  test('discards a staged package, even twice', async () => {
    await using opened = await open();
    const staged = await opened.storage.receive(source(CONTENT), 100);
    expect(await opened.count()).toBe(1);
    await staged.discard();
    await staged.discard();
    expect(await opened.count()).toBe(0);
  });

  test('accepts a package of the maximum size and leaves nothing of a larger one', async () => {
    await using opened = await open();
    expect(await opened.storage.receive(source(CONTENT), 9)).toMatchObject({ size: 9 });
    await expect(opened.storage.receive(source(CONTENT, '!'), 9)).rejects.toMatchObject({
      code: 'TOO_LARGE',
    });
    expect(await opened.count()).toBe(1);
  });

  test('leaves nothing of a source that fails or has failed', async () => {
    await using opened = await open();
    const failing = Readable.from(
      (async function* () {
        yield Buffer.from('half of ');
        throw new Error('connection reset');
      })(),
    );
    await expect(opened.storage.receive(failing, 100)).rejects.toThrow('connection reset');
    const gone = source(CONTENT);
    gone.destroy();
    await expect(opened.storage.receive(gone, 100)).rejects.toThrow();
    expect(await opened.count()).toBe(0);
  });

  test('frees the memory of chunks, and leaves that beside them alone', async () => {
    await using opened = await open();
    const alone = Buffer.alloc(65_536, 'a');
    const shared = Buffer.alloc(65_536, 'b');
    const chunks = [alone, shared.subarray(1)];
    const { size } = await opened.storage.receive(Readable.from(chunks), 200_000);
    expect([size, alone.length, shared.toString()]).toEqual([131_071, 0, 'b'.repeat(65_536)]);
  });

  test('frees the memory of a body that arrives over a socket', async () => {
    await using opened = await open();
    const received: Buffer[] = [];
    const server = createServer(async (request, response) => {
      const source = request.map((chunk: Buffer) => {
        received.push(chunk);
        return chunk;
      });
      const { size } = await opened.storage.receive(source, 8 * MIB);
      response.end(String(size));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const body = Buffer.alloc(8 * MIB);
    const response = await fetch(`http://127.0.0.1:${port}`, { method: 'POST', body });
    expect(await response.text()).toBe(String(8 * MIB));
    // Smaller chunks are left to the garbage collector.
    expect(received.filter(({ length }) => length >= 16_384)).toEqual([]);
    server.close();
  });

  test('sweeps old staged packages, returns old published ones, and leaves young ones alone', async () => {
    await using opened = await open();
    await (await opened.storage.receive(source(CONTENT), 100)).publish();
    await opened.storage.receive(source('half'), 100);
    await opened.age(new Date('2026-11-20T00:00:00Z'));
    expect(await opened.storage.sweep(Date.parse('2026-11-19T00:00:00Z'))).toEqual([]);
    expect(await opened.count()).toBe(2);
    expect(await opened.storage.sweep(Date.parse('2026-11-21T00:00:00Z'))).toEqual([DIGEST]);
    expect(await opened.count()).toBe(1);
    await opened.storage.remove(DIGEST);
    await opened.storage.remove(DIGEST);
    expect(await opened.count()).toBe(0);
  });

  test('reads ranges of a large package in their order', async () => {
    await using opened = await open();
    const content = randomBytes(20 * MIB);
    const staged = await opened.storage.receive(Readable.from(chunksOf(content)), 20 * MIB);
    expect(staged).toMatchObject({ size: 20 * MIB, sha256: sha256(content) });
    await staged.publish();
    const ranges = [
      { start: 0, end: 999_999 },
      { start: 1_000_100, end: 1_000_200 },
      { start: 9_000_000, end: 9_000_000 },
      { start: 3, end: 7 },
      { start: 20 * MIB - 1, end: 20 * MIB - 1 },
    ];
    expect(await read(opened.storage, staged.sha256, ranges)).toEqual(
      ranges.map(({ start, end }) => content.toString('latin1', start, end + 1)),
    );
  });

  test('fails to read past the end, and to open a missing package', async () => {
    await using opened = await open();
    await (await opened.storage.receive(source(CONTENT), 100)).publish();
    await expect(read(opened.storage, DIGEST, [{ start: 0, end: 9 }])).rejects.toThrow(
      'shorter than the package',
    );
    await expect(opened.storage.open(sha256('missing'), [])).rejects.not.toHaveProperty('details');
    await (await opened.storage.open(DIGEST, [])).close();
  });

  test('sweeps nothing before the first upload', async () => {
    await using opened = await open();
    expect(await opened.storage.sweep(Date.now())).toEqual([]);
  });
});

test('a folder of packages that has other files is swept', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'gatehouse-storage-'));
  const packages = join(dataDir, 'packages');
  await mkdir(join(packages, '.snapshot'), { recursive: true });
  await writeFile(join(packages, '.snapshot', 'hourly.0'), '');
  await writeFile(join(packages, 'folder-id'), '');
  expect(await new DiskStorage(dataDir).sweep(Date.now() + 60_000)).toEqual([]);
  await rm(dataDir, { recursive: true });
});
