/**
 * Compiles `src` into `dist`. With `--if-stale`, only where a source or what decides the outcome is newer than
 * the last build, so that a warm start pays a few milliseconds. Prints nothing but the compiler's complaints.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const src = join(root, 'src');
const dist = join(root, 'dist');
// The compiler's own record of a build: it is there only once one has succeeded.
const stamp = join(dist, '.tsbuildinfo');

if (process.argv.includes('--if-stale') && isCurrent()) process.exit(0);
removeOrphans();
// A missing output is not noticed by an incremental build: it must not trust the record then.
if (isIncomplete()) rmSync(stamp, { force: true });

const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const { status, stdout, stderr } = spawnSync(process.execPath, [tsc], { cwd: root, encoding: 'utf8' });
if (status !== 0) {
  rmSync(stamp, { force: true });
  process.stderr.write(stdout + stderr);
  process.exit(1);
}
// Sources that changed in nothing that matters leave the record as old as it was.
utimesSync(stamp, new Date(), new Date());

function isCurrent() {
  const built = statSync(stamp, { throwIfNoEntry: false })?.mtimeMs;
  if (built === undefined || isIncomplete()) return false;
  const settings = ['tsconfig.json', 'package.json', 'package-lock.json'].map((name) => join(root, name));
  // A folder is newer when a file in it was added or removed.
  return [src, ...entries(src), ...settings.filter(existsSync)].every(
    (path) => statSync(path).mtimeMs < built,
  );
}

function isIncomplete() {
  return sources().some((path) => !existsSync(outputOf(path)));
}

function removeOrphans() {
  const wanted = new Set(sources().map(outputOf));
  for (const path of entries(dist)) {
    const isOutput = /\.js(\.map)?$/.test(path);
    if (isOutput && !wanted.has(path.replace(/\.map$/, ''))) rmSync(path);
  }
}

function sources() {
  return entries(src).filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'));
}

function outputOf(source) {
  return join(dist, source.slice(src.length)).replace(/\.ts$/, '.js');
}

function entries(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true }).map((name) => join(folder, name));
}
