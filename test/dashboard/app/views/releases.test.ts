import { readFile } from 'node:fs/promises';
import { afterAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { openDashboard, violations, visitAs } from '../../../support/browser/dashboard.js';
import { eventually } from '../../../support/eventually.js';
import { TestGroup } from '../../../support/fleet.js';
import { startTcpProxy, untilReconnected } from '../../../support/infrastructure/tcp-proxy.js';
import { inventory, publishRelease, sha256 } from '../../../support/releases.js';

const dashboard = await openDashboard();
const { browser, gateway, host } = dashboard;
afterAll(() => dashboard.close());

const publish = (version: string, channel: string) =>
  publishRelease(gateway, version, { channel, name: `${channel}.bin` });

const choose = (page: Page, name: string, content: Buffer) =>
  page
    .locator('input[type=file]')
    .setInputFiles({ name, mimeType: 'application/octet-stream', buffer: content });
const entry = (page: Page, version: string) => page.getByRole('article', { name: version, exact: true });
const submit = async (page: Page, version: string, channel: string) => {
  await page.getByLabel('Version').fill(version);
  await page.locator('form').getByLabel('Channel').first().fill(channel);
  await page.getByRole('button', { name: 'Publish', exact: true }).click();
};

test('uploads a chosen package, verifies its digest, and downloads the same bytes', async () => {
  const content = Buffer.from('the package, byte by byte \0\xff', 'latin1');
  const { page, faults, close } = await visitAs(browser, host, 'pia', '/releases');
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Choose a file' }).press('Enter'),
  ]);
  await chooser.setFiles({ name: 'agent.bin', mimeType: 'application/octet-stream', buffer: content });
  await page.getByTitle(sha256(content)).waitFor();
  await page.getByLabel('Release notes').fill('Fixes the clock.');
  expect(await violations(page)).toEqual([]);
  await submit(page, '1.0.0', 'chosen');
  await page.getByText('SHA-256 verified: the upload matches your file.').waitFor();

  await entry(page, '1.0.0').getByText('Fixes the clock.').waitFor();
  await entry(page, '1.0.0').getByText('Latest').waitFor();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    entry(page, '1.0.0').getByRole('link', { name: 'Download' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('agent-1.0.0.bin');
  expect(await readFile(await download.path())).toEqual(content);
  expect(await violations(page)).toEqual([]);
  expect(faults).toEqual([]);
  await close();
});

test('accepts a dropped package, and shows a version conflict at its field', async () => {
  await publish('7', 'dropped');
  const { page, close } = await visitAs(browser, host, 'pia', '/releases?channel=dropped');
  const data = await page.evaluateHandle(`(() => {
    const data = new DataTransfer();
    data.items.add(new File(['dropped'], 'drop.bin'));
    return data;
  })()`);
  await page.getByText('Drop a package here').dispatchEvent('drop', { dataTransfer: data });
  await page.getByText('drop.bin').waitFor();
  await submit(page, '7', 'dropped');
  const version = page.getByLabel('Version');
  await page.getByText('This version already exists in the channel.').waitFor();
  expect(await version.getAttribute('aria-invalid')).toBe('true');
  await version.fill('1.0.0');
  await page.getByRole('button', { name: 'Publish', exact: true }).click();
  await page.getByText('Enter a whole number or a semantic version').waitFor();
  await version.fill('8');
  await page.getByRole('button', { name: 'Publish', exact: true }).click();
  await entry(page, '8').waitFor();
  await close();
});

test('cancels an upload without a trace, and can send it again', async () => {
  const before = await inventory(gateway);
  const { page, close } = await visitAs(browser, host, 'pia', '/releases');
  // Slow enough to cancel halfway.
  const network = await page.context().newCDPSession(page);
  const line = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 64 * 1024 };
  await network.send('Network.emulateNetworkConditions', line);
  await choose(page, 'slow.bin', Buffer.alloc(2_000_000));
  await submit(page, '1', 'cancelled');
  await page.getByText(/[KM]iB\/s/).waitFor();
  await page.getByText(/left$/).waitFor();
  await page.getByRole('button', { name: 'Cancel upload' }).click();
  await page.getByRole('button', { name: 'Publish', exact: true }).waitFor();
  await page.getByRole('button', { name: 'Publish', exact: true }).click();
  await page.getByRole('link', { name: 'Account' }).click();
  await page.getByRole('dialog').waitFor();
  await network.send('Network.emulateNetworkConditions', { ...line, uploadThroughput: -1 });
  // The question closes by itself when the upload ends.
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.getByText('Published 1 in cancelled').waitFor();
  await eventually(async () => (await inventory(gateway)).uploads.length === 0);
  expect(await inventory(gateway)).toMatchObject({ releases: before.releases + 1 });
  await close();
});

