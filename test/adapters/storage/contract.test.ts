import { mkdtemp, readdir, readFile, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { DiskStorage } from '../../../src/adapters/storage/disk.js';
import type { Storage } from '../../../src/releases/storage.js';
import { sha256 } from '../../support/releases.js';

interface Place extends AsyncDisposable {
  storage: Storage;
  /** How many files there are, of any kind. */
  count(): Promise<number>;
  /** Makes everything look as old as that. */
  age(at: Date): Promise<void>;
}

async function disk(): Promise<Place> {
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

const source = (...chunks: string[]) => Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
const CONTENT = 'a package';
const DIGEST = sha256(CONTENT);

describe.each([['disk', disk]])('storage on %s', (_name, open) => {
  test('keeps what it received, under its digest', async () => {
    await using place = await open();
    const staged = await place.storage.receive(source('a pac', 'kage'), 100);
    expect(staged).toMatchObject({ size: 9, sha256: DIGEST });
    await staged.publish();
    await staged.discard();
    expect(await readFile(place.storage.locate(DIGEST), 'utf8')).toBe(CONTENT);
    expect(await place.count()).toBe(1);
  });

  test('keeps the same content once', async () => {
    await using place = await open();
    for (let time = 0; time < 2; time += 1) await (await place.storage.receive(source(CONTENT), 100)).publish();
    expect(await readFile(place.storage.locate(DIGEST), 'utf8')).toBe(CONTENT);
    expect(await place.count()).toBe(1);
  });

  test('discards what it received, also twice', async () => {
    await using place = await open();
    const staged = await place.storage.receive(source(CONTENT), 100);
    expect(await place.count()).toBe(1);
    await staged.discard();
    await staged.discard();
    expect(await place.count()).toBe(0);
  });

  test('takes as much as it may, and nothing of what is larger', async () => {
    await using place = await open();
    expect(await place.storage.receive(source(CONTENT), 9)).toMatchObject({ size: 9 });
    await expect(place.storage.receive(source(CONTENT, '!'), 9)).rejects.toMatchObject({ code: 'TOO_LARGE' });
    expect(await place.count()).toBe(1);
  });

  test('leaves nothing of a source that fails, or has failed', async () => {
    await using place = await open();
    const failing = Readable.from(
      (async function* () {
        yield Buffer.from('half of ');
        throw new Error('the line is down');
      })(),
    );
    await expect(place.storage.receive(failing, 100)).rejects.toThrow('the line is down');
    const gone = source(CONTENT);
    gone.destroy();
    await expect(place.storage.receive(gone, 100)).rejects.toThrow();
    expect(await place.count()).toBe(0);
  });

  test('sweeps what did not get further, names what it keeps, and lets what is young alone', async () => {
    await using place = await open();
    await (await place.storage.receive(source(CONTENT), 100)).publish();
    await place.storage.receive(source('half'), 100);
    await place.age(new Date('2026-11-20T00:00:00Z'));
    expect(await place.storage.sweep(Date.parse('2026-11-19T00:00:00Z'))).toEqual([]);
    expect(await place.count()).toBe(2);
    expect(await place.storage.sweep(Date.parse('2026-11-21T00:00:00Z'))).toEqual([DIGEST]);
    expect(await place.count()).toBe(1);
    await place.storage.remove(DIGEST);
    await place.storage.remove(DIGEST);
    expect(await place.count()).toBe(0);
  });

  test('has nothing to sweep before anything came in', async () => {
    await using place = await open();
    expect(await place.storage.sweep(Date.now())).toEqual([]);
  });
});
