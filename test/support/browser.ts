import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Browser, chromium } from 'playwright-core';

const root = join(import.meta.dirname, '../..');
const cache = join(root, 'node_modules/.cache/gatehouse');

/** A real browser, to be closed by whoever launched it. CHROME names an installed one where npm brings none. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = process.env.CHROME ?? (await unpackedChromium());
  // As root, as in most containers, Chromium has no sandbox.
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--font-render-hinting=none'] });
}

/**
 * The Chromium inside npm, unpacked once for each version. The package unpacks into the temporary folder of its
 * process and takes whatever is there already: it gets a process and a folder of its own.
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
    // Of several tests that come here at once, one is first.
    await rename(fresh, home).catch(() => rm(fresh, { recursive: true }));
  }
  return join(home, 'chromium');
}
