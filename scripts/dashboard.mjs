/** Builds the pages of `src/dashboard` (the dashboard, the explorer) into `dist/dashboard`, which the gateway serves. */
import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

const SOURCES = ['src/dashboard/app', 'src/dashboard/explorer', 'src/dashboard/vite.config.ts'];

const homeOf = (root) => join(root, 'dist', 'dashboard');

/** Whether nothing that decides the outcome is newer than it. */
export function isDashboardCurrent(root) {
  const built = statSync(join(homeOf(root), 'app', 'index.html'), { throwIfNoEntry: false })?.mtimeMs;
  if (built === undefined) return false;
  const sources = [...SOURCES, 'package-lock.json'].map((name) => join(root, name)).filter(existsSync);
  // A folder is newer when a file in it was added or removed.
  return [...sources, ...sources.flatMap(entries)].every((path) => statSync(path).mtimeMs < built);
}

/** @param quiet without a word and an exit where it fails: whoever builds next will tell. */
export async function buildDashboard(root, { quiet }) {
  const home = homeOf(root);
  // Beside its place first: a gateway that starts meanwhile finds the old one whole, or the new one.
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
    process.stderr.write(`The dashboard cannot be built: ${error.message}\n`);
    process.exitCode = 1;
  }
}

function entries(path) {
  if (!statSync(path).isDirectory()) return [];
  return readdirSync(path, { recursive: true }).map((name) => join(path, name));
}
