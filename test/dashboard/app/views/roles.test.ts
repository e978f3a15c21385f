import { afterAll, expect, test } from '@jest/globals';
import { confirm, openDashboard, violations, visitAs } from '../../../support/browser/dashboard.js';
import { PASSWORD } from '../../../support/password.js';

const dashboard = await openDashboard();
const { browser, gateway, host } = dashboard;
afterAll(() => dashboard.close());

test('creates, changes and deletes a role', async () => {
  const { page, faults, close } = await visitAs(browser, host, 'root', '/people');
  await page.getByRole('link', { name: 'Roles' }).click();
  await page.getByRole('heading', { name: 'Roles' }).waitFor();
  await page.getByText('Built in').nth(3).waitFor();
  await page.getByRole('navigation').locator('[aria-current=page]', { hasText: 'People' }).waitFor();
  await page.getByRole('button', { name: 'Edit Publisher' }).click();
  await page.getByRole('dialog').locator(':focus').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Add role' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('Help desk');
  await dialog.getByLabel('Code').fill('admin');
  await dialog.getByRole('checkbox', { name: 'See people' }).check();
  expect(await violations(page)).toEqual([]);
  await confirm(page, 'Save role');
  await dialog.getByText('Another role has this code.').waitFor();
  await dialog.getByLabel('Code').fill('helpdesk');
  await confirm(page, 'Save role');
  await page.getByText('Has the permissions of a member, and can also see people').waitFor();
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Edit Help desk' }).click();
  await dialog.getByRole('checkbox', { name: 'Read the audit log' }).check();
  await confirm(page, 'Save role');
  await page.getByText('can also see people and read the audit log').waitFor();
  await dialog.waitFor({ state: 'detached' });
  const { id } = await gateway.createUser({ username: 'hella', roles: ['HELPDESK'] });
  const remove = page.getByRole('button', { name: 'Delete Help desk' });
  await remove.click();
  await confirm(page, 'Delete');
  await page.getByText('Take the role from everyone who has it first.').waitFor();
  await dialog.waitFor({ state: 'detached' });
  await gateway.services.administration.setRoles(id, ['MEMBER'], { userId: null, address: null });
  await remove.click();
  await confirm(page, 'Delete');
  await remove.waitFor({ state: 'detached' });
  await page.goto(`http://${host}/audit?kind=role`);
  await page.getByText('root deleted the role HELPDESK').waitFor();
  await page.getByText('see people, read the audit log').waitFor();
  expect(faults).toEqual([]);
  await close();
});

test('a viewer sees people, roles and sessions, and can change none of them', async () => {
  await gateway.createUser({ username: 'vic', password: PASSWORD, roles: ['VIEWER'] });
  const { page, close } = await visitAs(browser, host, 'vic', '/people');
  await page.getByRole('link', { name: 'root' }).click();
  await page.getByRole('heading', { name: 'root' }).waitFor();
  await page.getByRole('heading', { name: 'Recent activity' }).waitFor();
  for (const path of ['/sessions', '/roles']) {
    await page.goto(`http://${host}${path}`);
    await page.getByRole('main').getByRole('listitem').first().waitFor();
  }
  const changes = page.getByRole('main').getByRole('button');
  expect(await changes.count()).toBe(0);
  await close();
});
