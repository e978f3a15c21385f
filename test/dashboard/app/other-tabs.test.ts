import { afterAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { openDashboard, visitAs } from '../../support/browser/dashboard.js';

const dashboard = await openDashboard();
const { browser, gateway, host } = dashboard;
afterAll(() => dashboard.close());

/** Simulates a click on the tab: in a headless browser, every page always has the focus. */
const focusTab = (page: Page) => page.evaluate("dispatchEvent(new Event('focus'))");

/** Opens another tab with the same session. */
async function openTab(page: Page, path: string): Promise<Page> {
  const tab = await page.context().newPage();
  await tab.goto(`http://${host}${path}`);
  return tab;
}

test('refetches people and the audit log when the user returns to a tab', async () => {
  const { page, close } = await visitAs(browser, host, 'root', '/people');
  const audit = await openTab(page, '/audit');
  await page.getByRole('link', { name: 'max' }).waitFor();
  await audit.getByText('root signed in').waitFor();
  await gateway.createUser({ username: 'newt' });
  await focusTab(page);
  await page.getByRole('link', { name: 'newt' }).waitFor();
  await focusTab(audit);
  await audit.getByText('The account of newt was created').waitFor();
  await close();
});

test('merges profile changes of two tabs, without overwriting either', async () => {
  const { page, close } = await visitAs(browser, host, 'nia', '/account');
  const other = await openTab(page, '/account');
  const name = (tab: Page) => tab.getByRole('textbox', { name: 'Name', exact: true });
  const nickname = (tab: Page) => tab.getByRole('textbox', { name: 'Nickname' });
  await nickname(other).fill('Nini');
  await name(page).fill('Nia Novak');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Profile saved.').waitFor();
  // This tab was not focused since and has not loaded the new name.
  await other.getByRole('button', { name: 'Save' }).click();
  await other.getByText('Profile saved.').waitFor();
  expect(await name(other).inputValue()).toBe('Nia Novak');
  await name(page).fill('Nia N.');
  await focusTab(page);
  await nickname(page).and(page.locator('[value="Nini"]')).waitFor();
  expect(await name(page).inputValue()).toBe('Nia N.');
  await close();
});

test('keeps edits made while a save is in progress', async () => {
  const { page, close } = await visitAs(browser, host, 'nia', '/account');
  const signature = page.getByRole('textbox', { name: 'Signature' });
  const typed = Promise.withResolvers<void>();
  await page.route('**/graphql', async (route) => {
    if (route.request().postData()?.includes('"signature"')) await typed.promise;
    await route.continue();
  });
  await signature.fill('On my way');
  const saving = page.waitForRequest((request) => request.postData()?.includes('"signature"') ?? false);
  await page.getByRole('button', { name: 'Save' }).click();
  await saving;
  await signature.fill('On my way home');
  typed.resolve();
  await page.getByText('Profile saved.').waitFor();
  expect(await signature.inputValue()).toBe('On my way home');
  await close();
});
