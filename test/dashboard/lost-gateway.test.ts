import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../support/browser.js';
import { layCable, untilBack } from '../support/cable.js';
import { createCallers } from '../support/callers.js';
import { visitAs } from '../support/dashboard.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

let browser: Browser;
let gateway: TestGateway;
let host: string;

beforeAll(async () => {
  gateway = await startGateway();
  await createCallers(gateway);
  [host, browser] = await Promise.all([gateway.listen(), launchBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await gateway.close();
});

test('a view whose code cannot be fetched says so beside the navigation, and comes with the gateway', async () => {
  const { page, close } = await visitAs(browser, host, 'root', '/account');
  await page.route(/\/(assets|health)\//, (route) => route.abort());
  await page.getByRole('link', { name: 'People' }).click();
  const failure = page.getByRole('alert').filter({ hasText: 'The gateway cannot be reached.' });
  await failure.getByRole('button', { name: 'Try again' }).click();
  await failure.waitFor();
  expect(await page.getByRole('link', { name: 'Audit log' }).isVisible()).toBe(true);

  await page.unroute(/\/(assets|health)\//);
  await failure.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('heading', { name: 'People' }).waitFor();
  await close();
});

test('a view that could not be read comes by itself once the link is back', async () => {
  const cable = await layCable(host);
  const { page, close } = await visitAs(browser, cable.host, 'root', '/people');
  await page.getByRole('link', { name: 'max', exact: true }).waitFor();
  cable.cut();
  await page.getByRole('searchbox').fill('max');
  await page.getByRole('alert').filter({ hasText: 'The gateway cannot be reached.' }).waitFor();
  cable.restore();
  await page.getByRole('alert').waitFor({ state: 'hidden', ...untilBack });
  await page.getByRole('link', { name: 'max', exact: true }).waitFor();
  await close();
  await cable.close();
});
