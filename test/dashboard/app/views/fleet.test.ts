import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { nodeId } from '../../../../src/database/node-id.js';
import { HealthComponent } from '../../../../src/health/health.js';
import { bmsSessionPolicy } from '../../../../src/legacy/bms/session-policy.js';
import { accountsOf } from '../../../support/accounts.js';
import { openDashboard, signIn, violations, visit, visitAs } from '../../../support/browser/dashboard.js';
import { TestGroup } from '../../../support/fleet.js';
import { startGateway } from '../../../support/gateway.js';
import { startTcpProxy, untilReconnected } from '../../../support/infrastructure/tcp-proxy.js';

let gates: TestGroup;
let kiosks: TestGroup;

const devices = (kind: string, count: number, clientVersion: string) =>
  Array.from({ length: count }, (_, at) => ({
    clientId: `${kind.toLowerCase()}-${at + 1}`,
    name: `${kind} ${at + 1}`,
    clientVersion,
  }));

const dashboard = await openDashboard();
const { browser, gateway, host } = dashboard;
afterAll(() => dashboard.close());
beforeAll(async () => {
  gates = await TestGroup.of(gateway, 'max', devices('Gate', 130, '2.4.1'));
  kiosks = await TestGroup.of(gateway, 'pia', devices('Kiosk', 12, '2.3.7'), bmsSessionPolicy);
  await gates.beat();
  await kiosks.beat();
  await gateway.services.heartbeats.announce();
});

/** Shows the heartbeats that the page has received itself. */
const showLive = (page: Page) => page.locator('label', { hasText: '5 min' }).click();
/** Shown once the page is connected and can resume after a disconnect. */
const live = (page: Page) => page.getByText('Live', { exact: true });
const figure = (name: string) => `dl > *:has(dt:text-is("${name}")) >> dd >> nth=0`;

test('explains how devices appear when there are none', async () => {
  const { page, faults, close } = await visitAs(browser, host, 'nia');
  await page.getByText('No devices yet.').waitFor();
  await page.getByText(/^No heartbeats since [\d:]{8}/).waitFor();
  expect(await violations(page)).toEqual([]);
  expect(faults).toEqual([]);
  await close();
});

test('shows devices come online and go offline, live', async () => {
  const { page, faults, close } = await visitAs(browser, host, 'root');
  await page.locator(figure('Online')).getByText('142').waitFor();
  await page.getByText('142 devices').waitFor();
  await live(page).waitFor();
  expect(await violations(page)).toEqual([]);
  await kiosks.goOffline();
  await gateway.services.heartbeats.announce();
  await page.locator(figure('Online')).getByText('130').waitFor();
  await page.locator(figure('Offline')).getByText('12').waitFor();
  await page.getByText('12 went offline since').waitFor({ state: 'attached' });
  await page.locator('label', { hasText: /^Offline$/ }).click();
  await page.getByText('12 devices').waitFor();
  await kiosks.beat();
  await gateway.services.heartbeats.announce();
  await page.getByText('No matching devices.').waitFor();
  await showLive(page);
  await page.getByRole('figure', { name: /^Heartbeats per second of all devices over/ }).waitFor();
  expect(faults).toEqual([]);
  await close();
});

test('shows the history of the fleet, whose range outlives a reload, by pointer and by keys', async () => {
  const now = gateway.clock.now - (gateway.clock.now % 60_000);
  await gateway.services.fleetSampler.sample();
  await gateway.services.db.em.fork().execute(
    `insert into fleet_minutes (at, process_id, heartbeats, online_min, online_max, online_sum, samples, devices)
     values (?, gen_random_uuid(), 1200, 90, 110, 600, 6, 142)`,
    [new Date(now - 10 * 60_000).toISOString()],
  );
  const { page, faults, close } = await visitAs(browser, host, 'root');
  const section = page.getByRole('region', { name: 'Activity' });
  const online = section.getByRole('slider', { name: 'Devices online' });
  const heartbeats = section.getByRole('slider', { name: 'Heartbeats per second' });
  await online.focus();
  await page.keyboard.press('PageUp');
  await page.keyboard.press('PageDown');
  await page.keyboard.press('ArrowLeft');
  await section.getByText(/^\d\d:\d\d · 100 online \(90 to 110\)$/).waitFor();
  expect(await online.getAttribute('aria-valuetext')).toMatch('100 online (90 to 110)');
  await section.getByText(/^\d\d:\d\d · 20 per second$/).waitFor();
  await page.keyboard.press('End');
  await section.getByText(/ · 142 online$/).waitFor();
  await heartbeats.hover({ position: { x: 100, y: 50 } });
  await section
    .getByText(/^\d\d:\d\d · No data$/)
    .first()
    .waitFor();
  await section.locator('label', { hasText: 'Month' }).click();
  await page.reload();
  expect(await section.getByRole('radio', { name: 'Month' }).isChecked()).toBe(true);
  await section.locator('label', { hasText: 'Hour' }).click();
  await section.getByRole('cell', { name: '20', exact: true }).waitFor({ state: 'attached' });
  expect(await violations(page)).toEqual([]);
  expect(faults).toEqual([]);
  await close();
  const member = await visitAs(browser, host, 'max');
  await member.page.getByText('130 devices').waitFor();
  expect(await member.page.getByRole('slider').count()).toBe(0);
  await member.close();
});

