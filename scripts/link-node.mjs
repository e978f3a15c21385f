/**
 * Makes `node_modules/.bin/node` run the Node that npm installed for this platform. The packages for the three
 * platforms share one bin name, and npm 10 then links none of them. Runs on the host's Node 18 or newer, after
 * every install; without such a package the host's own Node serves.
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

if (statSync(join(modules, target), { throwIfNoEntry: false })) {
  mkdirSync(join(modules, '.bin'), { recursive: true });
  if (windows) writeFileSync(join(modules, '.bin', 'node.cmd'), `@"%~dp0..\\${target}" %*\r\n`);
  else link(join(modules, '.bin', 'node'), join('..', target));
}
// `npm start` says `exec`, without which dash stays between npm and the server, dies of the signal and leaves
// the server behind. The shell of Windows has no such word.
if (windows) writeFileSync(join(modules, '.bin', 'exec.cmd'), '@%*\r\n');

function link(path, destination) {
  try {
    if (readlinkSync(path) === destination) return;
  } catch {
    // There is no link yet, or something else is in its place.
  }
  rmSync(path, { force: true });
  symlinkSync(destination, path);
}
