import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { closes } from '../../src/graphql/sockets/close-codes.js';
import { dialects } from '../../src/legacy/index.js';
import { describeApis, failureCodes } from '../../src/reference/apis.js';
import { launchBrowser } from '../support/browser/browser.js';
import { violations, visit } from '../support/browser/dashboard.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

let browser: Browser;
let gateway: TestGateway;
let host: string;
beforeAll(async () => {
  gateway = await startGateway();
  [host, browser] = await Promise.all([gateway.listen(), launchBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await gateway.close();
});

const apis = describeApis(dialects);
const endpoints = apis.flatMap(({ name, endpoints }) => endpoints.map((endpoint) => ({ ...endpoint, name })));

test('the reference shows every endpoint with its parameters, samples and failures, without JavaScript', async () => {
  const { page, faults, close } = await visit(browser, host, '/reference', { javaScriptEnabled: false });
  for (const { name, path, parameters } of endpoints) {
    const article = page.locator(`article[id="${name}${path}"]`);
    expect(await article.locator('h3').textContent()).toContain(path);
    const names = await article.locator('tbody td:first-child code').allTextContents();
    expect(names).toEqual(parameters.map((parameter) => parameter.name));
    expect(await article.locator('pre').first().textContent()).toContain(
      `curl -X POST 'http://${host}${path}`,
    );
  }
  const updatePassword = page.locator('article[id="teacher/api/user/updatePassword"]');
  expect(await updatePassword.textContent()).toContain('{"code":200009,"message":"两次密码不一致"}');
  expect(faults).toEqual([]);
  await close();
});

test('the errors page shows every code in every API, and the reference links to it', async () => {
  const { page, close } = await visit(browser, host, '/reference');
  await page.getByRole('link', { name: 'THROTTLED' }).first().click();
  expect(page.url()).toBe(`http://${host}/reference/errors#THROTTLED`);
  const ids = await page.locator('article').evaluateAll((articles) => articles.map(({ id }) => id));
  expect(ids).toEqual([...failureCodes, 'close-codes']);
  const throttled = page.locator('#THROTTLED');
  expect(await throttled.locator('tbody tr').count()).toBe(1 + dialects.length);
  expect(await throttled.textContent()).toContain('"code": "THROTTLED"');
  expect(await throttled.textContent()).toContain('{"code":200007,"message":"登录错误，请联系系统管理员"}');
  const closeCodes = page.locator('#close-codes tbody tr');
  expect(await closeCodes.count()).toBe(Object.keys(closes).length);
  await close();
});

const paths = ['/reference', '/reference/errors'];

test.each(paths)('axe finds no serious violation on %s, in either theme', async (path) => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page, faults, close } = await visit(browser, host, path, { colorScheme });
    expect(await violations(page)).toEqual([]);
    expect(faults).toEqual([]);
    await close();
  }
});

test.each(paths)('%s fits a phone screen', async (path) => {
  const { page, close } = await visit(browser, host, path, { viewport: { width: 360, height: 740 } });
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
  await close();
});
