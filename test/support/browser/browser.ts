import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Browser, chromium } from 'playwright-core';

const root = join(import.meta.dirname, '../../..');
const cache = join(root, 'node_modules/.cache/gatehouse');

/** Launches Chromium. The caller must close it. CHROME is the path of an installed one, where npm has none. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = process.env.CHROME ?? (await unpackedChromium());
  // Chromium's sandbox does not work as root, which containers usually run as.
  const args = ['--no-sandbox', '--font-render-hinting=none'];
  // By default, Playwright has Chromium share memory through files in the temporary folder. On a disk, creating them takes
  // a sixth of the CPU time of a browser.
  const ignoreDefaultArgs = (await hasSharedMemory()) ? ['--disable-dev-shm-usage'] : [];
  return chromium.launch({ executablePath, args, ignoreDefaultArgs });
}

/** Whether two browsers fit into the shared memory, which in containers may have only 64 MB. */
async function hasSharedMemory(): Promise<boolean> {
  const stats = await statfs('/dev/shm').catch(() => null);
  return stats !== null && stats.bavail * stats.bsize >= 1024 ** 3;
}

/**
 * The Chromium of an npm package, unpacked once per version. The package unpacks into the temporary folder and reuses
 * a stale one, so it runs in a process with a temporary folder of its own.
 */
async function unpackedChromium(): Promise<string> {
  const manifest = join(root, 'node_modules/@sparticuz/chromium/package.json');
  const { version } = JSON.parse(await readFile(manifest, 'utf8'));
  const home = join(cache, `chromium-${version}`);
  if (!existsSync(home)) {
    await mkdir(cache, { recursive: true });
    const fresh = await mkdtemp(join(cache, 'unpacking-'));
    const unpack = `await (await import('@sparticuz/chromium')).default.executablePath()`;
    await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', unpack], {
      cwd: root,
      env: { ...process.env, TMPDIR: fresh },
    });
    // Another test may have finished unpacking first.
    await rename(fresh, home).catch(() => rm(fresh, { recursive: true }));
  }
  return join(home, 'chromium');
}
