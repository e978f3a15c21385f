import { readFile } from 'node:fs/promises';
import { afterAll, expect, test } from '@jest/globals';
import { confirm, openDashboard, violations, visitAs } from '../../../support/browser/dashboard.js';

const dashboard = await openDashboard();
const { browser, gateway, host } = dashboard;
afterAll(() => dashboard.close());

const beat = async (token: string) =>
  (await gateway.post('/api/heart/check', {}, { authorization: `Bearer ${token}` })).statusCode;

test('shows which device asks before it claims it, and revokes its credential on its page', async () => {
  const client = { address: '192.0.2.1', deviceId: 'serial-1', version: null, model: 'kiosk' };
  const { code, secret } = await gateway.services.deviceClaims.request(client);
  const { page, faults, close } = await visitAs(browser, host, 'max');
  await page.getByRole('button', { name: 'Add devices' }).click();
  const field = page.getByRole('textbox', { name: 'Code' });
  await field.fill('22222222');
  await page.getByRole('button', { name: 'Find device' }).click();
  await page.getByText('This code is unknown, used or expired.').waitFor();
  await field.fill(code.toLowerCase());
  await page.getByRole('button', { name: 'Find device' }).click();
  await page.getByText('192.0.2.1').waitFor();
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Not my device' }).click();
  await page.getByRole('button', { name: 'Find device' }).click();
  await page.getByRole('button', { name: 'Claim' }).click();
  await page.getByText('kiosk is yours.').waitFor();
  expect(await violations(page)).toEqual([]);
  const token = await gateway.services.deviceClaims.collect(secret, client.address);
  expect(await beat(token ?? '')).toBe(201);
  await gateway.services.heartbeats.announce();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('link', { name: 'kiosk' }).click();
  await page.getByText('Device credential').waitFor();
  await page.getByRole('button', { name: 'Revoke serial-1' }).click();
  await confirm(page, 'Revoke');
  await page.getByText('No active sessions.').waitFor();
  expect(await beat(token ?? '')).toBe(401);
  expect(faults).toEqual([]);
  await close();
});

test('issues credentials of several devices, to be downloaded once', async () => {
  const { page, close } = await visitAs(browser, host, 'nia');
  await page.getByRole('button', { name: 'Add devices' }).click();
  await page.getByRole('tab', { name: 'By ID' }).click();
  await page.getByLabel('Device IDs').fill('serial-2\n\n=cmd()\n');
  await page.getByRole('button', { name: 'Issue credentials' }).click();
  await page.getByText('2 credentials were issued.').waitFor();
  const download = page.waitForEvent('download');
  await page.getByRole('dialog').getByRole('button', { name: 'CSV' }).click();
  const csv = await readFile(await (await download).path(), 'utf8');
  expect(csv).toMatch(/^deviceId,token\r\n"serial-2","ghd_\w{36}"\r\n"'=cmd\(\)","ghd_\w{36}"\r\n$/);
  expect(await beat(/ghd_\w{36}/.exec(csv)?.[0] ?? '')).toBe(201);
  await close();
});
