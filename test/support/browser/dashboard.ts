import axe from 'axe-core';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { persisted } from '../../../src/dashboard/app/api/persisted-document.js';
import { nodeId } from '../../../src/database/node-id.js';
import { createCallers } from '../callers.js';
import { startGateway, type TestGateway } from '../gateway.js';
import { LoginDocument } from '../operations.js';
import { PASSWORD } from '../password.js';
import { launchBrowser } from './browser.js';

/** A gateway with the users of `callers.ts`, and a browser. */
export interface Dashboard {
  readonly gateway: TestGateway;
  /** `host:port` of the gateway. */
  readonly host: string;
  readonly browser: Browser;
  close(): Promise<void>;
}

/** @param env settings in addition to trusted documents. */
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

/** An open page and its errors. */
export interface Visit {
  readonly page: Page;
  /** Console errors, uncaught exceptions and violations of the content security policy. */
  readonly faults: readonly string[];
  close(): Promise<void>;
}

/**
 * Opens the dashboard in a new browser profile, signed out.
 * @param host `host:port`, from `gateway.listen`.
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
  // Without animations: axe reports the contrast of elements that are still fading in.
  const context = await browser.newContext({ locale: 'en-US', reducedMotion: 'reduce', ...options });
  // Shorter than Jest's timeout, so that a failed wait names its locator.
  context.setDefaultTimeout(15_000);
  return context;
}

async function goTo(context: BrowserContext, host: string, path: string): Promise<Visit> {
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    // The browser also logs failed requests, whose effect the tests check on the page.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      faults.push(message.text());
    }
  });
  await page.goto(`http://${host}${path}`);
  return { page, faults, close: () => context.close() };
}

/** Makes every use of local storage on this page an exception, as in browsers that block it. */
export const blockStorage = (page: Page) =>
  page.addInitScript(`
    Object.defineProperty(window, 'localStorage', {
      configurable: true,
      get() { throw new DOMException('Access is denied for this document.', 'SecurityError'); },
    });`);

/** Opens the dashboard signed in as one of the users of `callers.ts`. */
export async function visitAs(
  browser: Browser,
  host: string,
  username: string,
  path = '/',
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const context = await newProfile(browser, options);
  const answer = await context.request.post(`http://${host}/graphql`, {
    // The refresh token goes into a cookie only for the dashboard's own origin.
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

/** Signs in by password on the sign-in page, in English. */
export async function signIn(page: Page, username: string, password = PASSWORD): Promise<void> {
  await page.getByLabel('Username or phone').fill(username);
  await page.getByRole('textbox', { name: 'Password' }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** Creates an account with the password of `password.ts`. @returns its key in the database, and its node id. */
export async function createPerson(
  gateway: TestGateway,
  username: string,
  name?: string,
): Promise<{ key: number; id: string }> {
  const { id } = await gateway.createUser({ username, password: PASSWORD, ...(name ? { name } : {}) });
  return { key: id, id: nodeId('user', id) };
}

/** Presses a button of the open dialog. */
export const confirm = (page: Page, name: string): Promise<void> =>
  page.getByRole('dialog').getByRole('button', { name }).click();

/** Resolves once the page says that the gateway has ended its session. */
export const signedOut = (page: Page): Promise<void> =>
  page.getByRole('alert').filter({ hasText: 'Your session has ended' }).waitFor();

/** Serious and critical axe violations, each with its rule and first element. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations: found } = await page.evaluate<axe.AxeResults>(
    'axe.run({ resultTypes: ["violations"] })',
  );
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`);
}
