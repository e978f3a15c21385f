import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../support/browser.js';
import { violations, visit } from '../support/dashboard.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { PASSWORD } from '../support/password.js';

let browser: Browser;
let gateway: TestGateway;
let host: string;
let link: string;

beforeAll(async () => {
  gateway = await startGateway({ GRAPHQL_DOCUMENTS: 'trusted' });
  [host, browser] = await Promise.all([gateway.listen(), launchBrowser()]);
  link = gateway.services.setupLink.url('');
});
afterAll(async () => {
  await browser.close();
  await gateway.close();
});

/** Fills in the form behind a link, and sends it. */
async function setUp(path: string, password = PASSWORD, username = 'root') {
  const visited = await visit(browser, host, path);
  const { page } = visited;
  await page.getByLabel('Username').fill(username);
  await page.getByRole('textbox', { name: 'Password' }).fill(password);
  await page.getByRole('button', { name: 'Create and sign in' }).click();
  return visited;
}

test('a link that no start printed makes nobody an administrator', async () => {
  const { page, close } = await setUp('/setup?token=forged');
  await page.getByText('This set-up link is not valid.').waitFor();
  await close();
});

test('without the token the page says where the link is', async () => {
  const { page, close } = await visit(browser, host, '/setup');
  await page.getByText('Open the set-up link').waitFor();
  await close();
});

test('what is refused is said at its field, until that is changed', async () => {
  const { page, close } = await setUp(link, PASSWORD, '  ');
  const invisible = page.getByText('A username has 1 to 64 visible characters.', { exact: true });
  await invisible.waitFor();
  await page.getByLabel('Username').fill('root');
  await invisible.waitFor({ state: 'detached' });
  await page.getByRole('textbox', { name: 'Password' }).fill('password1');
  // The eye beside the field is reached by the keyboard too.
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  expect(await page.getByRole('textbox', { name: 'Password' }).getAttribute('type')).toBe('text');
  await page.getByRole('button', { name: 'Create and sign in' }).click();
  await page.getByText('none of those that are guessed first').waitFor();
  await close();
});

test('the link makes the first administrator, who is signed in; and works once', async () => {
  const { page, faults, close } = await visit(browser, host, link, { colorScheme: 'dark', locale: 'zh-CN' });
  await page.getByRole('heading', { name: '初始化 Gatehouse' }).waitFor();
  expect(await violations(page)).toEqual([]);
  await page.getByLabel('用户名').fill('root');
  await page.getByRole('textbox', { name: '密码' }).fill(PASSWORD);
  await page.getByRole('button', { name: '创建并登录' }).click();
  await page.getByRole('link', { name: '人员' }).waitFor();
  expect(page.url()).toBe(`http://${host}/`);
  expect(faults).toEqual([]);
  await close();

  const second = await setUp(link);
  await second.page.getByText('There is an administrator already.').waitFor();
  await second.page.getByRole('link', { name: 'Sign in' }).click();
  await second.page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await second.close();
});
