import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { openDashboard, visitAs } from '../support/dashboard.js';

const PHONE = { viewport: { width: 390, height: 844 } };
const FAR = 300;
const dashboard = await openDashboard();
const { browser, gateway, host } = dashboard;
beforeAll(async () => {
  for (let each = 0; each < 20; each++) await gateway.createUser({ username: `guest-${each}` });
});
afterAll(() => dashboard.close());

/** Looks at the end of each frame, when the page has heard of it too. */
const untilScrolled = (page: Page, top: number) =>
  page.evaluate(`new Promise((done) => {
    const look = () => requestAnimationFrame(() => setTimeout(() => (scrollY === ${top} ? done() : look())));
    look();
  })`);
const scrolled = (page: Page) => page.evaluate('scrollY');

test('a view opens at its top with the focus in it, and the way back leads to where one was', async () => {
  const { page, close } = await visitAs(browser, host, 'root', '/people', PHONE);
  await page.getByRole('link', { name: 'guest-12' }).focus();
  await page.evaluate(`scrollTo(0, ${FAR})`);
  await untilScrolled(page, FAR);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'guest-12' }).waitFor();
  await page.getByRole('region', { name: 'Latest activity' }).getByRole('listitem').waitFor();
  expect(await scrolled(page)).toBe(0);
  expect(await page.evaluate('document.activeElement.id')).toBe('content');
  await page.goBack();
  await untilScrolled(page, FAR);
  await close();
});
