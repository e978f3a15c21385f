import { afterAll, expect, test } from '@jest/globals';
import { confirm, openDashboard, violations, visitAs } from '../../../support/browser/dashboard.js';

const dashboard = await openDashboard();
const { browser, gateway, host } = dashboard;
afterAll(() => dashboard.close());

const statusOf = async (token: string) =>
  (await gateway.post('/api/heart/check', {}, { authorization: `Bearer ${token}` })).statusCode;

test('creates a service account with a key that is shown once, and revokes the key', async () => {
  const { page, faults, close } = await visitAs(browser, host, 'root', '/people');
  await page.getByText('Service accounts', { exact: true }).click();
  await page.getByText('No service accounts yet.').waitFor();
  await page.getByRole('button', { name: 'Add service account' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Username').fill('ci-builds');
  await dialog.getByRole('button', { name: 'Create' }).click();
  await page.getByText('No API keys.').waitFor();

  await page.getByRole('button', { name: 'New key' }).click();
  await dialog.getByRole('checkbox', { name: 'See releases' }).waitFor();
  expect(await dialog.getByRole('checkbox', { name: 'Manage people' }).count()).toBe(0);
  await dialog.getByRole('button', { name: 'Create key' }).click();
  await dialog.getByText('Enter 1 to 128 characters.').waitFor();
  await dialog.getByLabel('What is it for?').fill('build server');
  await dialog.getByRole('checkbox', { name: 'Send heartbeats and see own devices' }).check();
  expect(await violations(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Create key' }).click();
  const token = await dialog.getByLabel('Key', { exact: true }).inputValue();
  expect(await statusOf(token)).toBe(201);
  await page.keyboard.press('Escape');
  expect(await dialog.getByLabel('Key', { exact: true }).inputValue()).toBe(token);
  await dialog.getByRole('button', { name: 'Done' }).click();

  await page.getByText(`…${token.slice(-4)}`).waitFor();
  expect(await page.content()).not.toContain(token);
  await page.getByRole('button', { name: 'Revoke build server' }).click();
  await confirm(page, 'Revoke');
  await page.getByText('No API keys.').waitFor();
  expect(await statusOf(token)).toBe(401);
  expect(faults).toEqual([]);
  await close();
});

test('offers people the permissions that they have for keys of their own', async () => {
  const { page, close } = await visitAs(browser, host, 'pia', '/account');
  await page.getByRole('button', { name: 'New key' }).click();
  await page.getByRole('checkbox', { name: 'Publish and withdraw releases' }).waitFor();
  expect(await page.getByRole('checkbox', { name: 'Manage people' }).count()).toBe(0);
  await close();
});
