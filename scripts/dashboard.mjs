/** Builds the pages of `src/dashboard` (dashboard and explorer) into `dist/dashboard`, which the gateway serves. */
import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

const SOURCES = ['src/dashboard/app', 'src/dashboard/explorer', 'src/dashboard/vite.config.ts'];

const homeOf = (root) => join(root, 'dist', 'dashboard');

/** Whether the built pages are newer than everything that they are built from. */
export function isDashboardCurrent(root) {
  const built = statSync(join(homeOf(root), 'app', 'index.html'), { throwIfNoEntry: false })?.mtimeMs;
  if (built === undefined) return false;
  const sources = [...SOURCES, 'package-lock.json'].map((name) => join(root, name)).filter(existsSync);
  // The time of a folder changes when a file in it is added or removed.
  return [...sources, ...sources.flatMap(entries)].every((path) => statSync(path).mtimeMs < built);
}

/** @param quiet ignores a failure, which the next build reports. */
export async function buildDashboard(root, { quiet }) {
  const home = homeOf(root);
  // Written to another folder first, so that a gateway that starts meanwhile finds complete pages.
  const outDir = `${home}-${process.pid}`;
  try {
    const { build } = await import('vite');
    const configFile = join(root, 'src', 'dashboard', 'vite.config.ts');
    await build({ configFile, logLevel: quiet ? 'silent' : 'warn', build: { outDir } });
    rmSync(home, { recursive: true, force: true });
    renameSync(outDir, home);
  } catch (error) {
    rmSync(outDir, { recursive: true, force: true });
    if (quiet) return;
    process.stderr.write(`The dashboard could not be built: ${error.message}\n`);
    process.exitCode = 1;
  }
}

function entries(path) {
  if (!statSync(path).isDirectory()) return [];
  return readdirSync(path, { recursive: true }).map((name) => join(path, name));
}
