import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { openDashboard, visitAs } from '../support/browser/dashboard.js';

const SIZE = 2 ** 31 + 1_000_000;
const MEMORY_MB = 1200;

/** Resident memory of a process and its descendants, in megabytes. */
async function residentMegabytes(root: number): Promise<number> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid=,ppid=,rss=']);
  const rows = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const below = (pid: number): number =>
    rows.reduce((sum, [id = 0, parent, rss = 0]) => (parent === pid ? sum + rss + below(id) : sum), 0);
  return below(root) / 1024;
}

test('uploads a package over 2 GiB in constant browser memory', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-large-'));
  const path = join(folder, 'large.bin');
  const file = await open(path, 'w');
  await file.truncate(SIZE);
  await file.close();
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  const dashboard = await openDashboard();
  const { browser, gateway, host } = dashboard;
  let highest = 0;
  const watching = setInterval(async () => {
    highest = Math.max(highest, await residentMegabytes(process.pid));
  }, 1000);
  try {
    const { page } = await visitAs(browser, host, 'pia', '/releases');
    await page.locator('input[type=file]').setInputFiles(path);
    await page.getByTitle(hash.digest('hex')).waitFor({ timeout: 300_000 });
    await page.getByLabel('Version').fill('1');
    await page.getByRole('button', { name: 'Publish', exact: true }).click();
    const verified = page.getByText('SHA-256 verified: the upload matches your file.');
    await verified.waitFor({ timeout: 300_000 });
    expect((await gateway.services.releases.latest('stable'))?.size).toBe(SIZE);
    expect(highest).toBeLessThan(MEMORY_MB);
    expect(highest).toBeGreaterThan(0);
  } finally {
    clearInterval(watching);
    await dashboard.close();
    await rm(folder, { recursive: true });
  }
});
