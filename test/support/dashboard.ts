import axe from 'axe-core';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { persisted } from '../../src/dashboard/app/api/persisted-document.js';
import { LoginDocument } from '../../src/dashboard/app/generated/graphql.js';
import { launchBrowser } from './browser.js';
import { createCallers } from './callers.js';
import { startGateway, type TestGateway } from './gateway.js';
import { PASSWORD } from './password.js';

/** A gateway that has the callers of `callers.ts`, and a browser to look at its dashboard. */
export interface Dashboard {
  readonly gateway: TestGateway;
  /** `host:port` of the gateway. */
  readonly host: string;
  readonly browser: Browser;
  close(): Promise<void>;
}

/** @param env settings on top of those under which only our own documents are executed. */
export async function openDashboard(env: Record<string, string> = {}): Promise<Dashboard> {
  const gateway = await startGateway({ GRAPHQL_DOCUMENTS: 'trusted', ...env });
  await createCallers(gateway);
  const [host, browser] = await Promise.all([gateway.listen(), launchBrowser()]);
  const close = async () => {
    await browser.close();
    await gateway.close();
  };
  return { gateway, host, browser, close };
}

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
  return goTo(await newProfile(browser, options), host, path);
}

async function newProfile(browser: Browser, options: BrowserContextOptions): Promise<BrowserContext> {
  // What fades in is read by tests as it is in the end: at half its colour, its contrast is too low.
  const context = await browser.newContext({ locale: 'en-US', reducedMotion: 'reduce', ...options });
  // Before the test's own time is up, so that a wait in vain says for what.
  context.setDefaultTimeout(15_000);
  return context;
}

async function goTo(context: BrowserContext, host: string, path: string): Promise<Visit> {
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

/** Opens the dashboard as one of the callers of `callers.ts`, whose browser has signed in before. */
export async function visitAs(
  browser: Browser,
  host: string,
  username: string,
  path = '/',
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const context = await newProfile(browser, options);
  const answer = await context.request.post(`http://${host}/graphql`, {
    // As its own page sends it: then the session is in a cookie.
    headers: { origin: `http://${host}` },
    data: {
      variables: { input: { username, password: PASSWORD } },
      extensions: persisted(LoginDocument),
    },
  });
  const { errors } = await answer.json();
  if (errors) throw new Error(`${username} cannot sign in: ${JSON.stringify(errors)}`);
  const visited = await goTo(context, host, path);
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
  const { violations: found } = await page.evaluate<axe.AxeResults>(
    'axe.run({ resultTypes: ["violations"] })',
  );
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`);
}
