import { afterAll, expect, test } from '@jest/globals';
import {
  createPerson,
  openDashboard,
  signedOut,
  signIn,
  visitAs,
} from '../../../support/browser/dashboard.js';
import { PASSWORD } from '../../../support/password.js';

const dashboard = await openDashboard();
const { browser, gateway, host } = dashboard;
afterAll(() => dashboard.close());

test('ends the other sessions of a person who changes the password', async () => {
  await createPerson(gateway, 'pat');
  const here = await visitAs(browser, host, 'pat', '/account');
  const there = await visitAs(browser, host, 'pat');
  await here.page.getByLabel('Current password').fill('not this one');
  await here.page.getByLabel('New password').fill('a better battery');
  await here.page.getByRole('button', { name: 'Change password' }).click();
  await here.page.getByText('Incorrect current password.').waitFor();
  await here.page.getByLabel('Current password').fill(PASSWORD);
  await here.page.getByRole('button', { name: 'Change password' }).click();
  await signedOut(there.page);
  await here.page
    .getByRole('alert')
    .filter({ hasText: 'Password changed.' })
    .getByRole('button', { name: 'Close' })
    .click();
  await signIn(there.page, 'pat', 'a better battery');
  await there.page.getByRole('heading', { name: 'Fleet' }).waitFor();
  await there.close();
  await here.close();
});

test('shows a refused new password at its field', async () => {
  await createPerson(gateway, 'pam');
  const { page, close } = await visitAs(browser, host, 'pam', '/account');
  await page.getByLabel('Current password').fill(PASSWORD);
  await page.getByLabel('New password').fill('password1');
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByText('Enter 8 to 100 characters. Common passwords are not allowed.').waitFor();
  expect(await page.getByLabel('New password').getAttribute('aria-invalid')).toBe('true');
  await close();
});

test('shows a changed nickname everywhere at once', async () => {
  await createPerson(gateway, 'nick');
  const { page, close } = await visitAs(browser, host, 'nick', '/account');
  await page.getByLabel('Nickname').fill('Nick the Great');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('button', { name: 'Nick the Great' }).waitFor();
  await page.reload();
  await page.getByRole('button', { name: 'Nick the Great' }).waitFor();
  expect(await page.getByLabel('Nickname').inputValue()).toBe('Nick the Great');
  await close();
});
