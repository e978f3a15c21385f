/**
 * Compiles the folders that `tsconfig.json` includes into `dist`, all anew. With `--if-stale`, only where a
 * source or what decides the outcome is newer than the last build, and then only what changed: a warm start
 * pays a few milliseconds. With `--bundle`, joins the outcome into what `npm start` runs. The dashboard is built
 * where it is stale. Prints nothing but the compilers' complaints; with `--at-install` not even these, for a start
 * will repeat them.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildDashboard, isDashboardCurrent } from './dashboard.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { include, exclude } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'));
const [folders, foreign] = [include, exclude].map((names) => names.map((name) => join(root, name)));
const dist = join(root, 'dist');
// The compiler's own record of a build: it is there only once one has succeeded.
const stamp = join(dist, '.tsbuildinfo');

const server = join(dist, 'server', 'main.js');
const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');

const [onlyIfStale, wantsBundle, atInstall] = ['--if-stale', '--bundle', '--at-install'].map((flag) =>
  process.argv.includes(flag),
);
// Installed without what builds it: what was built elsewhere is run as it is.
if (!existsSync(tsc)) {
  if (atInstall || existsSync(server)) process.exit(0);
  process.stderr.write(
    'There is no compiler to build with: run npm ci without --omit=dev, or copy a built dist folder here.\n',
  );
  process.exit(1);
}
if (!onlyIfStale || !isCurrent()) compile();
if (wantsBundle && !isBundled()) await (await import('./bundle.mjs')).bundle();
if (!isDashboardCurrent(root)) await buildDashboard(root, { quiet: atInstall });

function compile() {
  removeOrphans();
  // An incremental build trusts its record and does not notice that an output is missing.
  if (!onlyIfStale || isIncomplete()) rmSync(stamp, { force: true });
  const started = new Date();
  const { status, stdout, stderr } = spawnSync(process.execPath, [tsc], { cwd: root, encoding: 'utf8' });
  if (status !== 0) {
    rmSync(stamp, { force: true });
    if (!atInstall) process.stderr.write(stdout + stderr);
    process.exit(atInstall ? 0 : 1);
  }
  // The compiler leaves the record as old as it was when nothing that matters changed; and what is saved while
  // it works counts as newer.
  utimesSync(stamp, started, started);
}

function isBundled() {
  const bundled = statSync(server, { throwIfNoEntry: false })?.mtimeMs;
  return bundled !== undefined && bundled > statSync(stamp).mtimeMs;
}

function isCurrent() {
  const built = statSync(stamp, { throwIfNoEntry: false })?.mtimeMs;
  if (built === undefined || isIncomplete()) return false;
  const settings = [
    'tsconfig.json',
    'package.json',
    'package-lock.json',
    'schema/trusted-documents.json',
  ].map((name) => join(root, name));
  // A folder is newer when a file in it was added or removed.
  return [...folders, ...folders.flatMap(entries), ...settings]
    .filter(existsSync)
    .every((path) => statSync(path).mtimeMs < built);
}

function isIncomplete() {
  return sources().some((path) => !existsSync(outputOf(path)));
}

function removeOrphans() {
  const wanted = new Set(sources().map(outputOf));
  // Other folders of `dist` belong to other tools.
  for (const path of folders.flatMap((folder) => entries(join(dist, relative(root, folder))))) {
    const isOutput = /\.js(\.map)?$/.test(path);
    if (isOutput && !wanted.has(path.replace(/\.map$/, ''))) rmSync(path);
  }
}

function sources() {
  return folders.flatMap(entries).filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'));
}

function outputOf(source) {
  return join(dist, relative(root, source)).replace(/\.ts$/, '.js');
}

function entries(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, name))
    .filter((path) => !foreign.some((other) => path === other || path.startsWith(other + sep)));
}
