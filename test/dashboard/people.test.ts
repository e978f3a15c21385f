import { afterAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { UserStatus } from '../../src/users/user.entity.js';
import { openDashboard, signIn, violations, visit, visitAs } from '../support/dashboard.js';
import { PASSWORD } from '../support/password.js';

const dashboard = await openDashboard();
const { browser, gateway, host } = dashboard;
afterAll(() => dashboard.close());

/** Creates a person for one test. @returns the id. */
async function createPerson(username: string, name?: string): Promise<number> {
  const user = await gateway.createUser({ username, password: PASSWORD, ...(name ? { name } : {}) });
  return user.id;
}

const views = (page: Page) => page.getByRole('navigation', { name: 'Main navigation' }).getByRole('link');
const confirm = (page: Page, name: string) => page.getByRole('dialog').getByRole('button', { name }).click();
const signedOut = (page: Page) =>
  page.getByRole('alert').filter({ hasText: 'Your session has ended' }).waitFor();

test('creates a person, who can sign in and is signed out when the session is revoked', async () => {
  const { page, faults, close } = await visitAs(browser, host, 'root', '/people');
  await page.getByRole('button', { name: 'Add person' }).click();
  await page.getByLabel('Username').fill('amara');
  await page.getByLabel('Name', { exact: true }).fill('Amara Okafor');
  await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
  await page.getByRole('checkbox', { name: 'Publisher' }).check();
  await page.getByRole('button', { name: 'Create' }).click();
  await page.getByRole('heading', { name: 'Amara Okafor' }).waitFor();

  const amara = await visitAs(browser, host, 'amara');
  await page.reload();
  const sessions = page.getByRole('region', { name: 'Sessions' });
  await sessions.getByRole('button', { name: 'Revoke Chrome (Linux)' }).click();
  await confirm(page, 'Revoke');
  await signedOut(amara.page);
  await sessions.getByText('No active sessions.').waitFor();
  expect(faults).toEqual([]);
  await amara.close();
  await close();
});

test('shows a username conflict at its field', async () => {
  const { page, close } = await visitAs(browser, host, 'root', '/people');
  await page.getByRole('button', { name: 'Add person' }).click();
  await page.getByLabel('Username').fill('MAX');
  await page.getByRole('button', { name: 'Create' }).click();
  await page.getByText('Another account already uses this.').waitFor();
  expect(await page.getByLabel('Username').getAttribute('aria-invalid')).toBe('true');
  await page.getByLabel('Username').fill('');
  await page.getByText('Another account already uses this.').waitFor({ state: 'detached' });
  await close();
});

test('applies role changes to an open page at once', async () => {
  const id = await createPerson('rolf');
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
  const id = await createPerson('tilda');
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

test('signs a disabled person out, and lets them sign in once enabled', async () => {
  const id = await createPerson('dora');
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
  const id = await createPerson('dan', 'Dan Doomed');
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

test('offers administrators no changes to their own account', async () => {
  const { page, close } = await visitAs(browser, host, 'root', '/people?q=root');
  await page.getByRole('link', { name: 'root' }).click();
  await page.getByText('This is your own account.').waitFor();
  await page.getByRole('region', { name: 'Sessions' }).getByText('Current session').waitFor();
  const offered = await page.getByRole('main').getByRole('button').allTextContents();
  expect(offered.filter((text) => text !== 'Revoke')).toEqual([]);
  await close();
});

test('keeps search and page in the address', async () => {
  for (let each = 0; each < 25; each++)
    await gateway.createUser({ username: `crowd ${each}`, name: 'Crowd' });
  const { page, close } = await visitAs(browser, host, 'root', '/people');
  await page.getByRole('searchbox').fill('crowd');
  await page.waitForURL('**/people?q=crowd');
  const rows = page.getByRole('row').filter({ hasText: 'Crowd' });
  await page.getByText('crowd 19', { exact: true }).waitFor();
  expect(await rows.count()).toBe(20);
  await page.getByRole('link', { name: 'Next page' }).click();
  await page.getByText('crowd 24', { exact: true }).waitFor();
  expect(await rows.count()).toBe(5);
  await page.goBack();
  await page.getByText('crowd 19', { exact: true }).waitFor();
  await page.getByRole('searchbox').fill('nobody at all');
  await page.getByText('No results for “nobody at all”.').waitFor();
  await close();
});

test('keeps every letter of a slowly typed search', async () => {
  const { page, close } = await visitAs(browser, host, 'root', '/people');
  const search = page.getByRole('searchbox');
  await search.pressSequentially('abcdefghijkl', { delay: 250 });
  await page.waitForURL('**/people?q=abcdefghijkl');
  expect(await search.inputValue()).toBe('abcdefghijkl');
  await page.getByRole('link', { name: 'People' }).click();
  await page.waitForURL('**/people');
  await search.and(page.locator('[value=""]')).waitFor();
  await close();
});

test('describes audit entries in sentences, and filters them by type and person', async () => {
  const id = await createPerson('tessa', 'Tessa');
  const tessa = await visit(browser, host);
  await signIn(tessa.page, 'tessa', 'wrong');
  await tessa.page.getByText('Incorrect account or password.').waitFor();
  await signIn(tessa.page, 'tessa');
  await tessa.page.getByRole('heading', { name: 'Fleet' }).waitFor();
  const { page, close } = await visitAs(browser, host, 'root', `/people/${id}`);
  await page.getByRole('checkbox', { name: 'Publisher' }).check();
  await page.getByRole('button', { name: 'Save roles' }).click();
  await page.getByText('Roles saved.').waitFor();
  await page.getByRole('link', { name: 'View in audit log' }).click();
  const entries = page.getByRole('main').getByRole('listitem');
  await page.getByText('Person: Tessa').waitFor();
  await page.getByText('root set the roles of Tessa to Member and Publisher').waitFor();
  await page.getByText('Sign-ins', { exact: true }).click();
  await page.getByText('root set the roles').waitFor({ state: 'detached' });
  expect(await entries.allTextContents()).toEqual([
    expect.stringMatching(/^Tessa signed inGraphQL · 127\.0\.0\.1/),
    expect.stringMatching(/^Sign-in as Tessa was refusedWrong password · GraphQL · 127\.0\.0\.1/),
  ]);
  await tessa.close();
  await close();
});

test('marks audit entries of the command line', async () => {
  const id = await createPerson('ona', 'Ona');
  const operator = { userId: null, address: 'command line (ops)' };
  await gateway.services.administration.setStatus(id, UserStatus.DISABLED, operator);
  const { page, close } = await visitAs(browser, host, 'root', `/audit?user=${id}`);
  await page.getByText('disabled').waitFor();
  const [latest] = await page
    .getByRole('main')
    .getByRole('listitem')
    .filter({ hasText: 'disabled' })
    .allTextContents();
  expect(latest).toMatch(/^A command-line operator disabled OnaCommand line \(ops\)/);
  await close();
});

test('tells members that they may not see people and the audit log', async () => {
  for (const path of ['/people', '/people/1', '/audit']) {
    const { page, close } = await visitAs(browser, host, 'max', path);
    await page.getByText('You do not have permission to do this.').waitFor();
    expect(await page.getByRole('button', { name: /Add person|Disable|Delete|Try again/ }).count()).toBe(0);
    expect(await page.getByText('This person does not exist.').count()).toBe(0);
    await close();
  }
});

test('ends the other sessions of a person who changes the password', async () => {
  await createPerson('pat');
  const here = await visitAs(browser, host, 'pat', '/account');
  const there = await visitAs(browser, host, 'pat');
  await here.page.getByLabel('Current password').fill('not this one');
  await here.page.getByLabel('New password').fill('a better battery');
  await here.page.getByRole('button', { name: 'Change password' }).click();
  await here.page.getByText('Incorrect current password.').waitFor();
  await here.page.getByLabel('Current password').fill(PASSWORD);
  await here.page.getByRole('button', { name: 'Change password' }).click();
  await signedOut(there.page);
  await here.page.getByText('Password changed.').waitFor();
  await signIn(there.page, 'pat', 'a better battery');
  await there.page.getByRole('heading', { name: 'Fleet' }).waitFor();
  await there.close();
  await here.close();
});

test('shows a changed nickname everywhere at once', async () => {
  await createPerson('nick');
  const { page, close } = await visitAs(browser, host, 'nick', '/account');
  await page.getByLabel('Nickname').fill('Nick the Great');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('button', { name: 'Nick the Great' }).waitFor();
  await page.reload();
  await page.getByRole('button', { name: 'Nick the Great' }).waitFor();
  expect(await page.getByLabel('Nickname').inputValue()).toBe('Nick the Great');
  await close();
});

test.each([
  ['light', 1280],
  ['dark', 390],
] as const)(
  'has no serious axe violations and no horizontal overflow in %s mode at %i pixels',
  async (colorScheme, width) => {
    const options = { colorScheme, viewport: { width, height: 844 } };
    const { page, faults, close } = await visitAs(browser, host, 'root', '/people', options);
    for (const path of ['/people', '/people/1', '/people/4', '/audit', '/account']) {
      await page.goto(`http://${host}${path}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.getByRole('status', { name: 'Loading' }).first().waitFor({ state: 'detached' });
      expect([path, await violations(page)]).toEqual([path, []]);
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
    }
    expect(faults).toEqual([]);
    await close();
  },
);
