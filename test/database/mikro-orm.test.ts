import { execFile } from 'node:child_process';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { openFolder } from '../support/server.js';

const execFileAsync = promisify(execFile);

let folder: string;
let gateway: TestGateway;
beforeAll(async () => {
  folder = await openFolder();
  gateway = await startGateway();
});
afterAll(async () => {
  await gateway.close();
  await rm(folder, { recursive: true, force: true });
});

/** Runs `npx mikro-orm` as a developer does. */
async function mikroOrm(args: readonly string[], env: Record<string, string>) {
  const options = { env: { PATH: process.env.PATH ?? '', NO_COLOR: '1', ...env } };
  return execFileAsync(process.execPath, ['node_modules/.bin/mikro-orm', ...args], options).then(
    ({ stdout }) => ({ code: 0, stdout }),
    ({ code, stdout }: { code: number; stdout: string }) => ({ code, stdout }),
  );
}

const onOwnDatabase = (...args: readonly string[]) => mikroOrm(args, { DATABASE_URL: gateway.databaseUrl });

test('finds no difference between the entities and a migrated database', async () => {
  expect(await onOwnDatabase('migration:check')).toEqual({
    code: 0,
    stdout: expect.stringContaining('schema is up-to-date'),
  });
});

test('fails the check and writes the missing statements once the database differs', async () => {
  await gateway.services.db.em.fork().execute('drop index releases_sha256_index');
  expect(await onOwnDatabase('migration:check')).toMatchObject({ code: 1 });
  const path = join(folder, 'migrations');
  expect(await onOwnDatabase('migration:create', '--name', 'package-digest', '--path', path)).toMatchObject({
    code: 0,
  });
  const [name = ''] = await readdir(path);
  expect(name).toMatch(/^\d{8}-package-digest\.ts$/);
  const migration = await readFile(join(path, name), 'utf8');
  expect(migration).toMatch(/class PackageDigest\d{8} extends Migration/);
  expect(migration).toContain('create index "releases_sha256_index"');
});

test('drops the database and migrates it again', async () => {
  expect(await onOwnDatabase('migration:fresh')).toMatchObject({ code: 0 });
  expect(await onOwnDatabase('migration:check')).toMatchObject({ code: 0 });
});

test('works on the embedded database of DATA_DIR without DATABASE_URL, and stops it afterwards', async () => {
  const dataDir = join(folder, 'data');
  expect(await mikroOrm(['migration:up'], { DATA_DIR: dataDir })).toMatchObject({ code: 0 });
  const pidFile = join(dataDir, 'postgres', 'postmaster.pid');
  await eventually(async () => (await readFile(pidFile, 'utf8').catch(() => '')) === '');
});