test('shows administrators which component of the gateway does not work', async () => {
  const { health } = gateway.services;
  health.degrade(HealthComponent.STORAGE, 'The storage of packages does not answer.');
  const { page, faults, close } = await visitAs(browser, host, 'root');
  await page.getByText(/^The storage of packages has not worked since [\d:]{8}$/).waitFor();
  expect(await violations(page)).toEqual([]);
  expect(faults).toEqual([]);
  await close();
  const member = await visitAs(browser, host, 'max');
  await member.page.getByText('130 devices').waitFor();
  expect(await member.page.getByText('has not worked').count()).toBe(0);
  await member.close();
  health.recover(HealthComponent.STORAGE);
});

const twoFrames = 'new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))';
/** The distance in pixels between the sticky table head and the focused row. */
const focusDistance = `(() => {
  const row = document.activeElement.closest('li');
  const head = row.parentElement.previousSibling;
  return row.getBoundingClientRect().top - head.getBoundingClientRect().bottom;
})()`;

test('renders only the rows in view, sorted by name', async () => {
  const { page, close } = await visitAs(browser, host, 'root');
  await page.getByText('142 devices').waitFor();
  const rows = page.getByRole('list', { name: 'Devices' }).getByRole('listitem');
  await page.getByRole('link', { name: 'Gate 2', exact: true }).waitFor();
  expect((await rows.getByRole('link').allTextContents()).slice(0, 3)).toEqual([
    'Gate 1',
    'Gate 2',
    'Gate 3',
  ]);
  expect(await rows.count()).toBeLessThan(50);
  await page.keyboard.press('End');
  await page.getByRole('link', { name: 'Kiosk 12' }).waitFor();
  expect(await rows.count()).toBeLessThan(50);
  await page.getByRole('link', { name: 'Kiosk 12' }).focus();
  for (let row = 0; row < 16; row++) {
    await page.keyboard.press('Shift+Tab');
    // By then, the rows that scrolled into view are rendered.
    await page.evaluate(twoFrames);
    expect(await page.evaluate(focusDistance)).toBeGreaterThanOrEqual(0);
  }
  await page.getByRole('link', { name: 'Kiosk 12' }).click();
  await page.getByRole('heading', { name: 'Kiosk 12' }).waitFor();
  await close();
});

test('shows the chosen columns, by keys too, remembers them, and forgets what it cannot read', async () => {
  const { page, faults, close } = await visitAs(browser, host, 'root', '/?q=kiosk-12');
  const kiosk = page.getByRole('listitem').filter({ hasText: 'kiosk-12' });
  await kiosk.getByText('pia').waitFor();
  const menu = page.getByRole('button', { name: 'Columns' });
  await menu.focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Columns' });
  await dialog.getByRole('checkbox', { name: 'Owner' }).focus();
  await page.keyboard.press('Space');
  await dialog.getByRole('checkbox', { name: 'Channel' }).check();
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await kiosk.getByText('stable').waitFor();
  expect(await kiosk.getByText('pia').count()).toBe(0);
  await page.reload();
  await kiosk.getByText('stable').waitFor();
  expect(await kiosk.getByText('pia').count()).toBe(0);
  await page.setViewportSize({ width: 390, height: 844 });
  await menu.scrollIntoViewIfNeeded();
  await kiosk.getByText('stable').waitFor();
  for (const stored of ['["size", "version"', '{"owner": true}']) {
    await page.evaluate((text) => localStorage.setItem('gatehouse-device-columns', text), stored);
    await page.reload();
    await kiosk.getByText('pia').waitFor();
  }
  expect(faults).toEqual([]);
  await close();
});

