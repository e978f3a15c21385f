import { afterAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import {
  openDashboard,
  signIn,
  type Visit,
  violations,
  visit,
  visitAs,
} from '../../../support/browser/dashboard.js';
import { readQr } from '../../../support/browser/qr.js';

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const SCAN_MINUTES = 6;

const dashboard = await openDashboard();
const { browser, gateway, host } = dashboard;
afterAll(() => dashboard.close());

/** Opens the QR code on the sign-in page of another browser. @returns the address in the code, too. */
async function showQrCode(): Promise<Visit & { readonly address: string }> {
  const screen = await visit(browser, host, '/sign-in');
  await screen.page.getByRole('tab', { name: 'QR code' }).click();
  return { ...screen, address: await scan(screen.page) };
}

/** Reads the QR code from the pixels, as a camera does. */
async function scan(page: Page): Promise<string> {
  const image = page.getByRole('img', { name: 'Sign-in QR code' });
  // An image that is not decoded yet is blank in a screenshot.
  await image.evaluate('(element) => element.decode()');
  const link = new URL(readQr(await image.screenshot()) ?? 'none:');
  expect(link.host).toBe(host);
  return link.pathname + link.search;
}

const codeOn = async (page: Page) => (await page.getByText(/^[0-9A-F]{4}$/).textContent()) ?? '';

test('signs a browser in once a signed-in phone scanned its code and approved', async () => {
  const screen = await showQrCode();
  const phone = await visitAs(browser, host, 'max', screen.address, PHONE);
  await phone.page.getByRole('heading', { name: 'A browser wants to sign in as you' }).waitFor();
  await screen.page.getByText('Scanned by max. Waiting for approval…').waitFor();
  expect(await codeOn(phone.page)).toBe(await codeOn(screen.page));
  await phone.page.getByText('127.0.0.1').waitFor();
  await phone.page.getByText('Chrome (Linux)').waitFor();
  expect(await violations(phone.page)).toEqual([]);
  await phone.page.getByRole('button', { name: 'Approve' }).click();
  await phone.page.getByText('Approved. The other browser is signing in.').waitFor();
  await screen.page.getByRole('heading', { name: 'Fleet' }).waitFor();
  await screen.page.getByRole('button', { name: 'max' }).waitFor();
  expect([...phone.faults, ...screen.faults]).toEqual([]);
  await Promise.all([phone.close(), screen.close()]);
});

test('shows a denial in the other browser, which offers a new code', async () => {
  const screen = await showQrCode();
  const phone = await visitAs(browser, host, 'nia', screen.address, PHONE);
  await phone.page.getByRole('button', { name: 'Deny' }).click();
  await phone.page.getByText('Denied. The other browser is not signed in.').waitFor();
  await screen.page.getByText('Sign-in denied.').waitFor();
  await screen.page.getByRole('button', { name: 'Get a new code' }).click();
  await screen.page.getByText('Waiting for a scan').waitFor();
  expect(await scan(screen.page)).not.toBe(screen.address);
  await Promise.all([phone.close(), screen.close()]);
});

test('does not take a new code for approved because the previous one was', async () => {
  const screen = await showQrCode();
  let redemptions = 0;
  await screen.page.route('**/graphql', (route) => {
    if (!route.request().postData()?.includes('"ticket"')) return route.continue();
    redemptions += 1;
    return route.abort();
  });
  const phone = await visitAs(browser, host, 'nia', screen.address, PHONE);
  await phone.page.getByRole('button', { name: 'Approve' }).click();
  await screen.page.getByText('Cannot reach the gateway.').waitFor();
  await screen.page.getByRole('button', { name: 'Get a new code' }).click();
  await screen.page.getByText('Waiting for a scan').waitFor();
  await scan(screen.page);
  expect(redemptions).toBe(1);
  await Promise.all([phone.close(), screen.close()]);
});

test('refuses a code that has expired or was scanned by someone else', async () => {
  const screen = await showQrCode();
  const first = await visitAs(browser, host, 'nia', screen.address, PHONE);
  await first.page.getByRole('button', { name: 'Approve' }).waitFor();
  const second = await visitAs(browser, host, 'max', screen.address, PHONE);
  await second.page.getByText('Someone else has scanned this code.').waitFor();
  gateway.clock.advance(SCAN_MINUTES * 60_000);
  await first.page.getByRole('button', { name: 'Approve' }).click();
  await first.page.getByText('This code has expired or was already used.').waitFor();
  await Promise.all([first.close(), second.close(), screen.close()]);
});

test('returns to the request after a phone that was signed out has signed in', async () => {
  const screen = await showQrCode();
  const phone = await visit(browser, host, screen.address, PHONE);
  await signIn(phone.page, 'pia');
  await phone.page.getByRole('button', { name: 'Approve' }).click();
  await screen.page.getByRole('button', { name: 'pia' }).waitFor();
  await Promise.all([phone.close(), screen.close()]);
});
