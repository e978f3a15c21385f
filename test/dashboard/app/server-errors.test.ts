import { afterAll, expect, test } from '@jest/globals';
import { openDashboard, visitAs } from '../../support/browser/dashboard.js';

const dashboard = await openDashboard();
const { browser, host } = dashboard;
afterAll(() => dashboard.close());

const SERVER_ERROR = 'Something went wrong in the gateway.';
const UNAVAILABLE = 'The gateway is temporarily unavailable.';
const proxyPage = { contentType: 'text/html', body: '<h1>Error</h1>' };
const graphqlError = {
  contentType: 'application/json',
  body: JSON.stringify({ errors: [{ message: 'x', extensions: { code: 'INTERNAL_SERVER_ERROR' } }] }),
};

// They wait most of the time.
test.concurrent.each([
  ['a 500 without a body', { status: 500 }, SERVER_ERROR],
  ['a 500 of the gateway', { status: 500, ...graphqlError }, SERVER_ERROR],
  ['a 502 of a proxy', { status: 502, ...proxyPage }, UNAVAILABLE],
  ['a 503 of a proxy', { status: 503, ...proxyPage }, UNAVAILABLE],
  ['a 429 of a proxy', { status: 429, ...proxyPage }, 'Too many attempts.'],
  ['a page instead of JSON', { status: 200, ...proxyPage }, SERVER_ERROR],
])('reports %s as such, while the session is restored and in a view', async (_title, answer, text) => {
  const { page, close } = await visitAs(browser, host, 'root', '/account');
  await page.route('**/graphql', (route) => route.fulfill(answer));
  await page.getByRole('link', { name: 'People' }).click();
  // The view that is being left may report it too.
  const report = page.getByRole('alert').filter({ hasText: text }).first();
  await report.waitFor();
  await page.reload();
  await report.waitFor();
  await page.unroute('**/graphql');
  await page.getByRole('heading', { name: 'People' }).waitFor();
  await close();
});

test('offers to reload when the code of a view is gone after an update', async () => {
  const { page, close } = await visitAs(browser, host, 'root', '/account');
  await page.route('**/assets/people-view-*', (route) => route.fulfill({ status: 404 }));
  await page.getByRole('link', { name: 'People' }).click();
  const failure = page.getByRole('alert').filter({ hasText: 'This page could not be shown' });
  await failure.waitFor();
  expect(await page.getByRole('link', { name: 'Audit log' }).isVisible()).toBe(true);
  await page.unroute('**/assets/people-view-*');
  await failure.getByRole('button', { name: 'Reload' }).click();
  await page.getByRole('heading', { name: 'People' }).waitFor();
  await close();
});

test('offers to reload when the code around all views is gone', async () => {
  const { page, close } = await visitAs(browser, host, 'root', '/account');
  await page.route('**/assets/shell-*', (route) => route.fulfill({ status: 404 }));
  await page.reload();
  await page.getByRole('alert').filter({ hasText: 'This page could not be shown' }).waitFor();
  await page.unroute('**/assets/shell-*');
  await page.getByRole('button', { name: 'Reload' }).click();
  await page.getByRole('heading', { name: 'Account' }).waitFor();
  await close();
});