test('asks before leaving the page during an upload', async () => {
  const { page, close } = await visitAs(browser, host, 'pia', '/releases');
  const network = await page.context().newCDPSession(page);
  const line = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 64 * 1024 };
  await network.send('Network.emulateNetworkConditions', line);
  await choose(page, 'left.bin', Buffer.alloc(4_000_000));
  await submit(page, '1', 'left');
  await page.getByRole('button', { name: 'Cancel upload' }).waitFor();
  await page.getByRole('link', { name: 'Account' }).click();
  await page.getByRole('dialog').getByText('Stay').click();
  await page.getByRole('button', { name: 'Cancel upload' }).waitFor();
  await page.getByRole('link', { name: 'Account' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Leave' }).click();
  await page.getByRole('heading', { name: 'Account' }).waitFor();
  await close();
});

test('withdraws a release with a reason, and updates every open page', async () => {
  await publish('1', 'withdrawn');
  await publish('2', 'withdrawn');
  const member = await visitAs(browser, host, 'max', '/releases?channel=withdrawn');
  const { page, close } = await visitAs(browser, host, 'pia', '/releases?channel=withdrawn');
  await entry(page, '2').getByRole('button', { name: 'Withdraw' }).click();
  await page.getByLabel('Reason').fill('It forgets its settings.');
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Withdraw permanently' }).click();
  for (const seen of [member.page, page]) {
    await entry(seen, '2').getByText('It forgets its settings.').waitFor();
    await entry(seen, '1').getByText('Latest').waitFor();
    expect(await entry(seen, '2').getByRole('link', { name: 'Download' }).count()).toBe(0);
  }
  await member.close();
  await close();
});

test('offers members neither upload nor withdrawal, and shows them new releases at once', async () => {
  await publish('1', 'members');
  const { page, close } = await visitAs(browser, host, 'max', '/releases?channel=members');
  await entry(page, '1').waitFor();
  await publish('2', 'members');
  await entry(page, '2').getByText('Latest').waitFor();
  expect(await page.locator('input[type=file]').count()).toBe(0);
  expect(await page.getByRole('button', { name: 'Withdraw' }).count()).toBe(0);
  expect(await page.getByRole('heading', { name: 'Devices by version' }).count()).toBe(0);
  await close();
});

test('shows how many devices run each release of the channel, the one just published included', async () => {
  await publish('2023.10.20', 'fleet');
  await publish('5', 'other');
  const versions = ['2023.10.20', 'v2023.10.20', '2023.9.1', 'unknown', '5', undefined];
  const group = await TestGroup.of(
    gateway,
    'max',
    versions.map((clientVersion, at) => ({
      clientId: `adopter-${at}`,
      ...(clientVersion === undefined ? {} : { clientVersion }),
    })),
  );
  await group.beat();
  const { page, close } = await visitAs(browser, host, 'pia', '/releases?channel=fleet');
  const bars = page.getByRole('listitem').filter({ hasText: '%' });
  await bars.first().waitFor();
  expect(await bars.allTextContents()).toEqual([
    '2023.10.20Latest2 · 33.3%',
    'Other versions1 · 16.7%2023.9.1',
    'Versions that cannot be compared: these devices are offered no release2 · 33.3%5, unknown',
    'No version reported1 · 16.7%',
  ]);
  expect(await violations(page)).toEqual([]);
  await publish('2024.1.1', 'fleet');
  await bars.first().getByText('2024.1.1').waitFor();
  expect((await bars.allTextContents()).slice(0, 2)).toEqual(['2024.1.1Latest0 · 0%', '2023.10.202 · 33.3%']);
  await page.getByRole('tab', { name: 'other' }).click();
  await bars.first().getByText('5', { exact: true }).waitFor();
  expect((await bars.allTextContents())[0]).toBe('5Latest1 · 16.7%');
  await close();
});

test('shows releases published during a disconnect once the connection is back', async () => {
  const proxy = await startTcpProxy(host);
  await publish('1', 'missed');
  const { page, close } = await visitAs(browser, proxy.host, 'max', '/releases?channel=missed');
  await entry(page, '1').waitFor();
  proxy.disconnect();
  await page.getByRole('status').filter({ hasText: 'Connection lost. Reconnecting…' }).waitFor();
  await publish('2', 'missed');
  proxy.reconnect();
  await entry(page, '2').getByText('Latest').waitFor(untilReconnected);
  await close();
  await proxy.close();
});

test('loads more releases of a long list', async () => {
  for (let version = 1; version <= 45; version++) await publish(String(version), 'long');
  const { page, close } = await visitAs(browser, host, 'max', '/releases?channel=long');
  await entry(page, '26').waitFor();
  for (const version of ['6', '1']) {
    await page.getByRole('button', { name: 'Show more' }).click();
    await entry(page, version).waitFor();
  }
  expect(await page.getByRole('article').count()).toBe(45);
  await close();
});
