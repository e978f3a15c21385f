import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { Device } from '../../src/devices/device.entity.js';
import { launchBrowser } from '../support/browser/browser.js';
import { blockStorage, type Visit, visit } from '../support/browser/dashboard.js';
import { ask } from '../support/clients/client.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { HeartbeatDocument, LoginDocument } from '../support/operations.js';
import { PASSWORD } from '../support/password.js';

const ada = { username: 'ada', password: PASSWORD };

let browser: Browser;
let gateway: TestGateway;
let host: string;
let explorer: Visit;
let page: Page;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createUser(ada);
  [host, browser] = await Promise.all([gateway.listen(), launchBrowser()]);
  explorer = await visit(browser, host, '/explorer');
  page = explorer.page;
});
afterAll(async () => {
  await browser.close();
  await gateway.close();
});

/** Another page of the same browser may have left a second tab of this name. */
const openTab = (name: string) =>
  page.getByRole('tab').getByRole('button', { name, exact: true }).first().click();
const run = () => page.getByRole('button', { name: /^Execute query/ }).click();
/** Resolves once the result contains this text. */
const resultShows = (text: string) =>
  page.getByRole('region', { name: 'Result Window' }).getByText(text, { exact: true }).first().waitFor();

test('offers example operations, shows the schema without a session, and signs in', async () => {
  await openTab('Devices');
  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
  await page.getByRole('link', { name: 'Subscription' }).waitFor();
  await page.getByLabel('Username or phone').fill(ada.username);
  await page.getByLabel('Password').fill('wrong');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('The account or the password is wrong.').waitFor();
  await page.getByLabel('Password').fill(ada.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('Signed in as ada').waitFor();
});

test('runs a query', async () => {
  await openTab('Me');
  await run();
  await resultShows('"ada"');
});

test('runs in a browser that blocks local storage', async () => {
  const blocked = await visit(browser, host, '/health/live');
  await blockStorage(blocked.page);
  await blocked.page.goto(`http://${host}/explorer`);
  await blocked.page.getByRole('button', { name: /^Execute query/ }).waitFor();
  expect(blocked.faults).toEqual([]);
  await blocked.close();
});

test('keeps working while the dashboard in another tab refreshes the session', async () => {
  const dashboard = await page.context().newPage();
  await dashboard.goto(`http://${host}/account`);
  await dashboard.getByRole('heading', { name: 'Account' }).waitFor();
  await dashboard.close();
  await run();
  await resultShows('"ada"');
});

test('shows the events of a subscription', async () => {
  const { login } = await ask(gateway, LoginDocument, { input: ada });
  // The editor renders only the lines that fit.
  await page.setViewportSize({ width: 1280, height: 1000 });
  await openTab('FleetStatus');
  await run();
  await resultShows('"SNAPSHOT"');
  await ask(gateway, HeartbeatDocument, { input: { deviceId: 'd-1' } }, login.accessToken);
  await gateway.pass(1000);
  await resultShows('"ONLINE"');
  await resultShows('"d-1"');
});

test('adds no device to the fleet by its example of a heartbeat', async () => {
  const { em } = gateway.services.db;
  const before = await em.fork().count(Device);
  await openTab('Heartbeat');
  await page.getByText('# A heartbeat adds a device to the fleet.').waitFor();
  await run();
  await resultShows('"data"');
  expect(await em.fork().count(Device)).toBe(before);
});

test('stacks its panes on a phone', async () => {
  const phone = await page.context().newPage();
  await phone.setViewportSize({ width: 390, height: 844 });
  await phone.goto(`http://${host}/explorer`);
  // The documentation is still open, as in the other tab.
  await phone.getByRole('link', { name: 'Subscription' }).click();
  const hide = phone.getByRole('button', { name: 'Hide Documentation Explorer' });
  const execute = phone.getByRole('button', { name: /^Execute query/ });
  expect(await execute.isVisible()).toBe(false);
  await hide.click();
  await phone.getByText('Signed in as ada').waitFor();
  // Unlike the variables of the tab that is open, this operation does not depend on what was stored last.
  await phone.getByRole('tab').getByRole('button', { name: 'Me', exact: true }).click();
  await execute.click();
  const result = phone.getByRole('region', { name: 'Result Window' });
  const editor = phone.locator('.graphiql-query-editor');
  await result.getByText('"ada"').first().waitFor();
  for (const pane of [result, editor]) expect((await pane.boundingBox())?.width).toBeGreaterThan(340);
  expect((await editor.boundingBox())?.height).toBeGreaterThan(150);
  expect((await result.boundingBox())?.height).toBeGreaterThan(200);
  expect(await phone.evaluate('document.documentElement.scrollWidth')).toBe(390);
  await phone.close();
});

test('restores the session after a reload, and closes subscriptions on sign-out', async () => {
  await page.reload();
  await page.getByText('Signed in as ada').waitFor();
  await openTab('FleetStatus');
  await run();
  await resultShows('"SNAPSHOT"');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await resultShows('"closed: 4403 Forbidden"');
  await openTab('Me');
  await run();
  await resultShows('"UNAUTHENTICATED"');
});

test('causes no console errors, such as violations of its content security policy', () => {
  expect(explorer.faults).toEqual([]);
});

test.each([{ GRAPHQL_INTROSPECTION: 'off' }, { GRAPHQL_DOCUMENTS: 'trusted' }])(
  'names the setting that disables it, with %j',
  async (settings) => {
    const closed = await startGateway(settings);
    const answer = await closed.app.inject('/explorer');
    expect(answer.statusCode).toBe(403);
    for (const setting of Object.keys(settings)) expect(answer.body).toContain(setting);
    await closed.close();
  },
);
