#!/usr/bin/env node
/**
 * The command of `npx gatehouse`: runs the command line that was built from `src/cli`, with the Node that npm installed.
 * This script itself runs on the host's Node 18 or newer.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const cli = join(root, 'dist', 'server', 'cli.js');
const installed = join(root, 'node_modules', '.bin', 'node');
const node = existsSync(installed) ? realpathSync(installed) : process.execPath;

// The build at the installation may have failed silently.
if (!existsSync(cli)) {
  const { status } = spawnSync(node, [join(root, 'scripts', 'build.mjs'), '--if-stale', '--bundle'], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(1);
}
if (realpathSync(process.execPath) === node) await import(pathToFileURL(cli).href);
else {
  const child = spawn(node, [cli, ...process.argv.slice(2)], { stdio: 'inherit' });
  // Ctrl-C reaches both processes; this one waits until the other has cleaned up.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}
