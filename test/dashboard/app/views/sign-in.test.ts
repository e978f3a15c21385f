import { afterAll, expect, test } from '@jest/globals';
import { KnownClient } from '../../../../src/sessions/known-client.entity.js';
import { accountsOf } from '../../../support/accounts.js';
import {
  blockStorage,
  openDashboard,
  signIn,
  violations,
  visit,
  visitAs,
} from '../../../support/browser/dashboard.js';

const dashboard = await openDashboard({ CAPTCHA_FIXED_CODE: 'a1b2', TRUST_PROXY: 'loopback' });
const { browser, gateway, host } = dashboard;
afterAll(() => dashboard.close());

test('asks for a sign-in, then opens the requested page', async () => {
  const { page, faults, close } = await visit(browser, host, '/releases');
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  expect(await violations(page)).toEqual([]);
  await signIn(page, 'max');
  await page.getByRole('heading', { name: 'Releases' }).waitFor();
  expect(new URL(page.url()).pathname).toBe('/releases');
  expect(faults).toEqual([]);
  await close();
});

test('signs in with a browser that blocks local storage', async () => {
  const { page, faults, close } = await visit(browser, host, '/health/live');
  await blockStorage(page);
  await page.goto(`http://${host}/sign-in`);
  await signIn(page, 'max');
  await page.getByRole('heading', { name: 'Fleet' }).waitFor();
  expect(faults).toEqual([]);
  await close();
});

test('does not redirect to another origin after the sign-in', async () => {
  for (const next of ['//evil.example', '/\\evil.example', 'https://evil.example']) {
    const { page, close } = await visit(browser, host, `/sign-in?next=${encodeURIComponent(next)}`);
    await signIn(page, 'max');
    await page.getByRole('heading', { name: 'Fleet' }).waitFor();
    expect(page.url()).toBe(`http://${host}/`);
    await close();
  }
});

test('offers only the views that the user may see', async () => {
  const member = await visitAs(browser, host, 'max');
  expect(await member.page.getByRole('navigation').getByRole('link').allTextContents()).toEqual([
    'Fleet',
    'Releases',
    'Account',
  ]);
  await member.close();
  const administrator = await visitAs(browser, host, 'root');
  expect(await administrator.page.getByRole('navigation').getByRole('link').allTextContents()).toEqual([
    'Fleet',
    'Releases',
    'People',
    'Sessions',
    'Audit log',
    'Health',
    'Account',
  ]);
  await administrator.close();
});

test('keeps the session over a reload and in a second tab, without a refresh token that scripts can read', async () => {
  const { page, close } = await visitAs(browser, host, 'nia');
  expect(await page.evaluate('document.cookie')).toBe('');
  expect(await page.evaluate('JSON.stringify([localStorage, sessionStorage])')).not.toMatch(/eyJ|refresh/);
  await page.reload();
  await page.getByRole('heading', { name: 'Fleet' }).waitFor();
  const second = await page.context().newPage();
  await second.goto(`http://${host}/account`);
  await second.getByRole('heading', { name: 'Account' }).waitFor();
  // The second tab refreshed the tokens and broadcast them to the first.
  await page.getByRole('link', { name: 'Releases' }).click();
  await page.getByRole('heading', { name: 'Releases' }).waitFor();
  await close();
});

test('signs out in all tabs at once', async () => {
  const { page, close } = await visitAs(browser, host, 'nia');
  const second = await page.context().newPage();
  await second.goto(`http://${host}/`);
  await second.getByRole('button', { name: 'nia' }).click();
  await second.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await close();
});

test('says at once that the session was revoked', async () => {
  const { page, close } = await visitAs(browser, host, 'pia');
  await page.getByRole('heading', { level: 1 }).waitFor();
  const { services } = gateway;
  const [pia] = await accountsOf(gateway, 'pia');
  await services.sessions.endings.revokeAll(pia?.id ?? 0);
  await page.getByRole('alert').filter({ hasText: 'Your session has ended' }).waitFor();
  await close();
});

test('shows a captcha after too many failures, and lets the owner sign in with it', async () => {
  // A browser that the account has signed in from is not asked.
  await gateway.services.db.em.fork().nativeDelete(KnownClient, {});
  const { page, close } = await visit(browser, host);
  await page.getByLabel('Username or phone').fill('max');
  for (let attempt = 0; attempt < 10; attempt++) {
    await page.getByRole('textbox', { name: 'Password' }).fill(`wrong ${attempt}`);
    await Promise.all([
      page.waitForResponse('**/graphql'),
      page.getByRole('button', { name: 'Sign in' }).click(),
    ]);
    await page.getByText('Incorrect account or password.').waitFor();
  }
  await signIn(page, 'max');
  await page.getByRole('img', { name: 'Captcha image with four characters' }).waitFor();
  await page.getByLabel('Characters in the image').fill('zzzz');
  const submit = page.getByRole('button', { name: 'Sign in' });
  const release = Promise.withResolvers<void>();
  const requested = Promise.withResolvers<void>();
  await page.route('**/graphql', async (route) => {
    if (route.request().postData()?.includes('IMAGE')) {
      requested.resolve();
      await release.promise;
    }
    await route.continue();
  });
  await submit.click();
  await requested.promise;
  // The image is about to be replaced, so it cannot be answered.
  expect(await submit.isDisabled()).toBe(true);
  release.resolve();
  await page.getByText('Incorrect code.').waitFor();
  await page.getByLabel('Characters in the image').fill('a1b2');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Fleet' }).waitFor();
  await close();
});

test('signs in with an SMS code', async () => {
  const { page, close } = await visit(browser, host);
  await page.getByRole('tab', { name: 'SMS code' }).click();
  await page.getByLabel('Phone number').fill('13800000001');
  await page.getByRole('button', { name: 'Send code' }).click();
  await page.getByRole('button', { name: /Resend in \d+ s/ }).waitFor();
  await page.getByLabel('Six-digit code').fill(await gateway.lastSms('13800000001'));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Fleet' }).waitFor();
  await close();
});

test('sends an SMS code to an address with many failed attempts only for a solved captcha', async () => {
  const from = { 'x-forwarded-for': '203.0.113.7' };
  for (let attempt = 0; attempt < 50; attempt++) {
    const credentials = { phone: `nobody ${attempt}`, password: 'wrong', device: 'x', version: '1' };
    await gateway.post('/sys/login-phone', credentials, from);
  }
  await gateway.createUser({ username: 'phil', phone: '13800000002' });
  const { page, close } = await visit(browser, host, '/', { extraHTTPHeaders: from });
  await page.getByRole('tab', { name: 'SMS code' }).click();
  await page.getByLabel('Phone number').fill('13800000002');
  await page.getByRole('button', { name: 'Send code' }).click();
  const answer = page.getByLabel('Characters in the image');
  await answer.fill('zzzz');
  await page.getByRole('button', { name: 'Send code' }).click();
  await page.getByText('Incorrect code.').waitFor();
  await answer.fill('a1b2');
  await page.getByRole('button', { name: 'Send code' }).click();
  await page.getByText('Code sent to').waitFor();
  await answer.waitFor({ state: 'detached' });
  await page.getByLabel('Six-digit code').fill(await gateway.lastSms('13800000002'));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Fleet' }).waitFor();
  await close();
});
