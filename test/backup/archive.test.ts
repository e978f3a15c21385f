import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createFile } from '../../src/backup/archive/archive-file.js';
import { ArchiveReader } from '../../src/backup/archive/archive-reader.js';
import { ArchiveWriter } from '../../src/backup/archive/archive-writer.js';
import { checkArchive } from '../../src/backup/archive/check-archive.js';
import { FORMAT } from '../../src/backup/archive/manifest.js';
import { sha256 } from '../support/releases.js';

const { signal } = new AbortController();
const content = randomBytes(1_000_000);
const header = {
  format: FORMAT,
  gatehouse: '0.1.0',
  createdAt: '2026-11-29T04:00:00.000Z',
  fleetId: '6f0b1d3c-0a53-4d2c-8f5c-0d3c1b0e9a11',
  migrations: ['Identity20261121'],
};
const manifest = {
  tables: [{ name: 'users', columns: ['id'], rows: 2, sha256: sha256('1\n2\n') }],
  sequences: { users_id_seq: '2' },
  packages: [{ sha256: sha256(content), size: content.length }],
  secrets: [],
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-archive-'));
});
afterAll(() => rm(folder, { recursive: true }));

type Entries = readonly (readonly [name: string, content: string | Buffer])[];

const entries: Entries = [
  ['gatehouse.json', JSON.stringify(header)],
  ['tables/users/000000', '1\n'],
  ['tables/users/000001', '2\n'],
  [`packages/${sha256(content)}`, content],
  ['manifest.json', JSON.stringify(manifest)],
];

/** Writes an archive with these entries. @returns its path. */
async function write(name: string, written: Entries = entries, passphrase: string | null = null) {
  const path = join(folder, name);
  const file = await createFile(path, false);
  const archive = new ArchiveWriter(file.stream, new Date(), { passphrase, signal });
  for (const [entry, content] of written) {
    const bytes = Buffer.from(content);
    await archive.add(entry, bytes.length, [bytes]);
  }
  await archive.finish();
  await file.commit();
  return path;
}

async function check(path: string, passphrase: string | null = null) {
  const archive = await ArchiveReader.open(path, passphrase);
  return checkArchive(archive, { onRead: () => {}, signal });
}

test('an archive is read as it was written, and only its owner can read it', async () => {
  const path = await write('whole');
  expect(await check(path)).toEqual({ header, manifest });
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readdir(folder)).toEqual(['whole']);
  await expect(createFile(path, false)).rejects.toThrow(
    `The file ${path} exists already; --force replaces it.`,
  );
  await expect(createFile(folder, true)).rejects.toThrow(`${folder} is a folder: name a file in it.`);
});

test('a passphrase protects an archive', async () => {
  const path = await write('encrypted', entries, 'correct horse');
  expect(await check(path, 'correct horse')).toEqual({ header, manifest });
  expect((await readFile(path)).includes('manifest.json')).toBe(false);
  await expect(check(path)).rejects.toThrow(`The archive ${path} is encrypted: name its passphrase.`);
  await expect(check(path, 'wrong')).rejects.toThrow(
    `The archive ${path} cannot be used: the passphrase is wrong, or it is truncated or altered.`,
  );
  const plain = await write('not encrypted');
  await expect(check(plain, 'correct horse')).rejects.toThrow(
    `The archive ${plain} is not encrypted, though a passphrase is given.`,
  );
});

test.each([
  [null, [0, 1, 5, 40, 100, 1000, 500_000, -50, -20, -1]],
  // Each attempt takes the time of a key derivation.
  ['correct horse', [100, 500_000]],
])('every truncation and alteration is noticed (passphrase: %s)', async (passphrase, places) => {
  const path = await write(`damaged ${passphrase}`, entries, passphrase);
  const whole = await readFile(path);
  const refusal = new RegExp(
    `^The (archive|file) ${path} (cannot be used: it .*|cannot be used: the passphrase is wrong, or it is truncated or altered|is not a backup of Gatehouse)\\.$`,
  );
  for (const offset of places) {
    const place = offset < 0 ? whole.length + offset : offset;
    await writeFile(path, whole.subarray(0, place));
    await expect(check(path, passphrase)).rejects.toThrow(refusal);
    const altered = Buffer.from(whole);
    altered[place] = (altered[place] ?? 0) ^ 1;
    await writeFile(path, altered);
    await expect(check(path, passphrase)).rejects.toThrow(refusal);
  }
  await writeFile(path, Buffer.concat([whole, Buffer.from('more')]));
  await expect(check(path, passphrase)).rejects.toThrow(refusal);
});

test.each<[string, Entries, string]>([
  ['no file of a backup', [['other.txt', 'x']], 'is not a backup of Gatehouse'],
  [
    'of a newer format',
    [['gatehouse.json', '{"format":2,"gatehouse":"9.0.0"}']],
    'is of a newer version of Gatehouse (9.0.0)',
  ],
  ['without a manifest', entries.slice(0, -1), 'cannot be used: it has no manifest'],
  [
    'without an entry',
    entries.toSpliced(3, 1),
    `cannot be used: packages/${sha256(content)} differs from its checksum`,
  ],
  [
    'with another row',
    entries.toSpliced(2, 1, ['tables/users/000001', '3\n']),
    'cannot be used: tables/users differs from its checksum',
  ],
  [
    'with another entry',
    entries.toSpliced(1, 0, ['secrets/other', 'x']),
    'cannot be used: its manifest does not name secrets/other',
  ],
  [
    'with a header of another form',
    [['gatehouse.json', '{"format":1,"gatehouse":"0.1.0"}']],
    'cannot be used: it has been altered',
  ],
])('an archive %s is refused', async (name, written, reason) => {
  await expect(write(name, written).then((path) => check(path))).rejects.toThrow(reason);
});

test('a file that is no archive is refused', async () => {
  const path = join(folder, 'notes.txt');
  await writeFile(path, 'notes '.repeat(100));
  await expect(check(path)).rejects.toThrow(`The file ${path} is not a backup of Gatehouse.`);
  await expect(check(folder)).rejects.toThrow(`${folder} is not a file.`);
  await expect(check(`${path}.missing`)).rejects.toThrow(`The file ${path}.missing cannot be read (ENOENT).`);
});
