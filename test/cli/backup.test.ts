import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openStorage } from '../../src/adapters/storage/index.js';
import { AuditEntry } from '../../src/audit/audit-entry.entity.js';
import { ArchiveReader } from '../../src/backup/archive/archive-reader.js';
import { checkArchive } from '../../src/backup/archive/check-archive.js';
import { requireRestorable } from '../../src/backup/restore/restore.js';
import { type Finding, verifyInstallation } from '../../src/backup/verify/verify.js';
import { readConfig } from '../../src/config.js';
import { lockForBackup } from '../../src/database/backups/backup-lock.js';
import { lastBackup } from '../../src/database/backups/last-backup.js';
import { connectClient } from '../../src/database/connections/failover-client.js';
import { openDatabase } from '../../src/database/database.js';
import { entities } from '../../src/entities.js';
import { ask } from '../support/clients/client.js';
import { gatehouse, jsonLines } from '../support/command.js';
import { createEmptyDatabase, type TestDatabase, withClient } from '../support/database.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { TestS3 } from '../support/infrastructure/s3.js';
import * as op from '../support/operations.js';
import { PASSWORD } from '../support/password.js';
import { publishRelease, sha256 } from '../support/releases.js';

const content = randomBytes(3_000_000);
const passphrase = { GATEHOUSE_BACKUP_PASSPHRASE: 'correct horse battery staple' };

let s3: TestS3;
let folder: string;
let gateway: TestGateway;
let token: string;
let source: Record<string, string>;
let archive: string;
let database: TestDatabase;
/** An empty installation, with its packages in a folder. */
let target: Record<string, string>;

