import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openDashboard, violations, visitAs } from '../../../support/browser/dashboard.js';
import { TestGroup } from '../../../support/fleet.js';

const dashboard = await openDashboard();
const { browser, gateway, host } = dashboard;
afterAll(() => dashboard.close());
beforeAll(async () => {
  const devices = Array.from({ length: 6 }, (_, at) => ({
    clientId: `gate-${at + 1}`,
    name: `Gate ${at + 1}`,
    clientVersion: at < 4 ? '1.0' : '2.0',
  }));
  const gates = await TestGroup.of(gateway, 'max', devices);
  await gates.beat();
  await gateway.services.heartbeats.announce();
});

const run = () => gateway.services.deviceActionRunner.run();
const tagged = async (tag: string) =>
  (
    await gateway.services.db.em
      .fork()
      .execute<{ name: string }[]>('select name from devices where ? = any(tags) order by id', [tag])
  ).map(({ name }) => name);

test('tags selected devices, and shows the progress after a reload, too', async () => {
  const { page, faults, close } = await visitAs(browser, host, 'root');
  const pick = (name: string) => page.getByRole('checkbox', { name: `Select ${name}`, exact: true });
  await pick('Gate 2').check();
  await pick('Gate 3').check();
  const bar = page.getByRole('region', { name: 'Selected devices' });
  await bar.getByText('2 devices selected').waitFor();
  expect(await violations(page)).toEqual([]);
  const actions = bar.getByRole('button', { name: 'Actions' });
  await actions.click();
  await page.getByRole('menuitem', { name: 'Add a tag' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Cancel' }).last().click();
  await actions.and(page.locator(':focus')).click();
  await page.getByRole('menuitem', { name: 'Add a tag' }).click();
  await dialog.getByText('Adds a tag to 2 devices.').waitFor();
  await dialog.getByLabel('Tag', { exact: true }).fill('two words');
  await dialog.getByRole('button', { name: 'Add a tag' }).click();
  await dialog.getByText(/^Enter one tag/).waitFor();
  await dialog.getByLabel('Tag', { exact: true }).fill('spare');
  await dialog.getByRole('button', { name: 'Add a tag' }).click();
  await bar.waitFor({ state: 'detached' });
  const progress = page.getByRole('progressbar', { name: 'Progress of: Add the tag spare' });
  await progress.waitFor({ state: 'attached' });
  await page.reload();
  await progress.waitFor({ state: 'attached' });
  await run();
  await page.getByText('2 devices changed').waitFor();
  expect(await tagged('spare')).toEqual(['Gate 2', 'Gate 3']);
  await page.getByRole('link', { name: 'Bulk actions' }).click();
  await page.getByText('2 devices changed').waitFor();
  expect(await violations(page)).toEqual([]);
  expect(faults).toEqual([]);
  await close();
});

test('deletes all devices of a filter once their number is typed, and stops and continues it', async () => {
  const { page, faults, close } = await visitAs(browser, host, 'root', '/?version=1.0');
  await page.getByText('4 devices', { exact: true }).waitFor();
  await page.getByRole('checkbox', { name: 'Select all' }).check();
  await page.getByText('4 devices selected').waitFor();
  await page.getByRole('button', { name: 'Actions' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  const dialog = page.getByRole('dialog');
  const confirm = dialog.getByRole('button', { name: 'Delete' });
  await dialog.getByLabel('Type 4 to confirm').fill('3');
  expect(await confirm.isDisabled()).toBe(true);
  await dialog.getByLabel('Type 4 to confirm').fill('4');
  await confirm.click();
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.getByText('4 not visited').waitFor();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('progressbar', { name: 'Progress of: Delete' }).waitFor({ state: 'attached' });
  await run();
  await page.getByText('4 devices changed').waitFor();
  await page.getByText('No matching devices.').waitFor();
  expect(faults).toEqual([]);
  await close();
});

test('issues credentials of selected devices, with their owner', async () => {
  const { page, faults, close } = await visitAs(browser, host, 'root');
  await page.getByRole('checkbox', { name: 'Select Gate 5', exact: true }).check();
  await page.getByRole('checkbox', { name: 'Select Gate 6', exact: true }).check();
  await page.getByRole('button', { name: 'Actions' }).click();
  await page.getByRole('menuitem', { name: 'Issue credentials' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Issues a credential for each of 2 devices.').waitFor();
  expect(await violations(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Issue credentials' }).click();
  await dialog.getByText('2 credentials were issued.').waitFor();
  const download = page.waitForEvent('download');
  await dialog.getByRole('button', { name: 'CSV' }).click();
  const csv = await readFile(await (await download).path(), 'utf8');
  expect(csv).toMatch(
    /^deviceId,token,owner\r\n"gate-5","ghd_\w{36}","max"\r\n"gate-6","ghd_\w{36}","max"\r\n$/,
  );
  expect(faults).toEqual([]);
  await close();
});

test('saves the filter of the page as a group, which shows its devices again, and deletes it', async () => {
  const { page, faults, close } = await visitAs(browser, host, 'root', '/?version=2.0&q=gate');
  await page.getByText('2 devices', { exact: true }).waitFor();
  const menu = page.getByRole('button', { name: 'Groups' });
  await menu.click();
  await page.getByRole('menuitem', { name: 'Save this filter as a group' }).click();
  await page.getByLabel('Name', { exact: true }).waitFor();
  expect(await violations(page)).toEqual([]);
  await page.getByLabel('Name', { exact: true }).fill('New gates');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved the group New gates.').waitFor();
  await menu.and(page.locator(':focus')).waitFor();
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await menu.click();
  await page.getByRole('menuitem', { name: /^New gates/ }).click();
  await page.waitForURL(/version=2\.0/);
  expect(new URL(page.url()).searchParams.get('q')).toBe('gate');
  await menu.click();
  await page.getByRole('menuitem', { name: 'Edit groups' }).click();
  await page.getByRole('button', { name: 'Delete New gates' }).click();
  await page.getByRole('button', { name: 'Delete New gates' }).waitFor({ state: 'detached' });
  expect(faults).toEqual([]);
  await close();
});

test('members select no devices', async () => {
  const { page, close } = await visitAs(browser, host, 'max');
  await page.getByText('2 devices', { exact: true }).waitFor();
  expect(await page.getByRole('checkbox', { name: /^Select/ }).count()).toBe(0);
  await close();
});
