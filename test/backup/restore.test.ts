import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openStorage } from '../../src/adapters/storage/index.js';
import { ArchiveReader } from '../../src/backup/archive/archive-reader.js';
import { checkArchive } from '../../src/backup/archive/check-archive.js';
import type { Installation } from '../../src/backup/installation/installation.js';
import { restoreBackup } from '../../src/backup/restore/restore.js';
import { verifyInstallation } from '../../src/backup/verify/verify.js';
import { readConfig } from '../../src/config.js';
import { openDatabase } from '../../src/database/database.js';
import { entities } from '../../src/entities.js';
import { createMigratedDatabase, type TestDatabase } from '../support/database.js';
import { startTcpProxy, type TcpProxy } from '../support/infrastructure/tcp-proxy.js';

/** Has two packages. */
const ARCHIVE = join(import.meta.dirname, '../fixtures/backup-format-1.tar.zst');
const { signal } = new AbortController();
const actor = { userId: null, address: null };

let database: TestDatabase;
let proxy: TcpProxy;
let dataDir: string;
let installation: Installation;
beforeAll(async () => {
  database = await createMigratedDatabase();
  proxy = await startTcpProxy(new URL(database.url).host);
  const url = new URL(database.url);
  url.host = proxy.host;
  dataDir = await mkdtemp(join(tmpdir(), 'gatehouse-restore-'));
  const db = await openDatabase(url.href, entities);
  const storage = await openStorage(readConfig({ DATA_DIR: dataDir }).STORAGE);
  installation = { db, url: url.href, storage, dataDir };
});
afterAll(async () => {
  await installation.db.close(true);
  await proxy.close();
  await database.drop();
  await rm(dataDir, { recursive: true });
});

/** @param lost the statement of the restore whose answer is lost. */
async function restore(lost: string): Promise<void> {
  const archive = await ArchiveReader.open(ARCHIVE, null);
  const checked = await checkArchive(archive, { onRead: () => {}, signal });
  // Reading begins after the statements that come before the restore.
  const reading = { onRead: () => proxy.breakAfter(lost), signal };
  await restoreBackup(installation, archive, checked, { reading, actor });
}

async function problems(): Promise<string[]> {
  const found: string[] = [];
  const verification = verifyInstallation(installation, { onStart: () => {}, onRead: () => {}, signal });
  for await (const { text } of verification) found.push(text);
  return found;
}

const packages = async () =>
  (await readdir(join(dataDir, 'packages'), { recursive: true })).filter((name) => name.length > 60);

test('a restore whose connection ends before the commit leaves the installation empty', async () => {
  await expect(restore('backup.restore')).rejects.toThrow('Connection terminated');
  expect(await packages()).toEqual([]);
  expect(await problems()).toEqual([]);
});

test('a restore whose commit is not answered succeeds if the database has committed', async () => {
  await restore('commit\0');
  expect(await packages()).toHaveLength(1);
  expect(await problems()).toEqual([]);
});

test('says when an archive was restored already', async () => {
  await expect(restore('none')).rejects.toThrow(
    /^The archive was restored into this installation already, 20.+Z\.$/,
  );
  expect(await packages()).toHaveLength(1);
});