const aws = { AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER' };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-backup-'));
  s3 = await TestS3.start();
  gateway = await startGateway({ STORAGE_URL: s3.url('source') });
  await gateway.createUser({ username: 'root', password: PASSWORD, roles: ['ADMIN'] });
  ({ accessToken: token } = (
    await ask(gateway, op.LoginDocument, { input: { username: 'root', password: PASSWORD } })
  ).login);
  await ask(gateway, op.HeartbeatDocument, { input: { deviceId: 'pump', name: '泵\t"1"\\' } }, token);
  await gateway.services.heartbeats.announce();
  await publishRelease(gateway, '1.0.0', { content });
  const withdrawn = await publishRelease(gateway, '1.1.0', { content: 'withdrawn' });
  await gateway.services.releases.withdraw(withdrawn.id, 'broken', { userId: null, address: null });
  source = {
    DATABASE_URL: gateway.databaseUrl,
    DATA_DIR: gateway.services.config.DATA_DIR,
    STORAGE_URL: s3.url('source'),
    ...aws,
  };
  archive = join(folder, 'fleet.tar.zst');
  database = await createEmptyDatabase();
  target = { DATABASE_URL: database.url, DATA_DIR: join(folder, 'target') };
});
afterAll(async () => {
  await gateway.close();
  await database.drop();
  await s3[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** What `gatehouse verify` would find. */
async function findings(settings: Record<string, string>): Promise<Finding[]> {
  const config = readConfig(settings);
  const url = settings.DATABASE_URL ?? '';
  const db = await openDatabase(url, entities);
  const installation = { db, url, storage: await openStorage(config.STORAGE), dataDir: config.DATA_DIR };
  const found: Finding[] = [];
  const { signal } = new AbortController();
  const verification = verifyInstallation(installation, { onStart: () => {}, onRead: () => {}, signal });
  for await (const finding of verification) found.push(finding);
  await db.close(true);
  return found;
}

const tablesOf = (url: string) =>
  withClient(
    url,
    async (client) => (await client.query(`select from pg_tables where schemaname = 'public'`)).rowCount,
  );

test('backs up a running gateway', async () => {
  expect(await gatehouse(['backup', archive, '--json'], source)).toMatchObject({ code: 0, errors: '' });
  const { db } = gateway.services;
  expect(await lastBackup(db)).toMatchObject({ packages: 2, encrypted: false });
  expect(await db.em.fork().findOne(AuditEntry, { action: 'backup.create' })).toMatchObject({
    address: expect.stringMatching(/^command line /),
  });
  expect(await gatehouse(['backup', archive], source)).toEqual({
    code: 1,
    output: '',
    errors: `gatehouse: The file ${archive} exists already; --force replaces it.\n`,
  });
  expect(await gatehouse(['verify', archive], {})).toMatchObject({
    code: 0,
    output: expect.stringMatching(
      /^.*fleet\.tar\.zst is a whole archive of 20.*Z with \d+ rows and 2 packages \(2\.9 MiB\)\.\n$/,
    ),
  });
});

test('refuses a damaged archive before anything is touched', async () => {
  const damaged = join(folder, 'damaged');
  await cp(archive, damaged);
  await truncate(damaged, 1_000_000);
  expect(await gatehouse(['restore', damaged], target)).toEqual({
    code: 1,
    output: '',
    errors: `gatehouse: The archive ${damaged} cannot be used: it is truncated.\n`,
  });
  expect(await tablesOf(database.url)).toBe(0);
  await expect(readFile(join(folder, 'target'))).rejects.toThrow('ENOENT');
});

test('a restore that is killed leaves the installation empty, and the next one succeeds', async () => {
  for (const delay of [400, 600]) {
    const child = spawn(process.execPath, ['dist/server/cli.js', 'restore', archive], {
      env: { PATH: process.env.PATH ?? '', ...target },
    });
    const exited = once(child, 'exit');
    await Promise.race([exited, setTimeout(delay)]);
    child.kill('SIGKILL');
    const [code] = await exited;
    // On a fast machine, it has finished.
    if (code === 0) break;
  }
  const restored = await gatehouse(['restore', archive, '--json'], target);
  if (restored.code !== 0) expect(restored.errors).toContain('this one is not empty');
  else expect(restored).toMatchObject({ code: 0, errors: '' });
  expect(await gatehouse(['verify'], target)).toEqual({
    code: 0,
    output: 'The installation is consistent.\n',
    errors: '',
  });
});

test('a restored installation has the same accounts, tokens, devices and packages', async () => {
  const restored = await startGateway(
    { DATA_DIR: target.DATA_DIR ?? '' },
    { databaseUrl: database.url, clock: gateway.clock },
  );
  expect(await ask(restored, op.MeDocument, {}, token)).toMatchObject({ me: { username: 'root' } });
  await ask(restored, op.LoginDocument, { input: { username: 'root', password: PASSWORD } });
  expect(restored.services.heartbeats.onlineIds()).toHaveLength(1);
  const { services } = restored;
  expect(await services.db.em.fork().find(AuditEntry, { action: 'backup.restore' })).toHaveLength(1);
  expect(await lastBackup(services.db)).toBeNull();
  const release = await services.releases.latest('stable');
  expect(release).toMatchObject({ version: '1.0.0', sha256: sha256(content) });
  const response = await restored.app.inject(`/dist/${release?.packageName}`);
  expect(sha256(response.rawPayload)).toBe(sha256(content));
  // Ids that were given away are not given away again.
  const next = await restored.createUser({ username: 'next', password: PASSWORD });
  expect(next.id).toBe((await gateway.createUser({ username: 'next', password: PASSWORD })).id);
  await restored.close();
});

test('refuses an installation that is not empty, by what it has', async () => {
  const refusal = async () => (await gatehouse(['restore', archive], target)).errors.trim();
  expect(await refusal()).toMatch(/^gatehouse: The archive was restored into this installation already, /);
  await withClient(database.url, (client) =>
    client.query("delete from audit_entries where action = 'backup.restore'"),
  );
  expect(await refusal()).toBe(
    'gatehouse: A backup is restored into an empty installation only, and this one is not empty: its database has rows in audit_entries.',
  );
  await withClient(database.url, (client) => client.query('create table orders ()'));
  expect(await refusal()).toMatch(/its database has the table orders, which is not of a gateway\.$/);
  await withClient(database.url, (client) =>
    client.query('drop schema public cascade; create schema public'),
  );
  const stray = join(folder, 'target', 'packages', 'ab', sha256('stray').replace(/^../, 'ab'));
  await mkdir(join(stray, '..'), { recursive: true });
  await writeFile(stray, 'stray');
  expect(await refusal()).toMatch(
    /its storage has a package that the archive does not have, such as ab[\da-f]{62}\.$/,
  );
});

test('an encrypted archive moves packages from S3 to another bucket', async () => {
  const encrypted = join(folder, 'fleet.backup');
  await gatehouse(['backup', encrypted], { ...source, ...passphrase });
  const other = await createEmptyDatabase();
  const settings = { DATABASE_URL: other.url, DATA_DIR: join(folder, 'other'), ...aws };
  expect(
    await gatehouse(['restore', encrypted], { ...settings, STORAGE_URL: s3.url('source'), ...passphrase }),
  ).toMatchObject({
    code: 1,
    errors: expect.stringContaining('set another prefix.'),
  });
  const copy = { ...settings, STORAGE_URL: s3.url('copy') };
  const restored = await gatehouse(['restore', encrypted, '--json'], { ...copy, ...passphrase });
  expect(restored).toMatchObject({ code: 0, errors: '' });
  expect(jsonLines(restored)).toEqual([
    expect.objectContaining({ packages: 2, packageBytes: content.length + 9 }),
  ]);
  expect(await findings(copy)).toEqual([]);
  await other.drop();
});

test('restores an archive of an older version, and refuses one of a newer version', async () => {
  const path = join(import.meta.dirname, '../fixtures/backup-format-1.tar.zst');
  const older = await createEmptyDatabase();
  // A role that is no superuser.
  const url = new URL(older.url);
  const owner = `owner_of_${url.pathname.slice(1)}`;
  await withClient(older.url, (client) =>
    client.query(
      `create role ${owner} login password 'secret'; alter database ${url.pathname.slice(1)} owner to ${owner}`,
    ),
  );
  Object.assign(url, { username: owner, password: 'secret' });
  const settings = { DATABASE_URL: url.href, DATA_DIR: join(folder, 'older') };
  expect(await gatehouse(['restore', path], settings)).toMatchObject({ code: 0, errors: '' });
  expect(await findings(settings)).toEqual([]);
  const upgraded = await startGateway(
    { DATA_DIR: settings.DATA_DIR },
    { databaseUrl: url.href, clock: gateway.clock },
  );
  await ask(upgraded, op.LoginDocument, { input: { username: 'root', password: 'correct horse' } });
  expect((await upgraded.app.inject('/dist/app-1.0.0.zip')).body).toBe('version 1\n');
  await upgraded.close();
  await older.drop();

  const reader = await ArchiveReader.open(path, null);
  const { header, manifest } = await checkArchive(reader, {
    onRead: () => {},
    signal: new AbortController().signal,
  });
  const newer = { ...header, gatehouse: '9.0.0', migrations: [...header.migrations, 'Later20300101'] };
  expect(() => requireRestorable(reader, { header: newer, manifest })).toThrow(
    `The archive ${path} is of a newer version of Gatehouse (9.0.0): restore it with that version.`,
  );
});

test('accepts uploads and withdrawals during a backup, which has each release whole or not at all', async () => {
  const busy = join(folder, 'busy');
  const backup = gatehouse(['backup', busy], source);
  let running = true;
  void backup.finally(() => {
    running = false;
  });
  for (let version = 2; running; version++) {
    const { id } = await publishRelease(gateway, `${version}.0.0`, { content: randomBytes(10_000) });
    await gateway.services.releases.withdraw(id, 'old', { userId: null, address: null });
  }
  expect(await backup).toMatchObject({ code: 0, errors: '' });
  const other = await createEmptyDatabase();
  const settings = { DATABASE_URL: other.url, DATA_DIR: join(folder, 'busy copy') };
  expect(await gatehouse(['restore', busy], settings)).toMatchObject({ code: 0, errors: '' });
  expect(await findings(settings)).toEqual([]);
  await other.drop();
});

test('no package is removed while a backup runs, and no second backup starts', async () => {
  const { releases } = gateway.services;
  const staged = await releases.receive(Readable.from([Buffer.from('of a release that was not saved')]));
  await staged.publish();
  const stored = () => s3.keys(`source/packages/${staged.sha256}`);
  gateway.clock.advance(2 * 86_400_000);
  const client = await connectClient(gateway.databaseUrl);
  expect(await lockForBackup(client)).toBe(true);
  await releases.sweep();
  expect(await stored()).toHaveLength(1);
  expect(await gatehouse(['backup', join(folder, 'second')], source)).toEqual({
    code: 1,
    output: '',
    errors: 'gatehouse: Another backup of this installation is running.\n',
  });
  await client.end();
  await releases.sweep();
  expect(await stored()).toHaveLength(0);
});

test('writes an archive to standard output', async () => {
  const child = spawn(process.execPath, ['dist/server/cli.js', 'backup', '-'], {
    env: { PATH: process.env.PATH ?? '', ...source },
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const [code] = await once(child, 'close');
  expect(code).toBe(0);
  const piped = join(folder, 'piped');
  await writeFile(piped, Buffer.concat(chunks));
  const reader = await ArchiveReader.open(piped, null);
  const { manifest } = await checkArchive(reader, { onRead: () => {}, signal: new AbortController().signal });
  expect(manifest.packages).not.toEqual([]);
});
