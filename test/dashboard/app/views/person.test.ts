import { afterAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { graphqlSessionPolicy } from '../../../../src/graphql/session-policy.js';
import { teacherSessionPolicy } from '../../../../src/legacy/teacher/session-policy.js';
import { Role } from '../../../../src/users/role.entity.js';
import {
  confirm,
  createPerson,
  openDashboard,
  signedOut,
  signIn,
  visitAs,
} from '../../../support/browser/dashboard.js';
import { openSession } from '../../../support/callers.js';
import { TestGroup } from '../../../support/fleet.js';

const dashboard = await openDashboard();
const { browser, gateway, host } = dashboard;
afterAll(() => dashboard.close());

const views = (page: Page) => page.getByRole('navigation', { name: 'Main navigation' }).getByRole('link');

test('applies role changes to an open page at once', async () => {
  const { id } = await createPerson(gateway, 'rolf');
  const rolf = await visitAs(browser, host, 'rolf');
  // Role changes reach connected pages only.
  await rolf.page.getByText('Live', { exact: true }).waitFor();
  expect(await views(rolf.page).allTextContents()).toEqual(['Fleet', 'Releases', 'Account']);
  const { page, close } = await visitAs(browser, host, 'root', `/people/${id}`);
  const administrator = page.getByRole('checkbox', { name: 'Administrator' });
  await administrator.check();
  await page.getByRole('button', { name: 'Save roles' }).click();
  await views(rolf.page).getByText('People').waitFor();
  await administrator.uncheck();
  await page.getByRole('button', { name: 'Save roles' }).click();
  await views(rolf.page).getByText('People').waitFor({ state: 'detached' });
  await rolf.close();
  await close();
});

test('disables the roles form until the saved person is loaded', async () => {
  const { id } = await createPerson(gateway, 'tilda');
  const { page, close } = await visitAs(browser, host, 'root', `/people/${id}`);
  const publisher = page.getByRole('checkbox', { name: 'Publisher' });
  await publisher.waitFor();
  const release = Promise.withResolvers<void>();
  await page.route('**/graphql', async (route) => {
    if (!route.request().postData()?.includes('"roles"')) await release.promise;
    await route.continue();
  });
  await page.getByRole('checkbox', { name: 'Administrator' }).check();
  await page.getByRole('button', { name: 'Save roles' }).click();
  await page.getByText('Roles saved.').waitFor();
  expect(await publisher.isDisabled()).toBe(true);
  release.resolve();
  await publisher.check();
  await page.getByRole('button', { name: 'Save roles' }).click();
  await page.getByText(/root set the roles of tilda to .*Publisher/).waitFor();
  await close();
});

test('describes a role that is not built in by its permissions', async () => {
  const em = gateway.services.db.em.fork();
  em.create(Role, { id: 900, code: 'AUDITOR', name: 'Auditor', permissions: ['audit:read', 'devices:read'] });
  em.create(Role, { id: 901, code: 'GUEST', name: 'Guest', permissions: [] });
  await em.flush();
  const { id } = await createPerson(gateway, 'rita');
  const { page, close } = await visitAs(browser, host, 'root', `/people/${id}`);
  await page.getByText('can also read the audit log and see all devices').waitFor();
  await page.getByText('Has the permissions of a member', { exact: true }).waitFor();
  await close();
});

test('signs a disabled person out, and lets them sign in once enabled', async () => {
  const { id } = await createPerson(gateway, 'dora');
  const dora = await visitAs(browser, host, 'dora');
  const { page, close } = await visitAs(browser, host, 'root', `/people/${id}`);
  await page.getByRole('button', { name: 'Disable' }).click();
  await confirm(page, 'Disable');
  await page.getByText('Disabled', { exact: true }).waitFor();
  await signedOut(dora.page);
  await signIn(dora.page, 'dora');
  await dora.page.getByText('Incorrect account or password.').waitFor();
  await page.getByRole('button', { name: 'Enable' }).click();
  await page.getByText('Active', { exact: true }).waitFor();
  await signIn(dora.page, 'dora');
  await dora.page.getByRole('heading', { name: 'Fleet' }).waitFor();
  await dora.close();
  await close();
});

test('deletes a person once their name is typed in, and anonymises the audit log', async () => {
  const { id } = await createPerson(gateway, 'dan', 'Dan Doomed');
  const { page, close } = await visitAs(browser, host, 'root', `/people/${id}`);
  await page.getByRole('button', { name: 'Delete' }).click();
  const confirmButton = page.getByRole('button', { name: 'Delete permanently' });
  expect(await confirmButton.isDisabled()).toBe(true);
  await page.getByLabel('Type Dan Doomed to confirm').fill('Dan Doomed');
  await confirmButton.click();
  await page.getByRole('heading', { name: 'People' }).waitFor();
  await page.getByRole('link', { name: 'Audit log' }).click();
  await page.getByText('root deleted a person').waitFor();
  expect(await page.getByRole('main').filter({ hasText: 'Dan Doomed' }).count()).toBe(0);
  await page.goto(`http://${host}/people/${id}`);
  await page.getByText('This person does not exist.').waitFor();
  await close();
});

test('follows a bookmark with the bare number of a person, and reports an address that names none', async () => {
  const { key } = await createPerson(gateway, 'bo', 'Bo Bookmarked');
  const { page, close } = await visitAs(browser, host, 'root', `/people/${key}`);
  await page.getByRole('heading', { name: 'Bo Bookmarked' }).waitFor();
  await page.goto(`http://${host}/audit?user=${key}`);
  await page.getByText('Person: Bo Bookmarked').waitFor();
  await page.goto(`http://${host}/people/none`);
  await page.getByText('This person does not exist.').waitFor();
  await close();
});

test('shows the first sessions of a person, and more on request', async () => {
  const { id } = await createPerson(gateway, 'busy');
  for (let each = 0; each < 25; each++) await openSession(gateway, 'busy', graphqlSessionPolicy);
  const { page, close } = await visitAs(browser, host, 'root', `/people/${id}`);
  const sessions = page.getByRole('region', { name: 'Sessions' });
  const revoke = sessions.getByRole('button', { name: 'Revoke' });
  await revoke.first().waitFor();
  expect(await revoke.count()).toBe(20);
  await sessions.getByRole('button', { name: 'Show more' }).click();
  await revoke.nth(24).waitFor();
  await revoke.first().click();
  await confirm(page, 'Revoke');
  await revoke.nth(24).waitFor({ state: 'detached' });
  expect(await revoke.count()).toBe(24);
  await close();
});

test('shows the devices of a person that were seen last, and how many there are', async () => {
  const { id } = await createPerson(gateway, 'dee');
  const devices = Array.from({ length: 12 }, (_, at) => ({ clientId: `d-${at}`, name: `Desk ${at}` }));
  const group = await TestGroup.of(gateway, 'dee', devices);
  await group.beat();
  const { page, close } = await visitAs(browser, host, 'root', `/people/${id}`);
  const region = page.getByRole('region', { name: 'Devices' });
  await region.getByText('10 of 12 devices, most recently seen first').waitFor();
  expect(await region.getByRole('listitem').count()).toBe(10);
  await close();
});

test('offers administrators no changes to their own account', async () => {
  const { page, close } = await visitAs(browser, host, 'root', '/people?q=root');
  await page.getByRole('link', { name: 'root' }).click();
  await page.getByText('This is your own account.').waitFor();
  await page.getByRole('region', { name: 'Sessions' }).getByText('Current session').waitFor();
  const offered = await page.getByRole('main').getByRole('button').allTextContents();
  expect(offered.filter((text) => text !== 'Revoke')).toEqual([]);
  await close();
});

test('edits the names of a person, and shows an error at its field', async () => {
  await createPerson(gateway, 'taken');
  const { id, key } = await createPerson(gateway, 'edith');
  const { page, close } = await visitAs(browser, host, 'root', `/people/${id}`);
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Username').fill('TAKEN');
  await dialog.getByLabel('Name', { exact: true }).fill('Edith');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByText('Another account already uses this.').waitFor();
  await dialog.getByLabel('Username').fill('edda');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: 'Edith', exact: true }).waitFor();
  await page.getByText('root edited Edith').waitFor();
  await page.getByText('Name, Username · 127.0.0.1').waitFor();
  expect(await gateway.services.users.get(key)).toMatchObject({ username: 'edda', name: 'Edith' });
  await close();
});

