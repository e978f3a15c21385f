import { afterAll, expect, test } from '@jest/globals';
import { openDashboard, visitAs } from '../../support/browser/dashboard.js';
import { startTcpProxy, untilReconnected } from '../../support/infrastructure/tcp-proxy.js';

const dashboard = await openDashboard();
const { browser, host } = dashboard;
afterAll(() => dashboard.close());

test('shows a failure beside the navigation when the code of a view cannot be fetched, and retries', async () => {
  const { page, close } = await visitAs(browser, host, 'root', '/account');
  await page.route(/\/(assets|health)\//, (route) => route.abort());
  await page.getByRole('link', { name: 'People' }).click();
  const failure = page.getByRole('alert').filter({ hasText: 'Cannot reach the gateway.' });
  await Promise.all([
    page.waitForEvent('requestfailed', (request) => request.url().endsWith('/health/live')),
    failure.getByRole('button', { name: 'Try again' }).click(),
  ]);
  expect(await failure.isVisible()).toBe(true);
  expect(await page.getByRole('link', { name: 'Audit log' }).isVisible()).toBe(true);

  await page.unroute(/\/(assets|health)\//);
  await failure.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('heading', { name: 'People' }).waitFor();
  await close();
});

test('loads a view that failed once the connection is back', async () => {
  const proxy = await startTcpProxy(host);
  const { page, close } = await visitAs(browser, proxy.host, 'root', '/people');
  await page.getByRole('link', { name: 'max', exact: true }).waitFor();
  proxy.disconnect();
  await page.getByRole('searchbox').fill('max');
  await page.getByRole('alert').filter({ hasText: 'Cannot reach the gateway.' }).waitFor();
  proxy.reconnect();
  await page.getByRole('alert').waitFor({ state: 'hidden', ...untilReconnected });
  await page.getByRole('link', { name: 'max', exact: true }).waitFor();
  await close();
  await proxy.close();
});
