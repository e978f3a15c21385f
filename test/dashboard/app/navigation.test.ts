import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { openDashboard, visitAs } from '../../support/browser/dashboard.js';

const PHONE = { viewport: { width: 390, height: 844 } };
const OFFSET = 300;
const dashboard = await openDashboard();
const { browser, gateway, host } = dashboard;
beforeAll(async () => {
  for (let each = 0; each < 20; each++) await gateway.createUser({ username: `guest-${each}` });
});
afterAll(() => dashboard.close());

/** Checks after each frame, when scroll listeners have run. */
const untilScrolled = (page: Page, top: number) =>
  page.evaluate(`new Promise((resolve) => {
    const check = () =>
      requestAnimationFrame(() => setTimeout(() => (scrollY === ${top} ? resolve() : check())));
    check();
  })`);
const scrolled = (page: Page) => page.evaluate('scrollY');

test('opens a view at its top with the focus in it, and restores the scroll offset on Back', async () => {
  const { page, close } = await visitAs(browser, host, 'root', '/people', PHONE);
  await page.getByRole('link', { name: 'guest-12' }).focus();
  await page.evaluate(`scrollTo(0, ${OFFSET})`);
  await untilScrolled(page, OFFSET);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'guest-12' }).waitFor();
  await page.getByRole('region', { name: 'Recent activity' }).getByRole('listitem').waitFor();
  expect(await scrolled(page)).toBe(0);
  expect(await page.evaluate('document.activeElement.id')).toBe('content');
  await page.goBack();
  await untilScrolled(page, OFFSET);
  await close();
});
