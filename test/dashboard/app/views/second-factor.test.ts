import { afterAll, expect, test } from '@jest/globals';
import { TOTP } from 'otpauth';
import type { Page } from 'playwright-core';
import {
  confirm,
  createPerson,
  openDashboard,
  signIn,
  violations,
  visit,
  visitAs,
} from '../../../support/browser/dashboard.js';
import { PASSWORD } from '../../../support/password.js';

const STEP_MS = 30_000;
/** After it, the proof of a login is no longer fresh, and the access token has expired. */
const STALE_MS = 16 * 60_000;

const dashboard = await openDashboard();
const { browser, gateway, host } = dashboard;
afterAll(() => dashboard.close());

/** A code that works, since each is later than the last one. */
function nextCode(secret: string): string {
  gateway.clock.advance(STEP_MS);
  return new TOTP({ secret }).generate({ timestamp: gateway.clock.now });
}

/** Sets up the second factor in the open form. @returns its secret and a recovery code. */
async function enroll(page: Page): Promise<{ secret: string; recoveryCode: string }> {
  await page.getByRole('img', { name: 'QR code for an authenticator app' }).waitFor();
  expect(await violations(page)).toEqual([]);
  const shown = await page.getByText(/^([A-Z2-7]{4} ){7}[A-Z2-7]{4}$/).textContent();
  const secret = (shown ?? '').replaceAll(' ', '');
  await page.getByLabel('Code that the app shows').and(page.locator(':focus')).fill('000000');
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByText('This code is wrong, or was used before.').waitFor();
  await page.getByLabel('Code that the app shows').fill(nextCode(secret));
  await page.getByRole('button', { name: 'Confirm' }).click();
  const codes = page.getByText(/^([0-9A-Z]{4}-){3}[0-9A-Z]{4}$/);
  await codes.first().waitFor();
  expect(await codes.count()).toBe(10);
  const recoveryCode = (await codes.first().textContent()) ?? '';
  await page.getByRole('button', { name: 'Done' }).click();
  return { secret, recoveryCode };
}

test('sets up a second factor, and asks for it at the next sign-in', async () => {
  await createPerson(gateway, 'sue');
  const { page, faults, close } = await visitAs(browser, host, 'sue', '/account');
  await page.getByRole('button', { name: 'Set up', exact: true }).click();
  const { secret, recoveryCode } = await enroll(page);
  await page.getByText('10 recovery codes left.').waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await signIn(page, 'sue');
  const code = page.getByLabel('Code of your authenticator app');
  await code.and(page.locator(':focus')).fill('000000');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('This code is wrong, or was used before.').waitFor();
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Use a recovery code' }).click();
  expect(await page.getByLabel('Recovery code').getAttribute('aria-invalid')).toBeNull();
  await page.getByRole('button', { name: 'Use the authenticator app' }).click();
  await code.fill(nextCode(secret));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Account' }).waitFor();
  expect(faults).toEqual([]);
  await close();
  const other = await visit(browser, host, '/sign-in');
  await signIn(other.page, 'sue');
  await other.page.getByRole('button', { name: 'Use a recovery code' }).click();
  await other.page.getByLabel('Recovery code').fill(recoveryCode);
  await other.page.getByRole('button', { name: 'Sign in' }).click();
  await other.page.getByRole('heading', { name: 'Fleet' }).waitFor();
  await other.close();
});

test('asks for the password, or the second factor, and continues with the action', async () => {
  const { page, close } = await visitAs(browser, host, 'root', '/roles');
  await page.getByRole('button', { name: 'Add role' }).click();
  await page.getByLabel('Name', { exact: true }).fill('Guard');
  await page.getByLabel('Code', { exact: true }).fill('GUARD');
  gateway.clock.advance(STALE_MS);
  await page.getByRole('button', { name: 'Save role' }).click();
  const dialog = page.getByRole('dialog', { name: 'Confirm that it is you' });
  await dialog.getByLabel('Your password').fill('not this one');
  await dialog.getByRole('button', { name: 'Continue' }).click();
  await dialog.getByText('Incorrect password.').waitFor();
  await dialog.getByRole('button', { name: 'Cancel' }).last().click();
  await page.getByText('Nothing was changed: confirm that it is you first.').waitFor();
  await page.getByRole('button', { name: 'Save role' }).click();
  await dialog.getByLabel('Your password').fill('correct horse');
  await dialog.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('button', { name: 'Edit Guard' }).waitFor();
  await close();
});

