import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { PASSWORD } from './callers.js';

/** A page of the dashboard, and what went wrong in it. */
export interface Visit {
  readonly page: Page;
  /** Errors on the console, faults of scripts, and what the content security policy stopped. */
  readonly faults: readonly string[];
  close(): Promise<void>;
}

/**
 * Opens the dashboard as a new person would, in a browser profile of its own.
 * @param host as `gateway.listen` answers it.
 */
export async function visit(
  browser: Browser,
  host: string,
  path = '/',
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({ locale: 'en-US', ...options });
  // Before the test's own time is up, so that a wait in vain says for what.
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    // Answers that refuse are told by the browser too; a test looks at what the page makes of them.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      faults.push(message.text());
    }
  });
  await page.goto(`http://${host}${path}`);
  return { page, faults, close: () => context.close() };
}

/** Opens the dashboard as one of the callers of `callers.ts`, who signs in. */
export async function visitAs(
  browser: Browser,
  host: string,
  username: string,
  path = '/',
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const visited = await visit(browser, host, path, options);
  await signIn(visited.page, username);
  await visited.page.getByRole('main').and(visited.page.locator('#content')).waitFor();
  return visited;
}

/** By password, on the sign-in page, in English. */
export async function signIn(page: Page, username: string, password = PASSWORD): Promise<void> {
  await page.getByLabel('Username or phone').fill(username);
  await page.getByRole('textbox', { name: 'Password' }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** What axe finds serious or critical: rule and first element of each. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations: found } = await page.evaluate<axe.AxeResults>('axe.run()');
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`);
}
