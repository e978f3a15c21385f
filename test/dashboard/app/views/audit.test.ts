import { readFile } from 'node:fs/promises';
import { afterAll, expect, test } from '@jest/globals';
import { UserKind, UserStatus } from '../../../../src/users/user.entity.js';
import {
  createPerson,
  openDashboard,
  signIn,
  violations,
  visit,
  visitAs,
} from '../../../support/browser/dashboard.js';

const dashboard = await openDashboard();
const { browser, gateway, host } = dashboard;
afterAll(() => dashboard.close());

test('describes audit entries in sentences, and filters them by type and person', async () => {
  const { id } = await createPerson(gateway, 'tessa', 'Tessa');
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

test('filters entries by who acted and on what, people and service accounts alike', async () => {
  const robot = await gateway.createUser({ username: 'robot', kind: UserKind.SERVICE });
  const { id, key } = await createPerson(gateway, 'vera', 'Vera');
  const actor = { userId: robot.id, address: '192.0.2.1' };
  await gateway.services.administration.setStatus(key, UserStatus.DISABLED, actor);
  await gateway.services.administration.setStatus(key, UserStatus.ACTIVE, { ...actor, userId: null });
  const { page, faults, close } = await visitAs(browser, host, 'root', '/audit');
  const entries = page.getByRole('main').getByRole('listitem');
  await page.getByRole('combobox', { name: 'By anyone' }).fill('rob');
  await page.getByRole('option', { name: 'robot' }).click();
  await page.getByText('By: robot').waitFor();
  await page.getByRole('combobox', { name: 'About anyone' }).fill('ver');
  await page.getByRole('option', { name: 'Vera' }).click();
  await page.getByText('About: Vera').waitFor();
  await page.getByText('robot disabled Vera').waitFor();
  expect(await entries.count()).toBe(1);
  expect(new URL(page.url()).search).toBe(`?actor=user_${robot.id}&target=${id}`);
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Show entries by everyone' }).click();
  await page.getByText('enabled Vera').waitFor();
  expect(faults).toEqual([]);
  await close();
});

test('marks audit entries of the command line', async () => {
  const { key, id } = await createPerson(gateway, 'ona', 'Ona');
  const operator = { userId: null, address: 'command line (ops)' };
  await gateway.services.administration.setStatus(key, UserStatus.DISABLED, operator);
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

test('shows new entries live, counts them while paused, and saves what the filter selects', async () => {
  const { auditTail } = gateway.services;
  const { id, key } = await createPerson(gateway, 'lena', 'Lena');
  const { page, close } = await visitAs(browser, host, 'root', '/audit');
  const operator = { userId: null, address: 'command line (ops)' };
  const setStatus = async (status: UserStatus) => {
    await gateway.services.administration.setStatus(key, status, operator);
    await auditTail.poll();
  };
  await page.getByRole('searchbox').fill('lena');
  await page.waitForURL(/q=lena/);
  await page.getByText('The account of Lena was created').waitFor();
  await page.getByText('Live', { exact: true }).waitFor();
  await setStatus(UserStatus.DISABLED);
  await page.getByText('disabled Lena').waitFor();
  await page.getByRole('button', { name: 'Pause' }).click();
  await setStatus(UserStatus.ACTIVE);
  await page.getByRole('button', { name: 'Show 1 new entry' }).click();
  await page.getByText('enabled Lena').waitFor();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export CSV' }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^audit-[\d-]+\.csv$/);
  const lines = (await readFile(await download.path(), 'utf8')).trimEnd().split('\r\n');
  expect(lines).toHaveLength(4);
  expect(lines.slice(1).every((line) => line.includes(id))).toBe(true);
  await close();
});
