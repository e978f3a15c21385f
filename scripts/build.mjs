/**
 * Compiles the folders that `tsconfig.json` includes into `dist`, and builds the dashboard if it is stale.
 *
 * - `--if-stale` compiles only if a source or setting is newer than the last build, and then only what has changed. A
 *   check that finds nothing takes a few milliseconds.
 * - `--bundle` also bundles the result for `npm start` and `npx gatehouse`.
 * - `--at-install` prints no compiler errors, since the next start prints them.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildDashboard, isDashboardCurrent } from './dashboard.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { include, exclude } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'));
const [folders, excluded] = [include, exclude].map((names) => names.map((name) => join(root, name)));
const dist = join(root, 'dist');
// The compiler's record of a build, which exists only after a successful one.
const stamp = join(dist, '.tsbuildinfo');

const server = join(dist, 'server', 'main.js');
const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');

const [onlyIfStale, wantsBundle, atInstall] = ['--if-stale', '--bundle', '--at-install'].map((flag) =>
  process.argv.includes(flag),
);
// Without development dependencies, a `dist` folder that was built elsewhere runs as it is.
if (!existsSync(tsc)) {
  if (atInstall || existsSync(server)) process.exit(0);
  process.stderr.write(
    'The compiler is not installed: run npm ci without --omit=dev, or copy a built dist folder here.\n',
  );
  process.exit(1);
}
if (!onlyIfStale || !isCurrent()) compile();
if (wantsBundle && !isBundled()) await (await import('./bundle.mjs')).bundle();
if (!isDashboardCurrent(root)) await buildDashboard(root, { quiet: atInstall });

function compile() {
  removeOrphans();
  // An incremental build trusts its record and does not notice missing outputs.
  if (!onlyIfStale || isIncomplete()) rmSync(stamp, { force: true });
  const started = new Date();
  const { status, stdout, stderr } = spawnSync(process.execPath, [tsc], { cwd: root, encoding: 'utf8' });
  if (status !== 0) {
    rmSync(stamp, { force: true });
    if (!atInstall) process.stderr.write(stdout + stderr);
    process.exit(atInstall ? 0 : 1);
  }
  // The compiler does not touch the record if nothing relevant has changed. Files that are saved during the build must
  // count as newer.
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
  // The time of a folder changes when a file in it is added or removed.
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
    .filter((path) => !excluded.some((other) => path === other || path.startsWith(other + sep)));
}