test('lets people of a role that requires a second factor do nothing before they set it up', async () => {
  await gateway.services.roleEditing.create(
    'CAREFUL',
    'Careful',
    ['users:read'],
    { userId: null, address: null },
    true,
  );
  const { key } = await createPerson(gateway, 'cora');
  const open = await visitAs(browser, host, 'cora', '/');
  await gateway.services.administration.setRoles(key, ['CAREFUL'], { userId: null, address: null });
  await open.page.getByRole('heading', { name: 'Set up a second factor' }).waitFor();
  await enroll(open.page);
  await open.page.getByRole('heading', { name: 'Fleet' }).waitFor();
  await open.page.getByRole('link', { name: 'People' }).waitFor();
  await open.close();
});

test('removes the second factor of a person who has lost it', async () => {
  const { id } = await createPerson(gateway, 'lena');
  const lena = await visitAs(browser, host, 'lena', '/account');
  await lena.page.getByRole('button', { name: 'Set up', exact: true }).click();
  await enroll(lena.page);
  const { page, close } = await visitAs(browser, host, 'root', `/people/${id}`);
  const factors = page.getByRole('region', { name: 'Second factors' });
  await factors.getByRole('listitem').filter({ hasText: 'Authenticator app' }).waitFor();
  await factors.getByText('10 recovery codes left.').waitFor();
  expect(await violations(page)).toEqual([]);
  await factors.getByRole('button', { name: 'Reset second factor' }).click();
  await confirm(page, 'Reset second factor');
  await factors.getByText('No second factor.').waitFor();
  expect(await factors.getByRole('button').count()).toBe(0);
  await signIn(lena.page, 'lena');
  await lena.page.getByRole('heading', { name: 'Account' }).waitFor();
  await lena.close();
  await close();
});

/** Gives the browser of a page an authenticator that verifies its user without asking. */
async function plugInAuthenticator(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
    },
  });
}

test('adds a passkey, signs in with it alone or as a second step, and removes it', async () => {
  const { id } = await createPerson(gateway, 'pat');
  const named = host.replace('127.0.0.1', 'localhost');
  const { page, faults, close } = await visitAs(browser, named, 'pat', '/account');
  await plugInAuthenticator(page);
  await page.getByRole('button', { name: 'Add passkey' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('Laptop');
  expect(await violations(page)).toEqual([]);
  await confirm(page, 'Continue');
  await confirm(page, 'Done');
  await page.getByRole('button', { name: 'Rename Laptop' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('Notebook');
  await confirm(page, 'Save');
  await page.getByText('never used').waitFor();

  await page.getByRole('button', { name: 'Sign out' }).click();
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await page.getByText('last used').waitFor();

  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('Username or phone').fill('pat');
  await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByLabel('Recovery code').waitFor();
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await page.getByRole('heading', { name: 'Account' }).waitFor();

  const root = await visitAs(browser, host, 'root', `/people/${id}`);
  const shown = root.page.getByRole('region', { name: 'Second factors' }).getByRole('listitem');
  await shown.filter({ hasText: /Notebook.*last used/ }).waitFor();
  await root.close();

  gateway.clock.advance(STALE_MS);
  await page.getByRole('button', { name: 'Remove Notebook' }).click();
  await page.getByText('Your password alone will be enough to sign in.').waitFor();
  await confirm(page, 'Remove');
  await page.getByRole('dialog', { name: 'Confirm that it is you' }).waitFor();
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await page.getByText('No passkeys.').waitFor();
  await page.getByRole('button', { name: 'Set up', exact: true }).waitFor();
  expect(faults).toEqual([]);
  await close();
});

test('says at an IP address that passkeys need a name', async () => {
  const { page, close } = await visit(browser, host, '/sign-in');
  await page.getByText('Passkeys do not work at an IP address.').waitFor();
  const link = page.getByRole('link', { name: 'localhost' });
  expect(await link.getAttribute('href')).toBe(`http://${host.replace('127.0.0.1', 'localhost')}/sign-in`);
  expect(await page.getByRole('button', { name: 'Use a passkey' }).count()).toBe(0);
  await close();
});