test('ends all sessions of a person', async () => {
  const { id } = await createPerson(gateway, 'endo');
  const endo = await visitAs(browser, host, 'endo');
  await openSession(gateway, 'endo', graphqlSessionPolicy);
  const { page, close } = await visitAs(browser, host, 'root', `/people/${id}`);
  await page.getByRole('button', { name: 'End all' }).click();
  await confirm(page, 'End all');
  await signedOut(endo.page);
  await page.getByText('No active sessions.').waitFor();
  await page.getByText('root revoked all sessions of endo').waitFor();
  await page.getByText('2 sessions · 127.0.0.1').waitFor();
  await endo.close();
  await close();
});

test('finds sessions of everyone by client and API', async () => {
  const client = { address: '203.0.113.9', deviceId: 'till-7', version: '1.2', model: 'Till 7' };
  await createPerson(gateway, 'tilo');
  await openSession(gateway, 'tilo', teacherSessionPolicy, client);
  const { page, close } = await visitAs(browser, host, 'root', '/sessions');
  await page.getByRole('searchbox').fill('till');
  await page.getByRole('listitem').filter({ hasText: 'Till 7' }).waitFor();
  await page.getByRole('main').getByRole('link', { name: 'root' }).first().waitFor({ state: 'detached' });
  await page.getByRole('combobox', { name: 'API', exact: true }).click();
  await page.getByRole('option', { name: 'BMS' }).click();
  await page.getByText('No sessions.').waitFor();
  expect(new URL(page.url()).search).toBe('?q=till&api=bms');
  await page.goto(`http://${host}/sessions?q=till&api=teacher`);
  await page.getByRole('link', { name: 'tilo' }).click();
  await page.getByRole('heading', { name: 'tilo' }).waitFor();
  await close();
});