test('finds devices by their owner, and sorts them as the address says', async () => {
  const { page, close } = await visitAs(browser, host, 'root');
  await page.getByText('142 devices').waitFor();
  await page.getByRole('searchbox', { name: 'Search by name, tag, ID or owner' }).fill('PIA');
  await page.getByText('12 devices').waitFor();
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await page.getByText('142 devices').waitFor();
  const first = page.getByRole('list', { name: 'Devices' }).getByRole('listitem').first();
  expect(await first.getByRole('link').textContent()).toBe('Gate 1');
  await page.getByRole('combobox', { name: 'Sort by' }).click();
  await page.getByRole('option', { name: 'Version' }).click();
  await first.getByRole('link', { name: 'Kiosk 1', exact: true }).waitFor();
  expect(new URL(page.url()).search).toBe('?sort=version');
  await gates.beat(devices('Gate', 1, '2.3.0'));
  await gateway.services.heartbeats.announce();
  await first.getByRole('link', { name: 'Gate 1', exact: true }).waitFor();
  await gates.beat(devices('Gate', 1, '2.4.1'));
  await page.getByRole('combobox', { name: 'Any owner' }).fill('pi');
  await page.getByRole('option', { name: 'pia' }).click();
  await page.getByText('12 devices').waitFor();
  await page.getByRole('button', { name: 'Show all owners' }).click();
  await page.getByText('142 devices').waitFor();
  await page.goto(`http://${host}/?sort=owner&q=kiosk`);
  await first.getByRole('link', { name: 'Kiosk 1', exact: true }).waitFor();
  await close();
});

test('keeps the filter in the address, and filters by an address', async () => {
  const { page, close } = await visitAs(browser, host, 'root');
  await page.getByRole('searchbox', { name: 'Search by name, tag, ID or owner' }).fill('kiosk 1');
  await page.getByText('4 devices').waitFor();
  expect(new URL(page.url()).search).toBe('?q=kiosk+1');
  await page.goto(`http://${host}/?api=bms&version=2.3.7&state=online`);
  await page.getByText('12 devices').waitFor();
  await page.locator(figure('Devices')).getByText('12').waitFor();
  await page.goto(`http://${host}/?q=nothing`);
  await page.getByText('No matching devices.').waitFor();
  await page.getByRole('button', { name: 'Clear filters' }).first().click();
  await page.getByText('142 devices').waitFor();
  expect(new URL(page.url()).search).toBe('');
  const [pia] = await accountsOf(gateway, 'pia');
  // Bookmarks of version 0.1.0 have the bare number.
  for (const owner of [nodeId('user', pia?.id ?? 0), pia?.id]) {
    await page.goto(`http://${host}/?owner=${owner}`);
    await page.getByText('Owner: pia').waitFor();
    await page.getByText('12 devices').waitFor();
  }
  await close();
});

test('keeps the heartbeat chart during a search and a visit of another view', async () => {
  const { page, close } = await visitAs(browser, host, 'root');
  await showLive(page);
  const quiet = page.getByText(/^No heartbeats since/);
  await quiet.waitFor();
  await gates.beat();
  await gateway.services.heartbeats.announce();
  await quiet.waitFor({ state: 'detached' });
  const search = page.getByRole('searchbox', { name: 'Search by name, tag, ID or owner' });
  await search.fill('nothing');
  await page.getByText('No matching devices.').waitFor();
  expect(await quiet.isVisible()).toBe(false);
  await page.getByRole('link', { name: 'Releases' }).click();
  await page.getByRole('heading', { name: 'Releases' }).waitFor();
  await page.getByRole('link', { name: 'Fleet' }).click();
  await page.getByRole('figure', { name: /^Heartbeats per second of all devices over/ }).waitFor();
  expect(await quiet.isVisible()).toBe(false);
  await close();
});

