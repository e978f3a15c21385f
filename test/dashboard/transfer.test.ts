import { afterAll, expect, test } from '@jest/globals';
import type { BrowserContextOptions } from 'playwright-core';
import { openDashboard } from '../support/browser/dashboard.js';

/** In bytes, before the user has signed in. */
const LARGEST_TRANSFER = 350 * 1024;

const dashboard = await openDashboard();
const { browser, host } = dashboard;
afterAll(() => dashboard.close());

/** The names and the transferred bytes, headers included, of everything that the sign-in page loads. */
async function loadSignIn(options: BrowserContextOptions = {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const network = await context.newCDPSession(page);
  await network.send('Network.enable');
  const names: string[] = [];
  let bytes = 0;
  network.on('Network.requestWillBeSent', ({ request }) => names.push(new URL(request.url).pathname));
  network.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength;
  });
  await page.goto(`http://${host}/`);
  await page.getByRole('textbox', { name: /^(Password|密码)$/ }).waitFor();
  await page.waitForLoadState('networkidle');
  await context.close();
  return { names, bytes };
}

test.each([
  ['in English', { locale: 'en-US' }],
  ['in Chinese', { locale: 'zh-CN' }],
  ['to a browser that accepts only gzip', { extraHTTPHeaders: { 'accept-encoding': 'gzip' } }],
])('transfers at most 350 KiB before sign-in, %s', async (_title, options) => {
  const { names, bytes } = await loadSignIn(options);
  expect(bytes).toBeLessThan(LARGEST_TRANSFER);
  const views = names.filter((name) => /-view-|shell-/.test(name));
  expect(views).toEqual([expect.stringContaining('sign-in-view')]);
});
