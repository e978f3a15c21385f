import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { nodeId } from '../../../src/database/node-id.js';
import { openDashboard, violations, visitAs } from '../../support/browser/dashboard.js';
import { TestGroup } from '../../support/fleet.js';

const LONG = 'Wolfeschlegelsteinhausenbergerdorff'.repeat(6).slice(0, 200);
const PHONE = { viewport: { width: 390, height: 844 } };
/** The id of the person with the long name. */
let person: string;

const dashboard = await openDashboard();
const { browser, gateway, host } = dashboard;
afterAll(() => dashboard.close());
beforeAll(async () => {
  const { id } = await gateway.createUser({ username: 'wolfe', name: LONG });
  person = nodeId('user', id);
  const group = await TestGroup.of(gateway, 'wolfe', [{ clientId: 'gate-1', name: LONG.slice(0, 128) }]);
  await group.beat();
});

const horizontalOverflow = (page: Page) =>
  page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');

test.each(['/people?q=wolfe', '/audit', '/'])(
  'fits a name of 200 characters on a phone, on the page %s',
  async (path) => {
    const { page, close } = await visitAs(browser, host, 'root', path, PHONE);
    await page.getByText(LONG.slice(0, 40)).first().waitFor();
    expect(await horizontalOverflow(page)).toBe(0);
    await close();
  },
);

test.each([
  ['/?owner=', 'Show all owners'],
  ['/audit?user=', 'Show entries of all people'],
])('lets a filter with a long name be removed, at %s', async (path, button) => {
  const { page, close } = await visitAs(browser, host, 'root', path + person, PHONE);
  await page.getByTitle(`: ${LONG}`).waitFor();
  await page.getByRole('button', { name: button }).click();
  await page.getByTitle(`: ${LONG}`).waitFor({ state: 'detached' });
  await close();
});

test('fits the name of a group in the menu of groups', async () => {
  const name = LONG.slice(0, 64);
  await gateway.services.deviceGroups.create(name, { online: true }, { userId: null, address: null });
  const { page, close } = await visitAs(browser, host, 'root', '/', PHONE);
  await page.getByRole('button', { name: 'Groups' }).click();
  await page.getByRole('menuitem', { name }).waitFor();
  expect(await horizontalOverflow(page)).toBe(0);
  expect(await violations(page)).toEqual([]);
  await close();
});

test('shows a role in full beside a long name', async () => {
  const { page, close } = await visitAs(browser, host, 'root', '/people?q=wolfe', PHONE);
  const role = page.getByRole('cell').getByText('Member');
  await role.waitFor();
  expect(await role.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBe(0);
  await close();
});

test('fits a long name on the page of the person and in the deletion dialog', async () => {
  const { page, close } = await visitAs(browser, host, 'root', `/people/${person}`, PHONE);
  await page.getByRole('heading', { name: LONG }).waitFor();
  const device = page.getByRole('region', { name: 'Devices' }).getByRole('listitem');
  const seen = await device.getByRole('time').boundingBox();
  expect((seen?.x ?? 0) + (seen?.width ?? 0)).toBeLessThan(PHONE.viewport.width);
  expect(await horizontalOverflow(page)).toBe(0);
  await page.getByRole('button', { name: 'Delete' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/^Type Wolfe/).waitFor();
  expect(await dialog.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBe(0);
  const cross = await dialog.getByRole('button', { name: 'Cancel' }).first().boundingBox();
  expect((cross?.x ?? 0) + (cross?.width ?? 0)).toBeLessThan(PHONE.viewport.width);
  await close();
});