test('warns of a disconnect, and reports missed changes after the reconnect', async () => {
  const proxy = await startTcpProxy(host);
  const { page, close } = await visitAs(browser, proxy.host, 'root');
  await showLive(page);
  await page.locator(figure('Online')).getByText('142').waitFor();
  await live(page).waitFor();
  proxy.disconnect();
  await page.getByRole('status').filter({ hasText: 'Connection lost. Reconnecting…' }).waitFor();
  expect(await live(page).isVisible()).toBe(false);
  // While disconnected, heartbeats are unknown.
  await page.getByText('No heartbeats since').waitFor({ state: 'detached' });
  await kiosks.goOffline();
  await gateway.services.heartbeats.announce();
  proxy.reconnect();
  await page.getByText('12 missed changes were applied.').waitFor(untilReconnected);
  await page.locator(figure('Online')).getByText('130').waitFor();
  await page.getByText('Connection lost. Reconnecting…').waitFor({ state: 'hidden' });
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await page.getByText('missed changes were applied').waitFor({ state: 'hidden' });
  await kiosks.beat();
  await gateway.services.heartbeats.announce();
  await page.locator(figure('Online')).getByText('142').waitFor();
  await close();
  await proxy.close();
});

test('reloads all devices after a disconnect before the first snapshot', async () => {
  const proxy = await startTcpProxy(host);
  const { page, close } = await visit(browser, proxy.host);
  // Drops the snapshot.
  await page.routeWebSocket('**/graphql', (near) => {
    const far = near.connectToServer();
    far.onMessage((message) => {
      if (!String(message).includes('SNAPSHOT')) near.send(message);
    });
  });
  await signIn(page, 'root');
  await page.getByText('142 devices').waitFor();
  proxy.disconnect();
  await page.getByRole('status').filter({ hasText: 'Connection lost. Reconnecting…' }).waitFor();
  await kiosks.goOffline();
  await gateway.services.heartbeats.announce();
  proxy.reconnect();
  await page.getByText('all devices were reloaded').waitFor(untilReconnected);
  await page.locator(figure('Online')).getByText('130').waitFor();
  await page.getByText('142 devices').waitFor();
  await kiosks.beat();
  await gateway.services.heartbeats.announce();
  await close();
  await proxy.close();
});

test('reloads all devices after a restart of the gateway, which cannot replay changes', async () => {
  const proxy = await startTcpProxy(host);
  const { page, close } = await visitAs(browser, proxy.host, 'root');
  await page.locator(figure('Online')).getByText('142').waitFor();
  await live(page).waitFor();
  proxy.disconnect();
  await gateway.services.heartbeats.saveLastSeen();
  const successor = await startGateway({ GRAPHQL_DOCUMENTS: 'trusted' }, gateway);
  proxy.reconnect(await successor.listen());
  await page.getByText('all devices were reloaded').waitFor(untilReconnected);
  await page.locator(figure('Online')).getByText('142').waitFor();
  await page.getByText('142 devices').waitFor();
  await close();
  await proxy.close();
  await successor.close();
});

test('shows the new version of a device that was updated while online', async () => {
  const { page, close } = await visitAs(browser, host, 'root', '/?q=kiosk-12');
  const kiosk = page.getByRole('listitem').filter({ hasText: 'kiosk-12' });
  await kiosk.getByText('2.3.7').waitFor();
  await live(page).waitFor();
  await kiosks.beat(devices('Kiosk', 12, '2.4.0').slice(-1));
  await gateway.services.heartbeats.announce();
  await kiosk.getByText('2.4.0').waitFor();
  await close();
});

test('warns that presence may be inaccurate when half the fleet times out at once', async () => {
  for (let minute = 0; minute < 2; minute++) {
    await kiosks.beat();
    await gateway.pass(60_000);
  }
  const { page, close } = await visitAs(browser, host, 'root');
  await page.getByText('Presence may be inaccurate').waitFor();
  expect(await violations(page)).toEqual([]);
  await close();
});

test('switches language and colour scheme in place, and remembers both', async () => {
  const { page, close } = await visitAs(browser, host, 'root');
  await page.getByRole('button', { name: 'Language' }).click();
  await page.getByRole('menuitem', { name: '中文' }).click();
  await page.getByRole('heading', { name: '设备总览' }).waitFor();
  await page.getByRole('button', { name: '外观' }).click();
  await page.getByRole('menuitem', { name: '深色' }).click();
  await page.reload();
  await page.getByRole('heading', { name: '设备总览' }).waitFor();
  await page.getByText('142 台设备').waitFor();
  expect(await page.locator('html').getAttribute('lang')).toBe('zh');
  expect(await page.locator('html').getAttribute('data-mantine-color-scheme')).toBe('dark');
  expect(await violations(page)).toEqual([]);
  await close();
});
