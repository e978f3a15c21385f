/**
 * Links two commands in `node_modules/.bin` after every installation, on the host's Node 18 or newer:
 *
 * - `node`, the Node that npm installed for this platform. The packages of the three platforms share one bin name, for
 *   which npm 10 links none of them. On other platforms the host's Node is used.
 * - `gatehouse`. npm links the commands of every package but the root's, and npx would install that one elsewhere.
 */
import { mkdirSync, readlinkSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const modules = join(dirname(fileURLToPath(import.meta.url)), '..', 'node_modules');
const windows = process.platform === 'win32';
const target = join(
  `node-${windows ? 'win' : process.platform}-${process.arch}`,
  'bin',
  windows ? 'node.exe' : 'node',
);

mkdirSync(join(modules, '.bin'), { recursive: true });
if (statSync(join(modules, target), { throwIfNoEntry: false })) {
  if (windows) writeFileSync(join(modules, '.bin', 'node.cmd'), `@"%~dp0..\\${target}" %*\r\n`);
  else link(join(modules, '.bin', 'node'), join('..', target));
}
if (windows)
  writeFileSync(join(modules, '.bin', 'gatehouse.cmd'), '@node "%~dp0..\\..\\scripts\\gatehouse.mjs" %*\r\n');
else link(join(modules, '.bin', 'gatehouse'), join('..', '..', 'scripts', 'gatehouse.mjs'));
// `npm start` uses `exec`: otherwise a shell stays between npm and the server, ends on the signal and leaves the server
// running. The shell of Windows has no such command.
if (windows) writeFileSync(join(modules, '.bin', 'exec.cmd'), '@%*\r\n');

function link(path, destination) {
  try {
    if (readlinkSync(path) === destination) return;
  } catch {
    // The path does not exist, or is not a link.
  }
  rmSync(path, { force: true });
  symlinkSync(destination, path);
}
