import { afterAll, expect, test } from '@jest/globals';
import { openDashboard, visit, visitAs } from '../../support/browser/dashboard.js';

const dashboard = await openDashboard({ GRAPHQL_DOCUMENTS: 'any' });
const { browser, host } = dashboard;
afterAll(() => dashboard.close());

const views = ['Fleet', 'Releases', 'People', 'Audit log', 'Account'];

/** Chromium reports the first one in containers and kiosks that set no language, and `Intl` rejects both. */
test.each(['en-US@posix', 'C'])('shows every view in a browser whose language is %s', async (locale) => {
  const { page, faults, close } = await visitAs(browser, host, 'root', '/', { locale });
  expect(await page.evaluate('navigator.language')).not.toBe('en-US');
  for (const view of views) {
    await page.getByRole('navigation').getByRole('link', { name: view }).click();
    await page.getByRole('heading', { name: view, level: 1 }).waitFor();
  }
  expect(faults).toEqual([]);
  await close();
});

test.each([
  ['en-US@posix', 'Sign in'],
  ['zh_CN', '登录'],
  ['zh-Hant-TW', '登录'],
  ['de-DE', 'Sign in'],
])('signs in in the language closest to %s', async (locale, heading) => {
  const { page, close } = await visit(browser, host, '/sign-in', { locale });
  await page.getByRole('heading', { name: heading }).waitFor();
  await close();
});

test('shows the explorer in a browser whose language is en-US@posix', async () => {
  const { page, faults, close } = await visit(browser, host, '/explorer', { locale: 'en-US@posix' });
  await page.getByRole('button', { name: /^Execute query/ }).waitFor();
  await page.locator('.monaco-editor .view-line').first().waitFor();
  expect(faults).toEqual([]);
  await close();
});
