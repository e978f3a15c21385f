import { afterAll, expect, test } from '@jest/globals';
import { createPerson, openDashboard, violations, visitAs } from '../../support/browser/dashboard.js';

const dashboard = await openDashboard();
const { browser, gateway, host } = dashboard;
afterAll(() => dashboard.close());

test('finds people and views from anywhere with the keyboard, and remembers what was opened', async () => {
  const { id } = await createPerson(gateway, 'tessa', 'Tessa');
  const { page, faults, close } = await visitAs(browser, host, 'root', '/health');
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.keyboard.press('Control+k');
  const input = page.getByRole('combobox', { name: 'Search devices' });
  await input.fill('tess');
  await page.getByRole('option', { name: /Tessa\s*People/ }).waitFor();
  expect(await violations(page)).toEqual([]);
  expect(await input.getAttribute('aria-activedescendant')).toMatch(/-0$/);
  await page.keyboard.press('Enter');
  await page.waitForURL(`**/people/${id}`);
  await page.getByRole('navigation', { name: 'Breadcrumbs' }).getByRole('link', { name: 'People' }).waitFor();
  await page.keyboard.press('Control+k');
  await page.getByRole('option', { name: /Tessa\s*Recent/ }).waitFor();
  await input.fill('aud');
  await page.getByRole('option', { name: /Audit log\s*Views/ }).click();
  await page.waitForURL('**/audit');
  expect(faults).toEqual([]);
  await close();
});

test('opens views by shortcuts, except while the user types', async () => {
  const { page, close } = await visitAs(browser, host, 'root', '/people');
  await page.getByRole('searchbox').waitFor();
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.getByRole('searchbox').pressSequentially('ga?');
  expect(await page.getByRole('searchbox').inputValue()).toBe('ga?');
  await page.getByRole('heading', { level: 1 }).click();
  await page.keyboard.press('g');
  await page.keyboard.press('a');
  await page.waitForURL('**/audit');
  await close();
});

test('offers members only what they may see', async () => {
  const { page, close } = await visitAs(browser, host, 'max', '/');
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Search devices' }).fill('a');
  await page.getByRole('option', { name: /Account\s*Views/ }).waitFor();
  expect(await page.getByRole('option', { name: /Audit|People/ }).count()).toBe(0);
  await close();
});
