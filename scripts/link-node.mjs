/**
 * Makes `node_modules/.bin/node` run the Node that npm installed for this platform. The packages for the three
 * platforms share one bin name, and npm 10 then links none of them. Without such a package the host's own Node
 * serves. And makes `npx gatehouse` run ours: npm links the commands of every package but that of the folder itself,
 * for which npx would make an installation of its own, elsewhere. Runs on the host's Node 18 or newer, after every
 * install.
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
