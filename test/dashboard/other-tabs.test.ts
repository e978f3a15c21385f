import { afterAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { openDashboard, visitAs } from '../support/dashboard.js';

const dashboard = await openDashboard();
const { browser, gateway, host } = dashboard;
afterAll(() => dashboard.close());

/** As when somebody clicks the tab; without a screen, all pages are always in front. */
const comeBackTo = (page: Page) => page.evaluate("dispatchEvent(new Event('focus'))");

/** Another tab of the same browser, at another view. */
async function anotherTab(page: Page, path: string): Promise<Page> {
  const tab = await page.context().newPage();
  await tab.goto(`http://${host}${path}`);
  return tab;
}

test('who comes back to a tab sees what was done in another: people, and the audit log', async () => {
  const { page, close } = await visitAs(browser, host, 'root', '/people');
  const audit = await anotherTab(page, '/audit');
  await page.getByRole('link', { name: 'max' }).waitFor();
  await audit.getByText('root signed in').waitFor();
  await gateway.createUser({ username: 'newt' });
  await comeBackTo(page);
  await page.getByRole('link', { name: 'newt' }).waitFor();
  await comeBackTo(audit);
  await audit.getByText('The account of newt was opened').waitFor();
  await close();
});

test('what is written in one tab is shown in the other, and is not undone by what that one saves', async () => {
  const { page, close } = await visitAs(browser, host, 'nia', '/account');
  const other = await anotherTab(page, '/account');
  const name = (tab: Page) => tab.getByRole('textbox', { name: 'Name', exact: true });
  const nickname = (tab: Page) => tab.getByRole('textbox', { name: 'Nickname' });
  await nickname(other).fill('Nini');
  await name(page).fill('Nia Novak');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Your profile is saved.').waitFor();
  // Not looked at since: it knows nothing of the name.
  await other.getByRole('button', { name: 'Save' }).click();
  await other.getByText('Your profile is saved.').waitFor();
  expect(await name(other).inputValue()).toBe('Nia Novak');
  await name(page).fill('Nia N.');
  await comeBackTo(page);
  await nickname(page).and(page.locator('[value="Nini"]')).waitFor();
  expect(await name(page).inputValue()).toBe('Nia N.');
  await close();
});

test('what is typed while a save is under way is not lost', async () => {
  const { page, close } = await visitAs(browser, host, 'nia', '/account');
  const signature = page.getByRole('textbox', { name: 'Signature' });
  const typed = Promise.withResolvers<void>();
  await page.route('**/graphql', async (route) => {
    if (route.request().postData()?.includes('"input"')) await typed.promise;
    await route.continue();
  });
  await signature.fill('On my way');
  const saving = page.waitForRequest((request) => request.postData()?.includes('"input"') ?? false);
  await page.getByRole('button', { name: 'Save' }).click();
  await saving;
  await signature.fill('On my way home');
  typed.resolve();
  await page.getByText('Your profile is saved.').waitFor();
  expect(await signature.inputValue()).toBe('On my way home');
  await close();
});
