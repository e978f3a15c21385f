import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { Device } from '../../src/devices/device.entity.js';
import { graphqlDoor } from '../../src/graphql/door.js';
import { launchBrowser } from '../support/browser.js';
import { createCallers, openSession } from '../support/callers.js';
import { violations, visitAs } from '../support/dashboard.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

const NAME = 'Kiosk at gate 4';
let browser: Browser;
let gateway: TestGateway;
let host: string;

beforeAll(async () => {
  gateway = await startGateway({ GRAPHQL_DOCUMENTS: 'trusted' });
  await createCallers(gateway);
  [host, browser] = await Promise.all([gateway.listen(), launchBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await gateway.close();
});

/** The member's device of this client id beats, with a session of its own; nobody is told before `announce`. */
async function beat(clientId: string) {
  const { services } = gateway;
  const { session, accessToken } = await openSession(gateway, 'max', graphqlDoor);
  const caller = await services.sessions.authenticate(accessToken);
  if (!caller) throw new Error('The session is not there.');
  await services.heartbeats.beat(caller, { clientId, name: NAME, clientVersion: '1.3.0' });
  await services.heartbeats.announce();
  const { id } = await services.db.em.fork().findOneOrFail(Device, { clientId });
  return { path: `/devices/${id}`, session };
}

const timeline = (page: Page) => page.getByRole('table', { name: 'Timeline' });
const row = (page: Page, state: string) => timeline(page).getByRole('row').filter({ hasText: state });

test('a device goes offline and online, and its page shows it at once, with the reason', async () => {
  const { path } = await beat('serial-1');
  const { page, faults, close } = await visitAs(browser, host, 'max', path);
  await page.getByRole('heading', { name: NAME }).waitFor();
  const presence = page.getByRole('main').getByRole('status');
  await presence.getByText('Online').waitFor();
  expect(await timeline(page).getByRole('row').count()).toBe(2);

  await gateway.pass(90_000);
  await presence.getByText('Offline').waitFor();
  await row(page, 'Offline: fell silent').waitFor({ state: 'attached' });

  await beat('serial-1');
  await presence.getByText('Online').waitFor();
  expect(await violations(page)).toEqual([]);
  expect(faults).toEqual([]);
  await close();
});

test('an administrator sees whose it is, and revokes its session: it goes offline for that reason', async () => {
  const { path, session } = await beat('serial-2');
  const { page, close } = await visitAs(browser, host, 'root', path);
  expect(await page.getByRole('link', { name: 'max' }).getAttribute('href')).toBe(
    `/people/${session.user.id}`,
  );
  await page.getByRole('button', { name: 'Revoke' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await page.getByText('No session of this device is open.').waitFor();
  await gateway.pass(1000);
  await row(page, 'Offline: session revoked').waitFor({ state: 'attached' });
  await close();
});

test('the time shown is kept in the address', async () => {
  const { path } = await beat('serial-3');
  const { page, close } = await visitAs(browser, host, 'max', path);
  await page.getByText('30 days').click();
  await page.reload();
  expect(await page.getByRole('radio', { name: '30 days' }).isChecked()).toBe(true);
  await close();
});

test('nobody is shown a device of somebody else', async () => {
  const { path } = await beat('serial-4');
  for (const [username, where] of [
    ['nia', path],
    ['root', '/devices/999999'],
  ] as const) {
    const { page, close } = await visitAs(browser, host, username, where);
    await page.getByText('There is no such device, or it is not yours.').waitFor();
    await close();
  }
});
