import { afterAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { nodeId } from '../../../../src/database/node-id.js';
import { Device } from '../../../../src/devices/device.entity.js';
import { OfflineReason, PresenceEvent } from '../../../../src/devices/presence-event.entity.js';
import { graphqlSessionPolicy } from '../../../../src/graphql/session-policy.js';
import { openDashboard, violations, visitAs } from '../../../support/browser/dashboard.js';
import { callerOf, openSession } from '../../../support/callers.js';

const NAME = 'Kiosk at gate 4';

const dashboard = await openDashboard();
const { browser, gateway, host } = dashboard;
afterAll(() => dashboard.close());

/** Sends a heartbeat of the member's device, with a session of its own. */
async function sendHeartbeat(clientId: string, name = NAME) {
  const { services } = gateway;
  const { session, accessToken } = await openSession(gateway, 'max', graphqlSessionPolicy);
  const caller = await callerOf(gateway, accessToken);
  await services.heartbeats.beat(caller, { clientId, name, clientVersion: '1.3.0' });
  await services.heartbeats.announce();
  const { id } = await services.db.em.fork().findOneOrFail(Device, { clientId });
  return { id, path: `/devices/${nodeId('device', id)}`, session, caller };
}

const timeline = (page: Page) => page.getByRole('table', { name: 'Timeline' });
const row = (page: Page, state: string) => timeline(page).getByRole('row').filter({ hasText: state });

test('shows at once that a device goes offline, with the reason, and comes online again', async () => {
  const { path } = await sendHeartbeat('serial-1');
  const { page, faults, close } = await visitAs(browser, host, 'max', path);
  await page.getByRole('heading', { name: NAME }).waitFor();
  const presence = page.getByRole('main').getByRole('status');
  await presence.getByText('Online').waitFor();
  await timeline(page).getByRole('row').nth(1).waitFor();
  expect(await timeline(page).getByRole('row').count()).toBe(2);

  await gateway.pass(90_000);
  await presence.getByText('Offline').waitFor();
  await row(page, 'Offline: heartbeat timeout').waitFor({ state: 'attached' });

  await sendHeartbeat('serial-1');
  await presence.getByText('Online').waitFor();
  expect(await violations(page)).toEqual([]);
  expect(faults).toEqual([]);
  await close();
});

test('shows where heartbeats come from, how regularly, and which versions the device reported', async () => {
  const { services, clock } = gateway;
  const { id, path, caller } = await sendHeartbeat('serial-20');
  for (let beat = 0; beat < 3; beat++) {
    clock.advance(20_000);
    await services.heartbeats.beat(caller, { clientId: 'serial-20', name: NAME, clientVersion: '1.3.0' });
    await services.heartbeats.saveLastSeen();
  }
  const em = services.db.em.fork();
  await em.execute('update devices set client_version = ? where id = ?', ['1.4.0', id]);
  const { page, faults, close } = await visitAs(browser, host, 'max', path);
  const detail = (name: string, value: string) =>
    page.locator(`dl > *:has(dt:text-is("${name}")) >> dd`).getByText(value, { exact: true }).waitFor();
  await detail('Address at login', '127.0.0.1');
  await detail('Expected interval', '30 sec');
  await detail('Observed interval', '20 sec');
  await detail('Jitter', '± 0 sec');
  const versions = page.getByRole('region', { name: 'Versions' });
  expect(await versions.getByRole('cell').allTextContents()).toEqual([
    '1.4.0',
    expect.any(String),
    '1.3.0',
    expect.any(String),
  ]);
  await page.locator('label', { hasText: '1 hour' }).click();
  await row(page, 'Online').waitFor();
  expect(new URL(page.url()).search).toBe('?range=hour');
  expect(await violations(page)).toEqual([]);
  expect(faults).toEqual([]);
  await close();
});

test('links an administrator to the owner, and shows a device offline once its session is revoked', async () => {
  const { path, session } = await sendHeartbeat('serial-2');
  const { page, close } = await visitAs(browser, host, 'root', path);
  expect(await page.getByRole('link', { name: 'max' }).getAttribute('href')).toBe(
    `/people/${nodeId('user', session.user.id)}`,
  );
  await page.getByRole('button', { name: 'Revoke' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await page.getByText('No active sessions.').waitFor();
  await gateway.pass(1000);
  await row(page, 'Offline: session revoked').waitFor({ state: 'attached' });
  await close();
});

test('lets an administrator edit a device, and names the fields that are wrong', async () => {
  const { path } = await sendHeartbeat('serial-9', 'android tv');
  const { page, faults, close } = await visitAs(browser, host, 'root', path);
  await page.getByRole('button', { name: 'Edit' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('Lobby');
  await dialog.getByLabel('Tags').fill('Site:Berlin,');
  await dialog.getByLabel('Notes').fill('Behind the café.');
  await dialog.getByLabel('Heartbeat interval').fill('4');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByText('Enter 5 to 43,200 seconds, or nothing.').waitFor();
  expect(await violations(page)).toEqual([]);
  await dialog.getByLabel('Heartbeat interval').fill('120');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: 'Lobby' }).waitFor();
  const notes = page.getByRole('region', { name: 'Notes' });
  await notes.getByText('Every 2 minutes').waitFor();
  await notes.getByText('Behind the café.').waitFor();
  await page.getByRole('link', { name: 'View in audit log' }).click();
  await page.getByText('About: Lobby').waitFor();
  await page.goBack();
  await notes.getByRole('link', { name: 'site:berlin' }).click();
  await page.getByRole('link', { name: 'Lobby' }).waitFor();
  await page.getByRole('link', { name: 'Audit log' }).click();
  await page.getByText('root edited Lobby').waitFor();
  expect(faults).toEqual([]);
  await close();
});

test('lets an administrator retire and delete a device', async () => {
  const { path } = await sendHeartbeat('serial-10', 'Old kiosk');
  const { page, faults, close } = await visitAs(browser, host, 'root', path);
  const confirm = async (action: string) => {
    await page.getByRole('button', { name: action }).click();
    await page.getByRole('dialog').getByRole('button', { name: action }).click();
  };
  await confirm('Retire');
  await page.getByText('Retired', { exact: true }).waitFor();
  await page.getByRole('main').getByRole('status').getByText('Offline').waitFor();
  expect(await violations(page)).toEqual([]);
  await page.goto(`http://${host}/?retired=1`);
  await page.getByRole('link', { name: 'Old kiosk' }).click();
  await confirm('Delete');
  await page.getByText('Old kiosk deleted.').waitFor();
  await page.waitForURL(`http://${host}/`);
  expect(faults).toEqual([]);
  await close();
});

test('shows correct relative times in a browser whose clock is an hour ahead', async () => {
  const { path } = await sendHeartbeat('serial-5');
  const { page, close } = await visitAs(browser, host, 'max', path);
  await page.clock.install({ time: Date.now() + 3_600_000 });
  await page.reload();
  await page.getByText('Online since').waitFor();
  expect(
    await page
      .getByRole('main')
      .getByText(/\d (hr|min)/)
      .allTextContents(),
  ).toEqual([]);
  await close();
});

test("shows the device id of a device without a name, on its own page and on its owner's", async () => {
  const { path, session } = await sendHeartbeat('serial-6', '');
  const { page, close } = await visitAs(browser, host, 'root', path);
  await page.getByRole('heading', { name: 'serial-6' }).waitFor();
  await page.goto(`http://${host}/people/${nodeId('user', session.user.id)}`);
  await page.getByRole('region', { name: 'Devices' }).getByRole('link', { name: 'serial-6' }).waitFor();
  await close();
});

test('keeps the time range in the address', async () => {
  const { path } = await sendHeartbeat('serial-3');
  const { page, close } = await visitAs(browser, host, 'max', path);
  await page.getByText('30 days').click();
  await page.waitForURL('**?range=month');
  await page.reload();
  expect(await page.getByRole('radio', { name: '30 days' }).isChecked()).toBe(true);
  await close();
});

test('shows no device of another user and none that does not exist', async () => {
  const { path } = await sendHeartbeat('serial-4');
  for (const [username, where] of [
    ['nia', path],
    ['root', '/devices/device_999999'],
    ['root', '/devices/none'],
  ] as const) {
    const { page, close } = await visitAs(browser, host, username, where);
    await page.getByText('This device does not exist, or you do not have access to it.').waitFor();
    await close();
  }
});

test('follows a bookmark with the bare number of a device', async () => {
  const { id } = await sendHeartbeat('serial-7', 'Kiosk at gate 7');
  const { page, close } = await visitAs(browser, host, 'max', `/devices/${id}`);
  await page.getByRole('heading', { name: 'Kiosk at gate 7' }).waitFor();
  await close();
});

test('shows the latest changes of a device with many, and earlier ones on request', async () => {
  const { id, path } = await sendHeartbeat('serial-8');
  const em = gateway.services.db.em.fork();
  const first = gateway.clock.now - 3 * 86_400_000;
  for (let minute = 0; minute < 130; minute++) {
    const online = minute % 2 === 0;
    em.create(PresenceEvent, {
      device: em.getReference(Device, id),
      online,
      reason: online ? null : OfflineReason.TIMEOUT,
      at: new Date(first + minute * 60_000),
    });
  }
  await em.flush();
  const { page, close } = await visitAs(browser, host, 'max', `${path}?range=week`);
  await page.getByText('Only the latest 100 changes are loaded.').waitFor();
  await page.getByRole('button', { name: 'Load earlier changes' }).click();
  await page.getByText('Only the latest 100 changes are loaded.').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Show all 131' }).click();
  expect(await timeline(page).getByRole('row').count()).toBe(132);
  await close();
});
