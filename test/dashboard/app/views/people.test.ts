import { afterAll, expect, test } from '@jest/globals';
import {
  confirm,
  openDashboard,
  signedOut,
  violations,
  visitAs,
} from '../../../support/browser/dashboard.js';
import { PASSWORD } from '../../../support/password.js';

const dashboard = await openDashboard();
const { browser, gateway, host } = dashboard;
afterAll(() => dashboard.close());

test('creates a person, who can sign in and is signed out when the session is revoked', async () => {
  const { page, faults, close } = await visitAs(browser, host, 'root', '/people');
  await page.getByRole('button', { name: 'Add person' }).click();
  await page.getByLabel('Username').fill('amara');
  await page.getByLabel('Name', { exact: true }).fill('Amara Okafor');
  await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
  await page.getByRole('checkbox', { name: 'Publisher' }).check();
  await page.getByRole('button', { name: 'Create' }).click();
  await page.getByRole('heading', { name: 'Amara Okafor' }).waitFor();

  const amara = await visitAs(browser, host, 'amara');
  await page.reload();
  const sessions = page.getByRole('region', { name: 'Sessions' });
  await sessions.getByRole('button', { name: 'Revoke Chrome (Linux)' }).click();
  await confirm(page, 'Revoke');
  await signedOut(amara.page);
  await sessions.getByText('No active sessions.').waitFor();
  expect(faults).toEqual([]);
  await amara.close();
  await close();
});

test('shows a username conflict at its field', async () => {
  const { page, close } = await visitAs(browser, host, 'root', '/people');
  await page.getByRole('button', { name: 'Add person' }).click();
  await page.getByLabel('Username').fill('MAX');
  await page.getByRole('button', { name: 'Create' }).click();
  await page.getByText('Another account already uses this.').waitFor();
  const username = page.getByLabel('Username');
  expect(await username.getAttribute('aria-invalid')).toBe('true');
  await username.and(page.locator(':focus')).waitFor();
  await page.getByLabel('Username').fill('');
  await page.getByText('Another account already uses this.').waitFor({ state: 'detached' });
  await close();
});

test('keeps search and page in the address', async () => {
  for (let each = 0; each < 25; each++)
    await gateway.createUser({ username: `crowd ${each}`, name: 'Crowd' });
  const { page, close } = await visitAs(browser, host, 'root', '/people');
  await page.getByRole('searchbox').fill('crowd');
  await page.waitForURL('**/people?q=crowd');
  const rows = page.getByRole('row').filter({ hasText: 'Crowd' });
  await page.getByText('crowd 19', { exact: true }).waitFor();
  expect(await rows.count()).toBe(20);
  await page.getByRole('link', { name: 'Next page' }).click();
  await page.getByText('crowd 24', { exact: true }).waitFor();
  expect(await rows.count()).toBe(5);
  await page.goBack();
  await page.getByText('crowd 19', { exact: true }).waitFor();
  await page.getByRole('searchbox').fill('nobody at all');
  await page.getByText('No results for “nobody at all”.').waitFor();
  await close();
});

test('counts and sorts the people, and keeps the order in the address', async () => {
  const { page, close } = await visitAs(browser, host, 'root', '/people?q=crowd&sort=username');
  await page.getByText('25 people').waitFor();
  const names = () =>
    page
      .getByRole('row')
      .getByText(/^crowd/)
      .allTextContents();
  await page.getByText('crowd 10', { exact: true }).waitFor();
  expect((await names()).slice(0, 4)).toEqual(['crowd 0', 'crowd 1', 'crowd 10', 'crowd 11']);
  await page.getByRole('combobox', { name: 'Sort by' }).click();
  await page.getByRole('option', { name: 'Newest first' }).click();
  await page.waitForURL('**/people?q=crowd&sort=newest');
  await page.getByText('crowd 5', { exact: true }).waitFor();
  await close();
});

test('keeps every letter of a slowly typed search', async () => {
  const { page, close } = await visitAs(browser, host, 'root', '/people');
  const search = page.getByRole('searchbox');
  await search.pressSequentially('abcdefghijkl', { delay: 250 });
  await page.waitForURL('**/people?q=abcdefghijkl');
  expect(await search.inputValue()).toBe('abcdefghijkl');
  await page.getByRole('link', { name: 'People' }).click();
  await page.waitForURL('**/people');
  await search.and(page.locator('[value=""]')).waitFor();
  await close();
});

test('tells members that they may not see people and the audit log', async () => {
  for (const path of ['/people', '/people/user_1', '/audit']) {
    const { page, close } = await visitAs(browser, host, 'max', path);
    await page.getByText('You do not have permission to do this.').waitFor();
    expect(await page.getByRole('button', { name: /Add person|Disable|Delete|Try again/ }).count()).toBe(0);
    expect(await page.getByText('This person does not exist.').count()).toBe(0);
    await close();
  }
});

test.each([
  ['light', 1280],
  ['dark', 390],
] as const)(
  'has no serious axe violations and no horizontal overflow in %s mode at %i pixels',
  async (colorScheme, width) => {
    const options = { colorScheme, viewport: { width, height: 844 } };
    const { page, faults, close } = await visitAs(browser, host, 'root', '/people', options);
    for (const path of ['/people', '/people/user_1', '/people/user_4', '/audit', '/account']) {
      await page.goto(`http://${host}${path}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.getByRole('status', { name: 'Loading' }).first().waitFor({ state: 'detached' });
      expect([path, await violations(page)]).toEqual([path, []]);
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
    }
    expect(faults).toEqual([]);
    await close();
  },
);
