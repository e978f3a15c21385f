import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../../../support/browser/browser.js';
import { violations, visit } from '../../../support/browser/dashboard.js';
import { startGateway, type TestGateway } from '../../../support/gateway.js';
import { PASSWORD } from '../../../support/password.js';

let browser: Browser;
let gateway: TestGateway;
let host: string;
let link: string;

beforeAll(async () => {
  gateway = await startGateway({ GRAPHQL_DOCUMENTS: 'trusted' });
  [host, browser] = await Promise.all([gateway.listen(), launchBrowser()]);
  link = await gateway.services.setupLink.url('');
});
afterAll(async () => {
  await browser.close();
  await gateway.close();
});

/** Opens a set-up link and submits its form. */
async function setUp(path: string, password = PASSWORD, username = 'root') {
  const visited = await visit(browser, host, path);
  const { page } = visited;
  await page.getByLabel('Username').fill(username);
  await page.getByRole('textbox', { name: 'Password' }).fill(password);
  await page.getByRole('button', { name: 'Create account' }).click();
  return visited;
}

test('rejects a forged link', async () => {
  const { page, close } = await setUp('/setup?token=forged');
  await page.getByText('This set-up link is invalid.').waitFor();
  await close();
});

test('says where to find the link when the token is missing', async () => {
  const { page, close } = await visit(browser, host, '/setup');
  await page.getByText('Open the set-up link').waitFor();
  await close();
});

test('shows an error at its field until the field is edited', async () => {
  const { page, close } = await setUp(link, PASSWORD, '  ');
  const usernameError = page.getByText('Enter 1 to 64 visible characters.', { exact: true });
  await usernameError.waitFor();
  await page.getByLabel('Username').fill('root');
  await usernameError.waitFor({ state: 'detached' });
  await page.getByRole('textbox', { name: 'Password' }).fill('password1');
  // The visibility button works by keyboard.
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  expect(await page.getByRole('textbox', { name: 'Password' }).getAttribute('type')).toBe('text');
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByText('Enter 8 to 100 characters. Common passwords are not allowed.').waitFor();
  await close();
});

test('creates the first administrator, signs in, and works only once', async () => {
  const { page, faults, close } = await visit(browser, host, link, { colorScheme: 'dark', locale: 'zh-CN' });
  await page.getByRole('heading', { name: '初始化 Gatehouse' }).waitFor();
  expect(await violations(page)).toEqual([]);
  await page.getByLabel('用户名').fill('root');
  await page.getByRole('textbox', { name: '密码' }).fill(PASSWORD);
  await page.getByRole('button', { name: '创建账号' }).click();
  await page.getByRole('link', { name: '人员' }).waitFor();
  expect(page.url()).toBe(`http://${host}/`);
  expect(faults).toEqual([]);
  await close();

  const second = await setUp(link);
  await second.page.getByText('An administrator already exists.').waitFor();
  await second.page.getByRole('link', { name: 'Sign in' }).click();
  await second.page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await second.close();
});
