import { afterAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { openDashboard, signIn, type Visit, violations, visit, visitAs } from '../support/dashboard.js';
import { readQr } from '../support/qr.js';

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const SCAN_MINUTES = 6;

const dashboard = await openDashboard();
const { browser, gateway, host } = dashboard;
afterAll(() => dashboard.close());

/** The sign-in page of somebody else's screen, and the address that the QR code on it says. */
async function showCode(): Promise<Visit & { readonly address: string }> {
  const screen = await visit(browser, host, '/sign-in');
  await screen.page.getByRole('tab', { name: 'QR code' }).click();
  return { ...screen, address: await scan(screen.page) };
}

/** As a camera does: from the pixels. */
async function scan(page: Page): Promise<string> {
  const picture = page.getByRole('img', { name: 'QR code for signing in' });
  // Until it is decoded, its place is empty.
  await picture.evaluate('(image) => image.decode()');
  const link = new URL(readQr(await picture.screenshot()) ?? 'none:');
  expect(link.host).toBe(host);
  return link.pathname + link.search;
}

const codeOn = async (page: Page) => (await page.getByText(/^[0-9A-F]{4}$/).textContent()) ?? '';

test('a signed-in phone scans the code and approves, and the screen is signed in', async () => {
  const screen = await showCode();
  const phone = await visitAs(browser, host, 'max', screen.address, PHONE);
  await phone.page.getByRole('heading', { name: 'A browser wants to sign in as you' }).waitFor();
  await screen.page.getByText('max has scanned it and is deciding').waitFor();
  expect(await codeOn(phone.page)).toBe(await codeOn(screen.page));
  await phone.page.getByText('127.0.0.1').waitFor();
  await phone.page.getByText('Chrome (Linux)').waitFor();
  expect(await violations(phone.page)).toEqual([]);
  await phone.page.getByRole('button', { name: 'Approve' }).click();
  await phone.page.getByText('Approved. The other screen is signing in.').waitFor();
  await screen.page.getByRole('heading', { name: 'Fleet' }).waitFor();
  await screen.page.getByRole('button', { name: 'max' }).waitFor();
  expect([...phone.faults, ...screen.faults]).toEqual([]);
  await Promise.all([phone.close(), screen.close()]);
});

test('what the phone denies, the screen says, and offers a new code', async () => {
  const screen = await showCode();
  const phone = await visitAs(browser, host, 'nia', screen.address, PHONE);
  await phone.page.getByRole('button', { name: 'Deny' }).click();
  await phone.page.getByText('Denied. Nobody was signed in.').waitFor();
  await screen.page.getByText('The sign-in was denied.').waitFor();
  await screen.page.getByRole('button', { name: 'Get a new code' }).click();
  await screen.page.getByText('Waiting to be scanned').waitFor();
  expect(await scan(screen.page)).not.toBe(screen.address);
  await Promise.all([phone.close(), screen.close()]);
});

test('a new code is not taken for approved because the one before was', async () => {
  const screen = await showCode();
  let redemptions = 0;
  await screen.page.route('**/graphql', (route) => {
    if (!route.request().postData()?.includes('"ticket"')) return route.continue();
    redemptions += 1;
    return route.abort();
  });
  const phone = await visitAs(browser, host, 'nia', screen.address, PHONE);
  await phone.page.getByRole('button', { name: 'Approve' }).click();
  await screen.page.getByText('The gateway cannot be reached.').waitFor();
  await screen.page.getByRole('button', { name: 'Get a new code' }).click();
  await screen.page.getByText('Waiting to be scanned').waitFor();
  await scan(screen.page);
  expect(redemptions).toBe(1);
  await Promise.all([phone.close(), screen.close()]);
});

test('a code that is too old, or was scanned by somebody else, is of no use', async () => {
  const screen = await showCode();
  const first = await visitAs(browser, host, 'nia', screen.address, PHONE);
  await first.page.getByRole('button', { name: 'Approve' }).waitFor();
  const second = await visitAs(browser, host, 'max', screen.address, PHONE);
  await second.page.getByText('Somebody else has scanned this code.').waitFor();
  gateway.clock.advance(SCAN_MINUTES * 60_000);
  await first.page.getByRole('button', { name: 'Approve' }).click();
  await first.page.getByText('This code has expired, or was used already.').waitFor();
  await Promise.all([first.close(), second.close(), screen.close()]);
});

test('a phone that is not signed in signs in first, and comes back to the code', async () => {
  const screen = await showCode();
  const phone = await visit(browser, host, screen.address, PHONE);
  await signIn(phone.page, 'pia');
  await phone.page.getByRole('button', { name: 'Approve' }).click();
  await screen.page.getByRole('button', { name: 'pia' }).waitFor();
  await Promise.all([phone.close(), screen.close()]);
});
