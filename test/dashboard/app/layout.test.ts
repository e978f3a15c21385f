import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { nodeId } from '../../../src/database/node-id.js';
import { openDashboard, visit, visitAs } from '../../support/browser/dashboard.js';
import { TestGroup } from '../../support/fleet.js';
import { publishRelease } from '../../support/releases.js';

const dashboard = await openDashboard();
const { browser, gateway, host } = dashboard;
afterAll(() => dashboard.close());

let person: string;
beforeAll(async () => {
  const email = 'wolfgang.steinhausen@example-company.com';
  const { id } = await gateway.createUser({ username: 'wolfe', name: 'Wolfeschlegelstein'.repeat(5), email });
  person = nodeId('user', id);
  const group = await TestGroup.of(
    gateway,
    'max',
    ['2023.10.20', 'v2.4.1-rc.1', 'unknown'].map((clientVersion, at) => ({
      clientId: `gate-${at}`,
      name: `Gate ${at} · North hall`,
      clientVersion,
    })),
  );
  await group.beat();
  await gateway.services.heartbeats.announce();
  for (const version of ['2023.10.20', '2024.1.1'])
    await publishRelease(gateway, version, { name: 'agent.bin' });
});

/** Texts that do not fit and are not shown in full by a tooltip. */
const cutTexts = (page: Page) =>
  page.evaluate<string[]>(`(() => {
    const isCut = (element) =>
      element.innerText?.trim() &&
      element.clientWidth > 3 &&
      element.scrollWidth > element.clientWidth + 1 &&
      getComputedStyle(element).overflowX !== 'visible' &&
      !element.closest('[title]') &&
      !element.querySelector('[title]');
    const isOutside = (element) => element.getBoundingClientRect().right > innerWidth;
    const elements = [...document.querySelectorAll('#content *, header button')];
    return elements
      .filter((element) => isCut(element) || (element.closest('header') && isOutside(element)))
      .map((element) => element.innerText || element.outerHTML.slice(0, 80));
  })()`);

const cases = [320, 820].flatMap((width) => ['en-US', 'zh-CN'].map((locale) => [width, locale] as const));

// Half of the time is spent waiting for an idle network.
test.concurrent.each(cases)('shows every text in full at %i pixels, in %s', async (width, locale) => {
  const { page, close } = await visitAs(browser, host, 'root', '/', {
    locale,
    viewport: { width, height: 900 },
  });
  for (const path of [
    '/',
    '/?sort=silent&q=gate',
    '/releases',
    '/roles',
    '/sessions',
    '/people',
    `/people/${person}`,
    '/health',
    '/account',
  ]) {
    await page.goto(`http://${host}${path}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.waitForLoadState('networkidle');
    expect([path, await cutTexts(page)]).toEqual([path, []]);
    expect(
      await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'),
    ).toBe(0);
  }
  await close();
});

test('shows the page of an unknown address over the whole width', async () => {
  const { page, close } = await visit(browser, host, '/nowhere', { viewport: { width: 1280, height: 800 } });
  const text = await page.getByRole('main').boundingBox();
  expect(text?.width).toBeGreaterThan(1000);
  await close();
});

test('breaks an email only after its punctuation', async () => {
  const { page, close } = await visitAs(browser, host, 'root', '/people', {
    viewport: { width: 1280, height: 900 },
  });
  const email = page.getByRole('cell', { name: 'wolfgang.steinhausen@example-company.com' });
  await email.waitFor();
  const heights = await email.evaluate((cell) => {
    const range = cell.ownerDocument.createRange();
    const texts = [...(cell.querySelector('span')?.childNodes ?? [])].filter((node) => node.nodeType === 3);
    return texts.map((text) => {
      range.selectNodeContents(text);
      return range.getClientRects().length;
    });
  });
  expect(heights).toEqual([1, 1, 1, 1, 1]);
  await close();
});
