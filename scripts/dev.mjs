// Builds and runs the gateway. `node --watch` restarts this script at every change (`npm run dev`).
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const build = fileURLToPath(new URL('build.mjs', import.meta.url));
const { status } = spawnSync(process.execPath, [build], { stdio: 'inherit' });
if (status === 0) await import('../dist/src/main.js');
