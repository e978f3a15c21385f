import { afterAll, expect, test } from '@jest/globals';
import { openDashboard, signIn, violations, visit, visitAs } from '../support/dashboard.js';

const dashboard = await openDashboard({ CAPTCHA_FIXED_CODE: 'a1b2', TRUST_PROXY: 'loopback' });
const { browser, gateway, host } = dashboard;
afterAll(() => dashboard.close());

test('who is not signed in is asked to, and comes to where they wanted', async () => {
  const { page, faults, close } = await visit(browser, host, '/releases');
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  expect(await violations(page)).toEqual([]);
  await signIn(page, 'max');
  await page.getByRole('heading', { name: 'Releases' }).waitFor();
  expect(new URL(page.url()).pathname).toBe('/releases');
  expect(faults).toEqual([]);
  await close();
});

test('a link to the sign-in page leads nowhere but here', async () => {
  for (const next of ['//evil.example', '/\\evil.example', 'https://evil.example']) {
    const { page, close } = await visit(browser, host, `/sign-in?next=${encodeURIComponent(next)}`);
    await signIn(page, 'max');
    await page.getByRole('heading', { name: 'Fleet' }).waitFor();
    expect(page.url()).toBe(`http://${host}/`);
    await close();
  }
});

test('what a person may not do is not offered', async () => {
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
    'Audit log',
    'Account',
  ]);
  await administrator.close();
});

test('a session lasts over a reload and in a second tab, and no script can read what renews it', async () => {
  const { page, close } = await visitAs(browser, host, 'nia');
  expect(await page.evaluate('document.cookie')).toBe('');
  expect(await page.evaluate('JSON.stringify([localStorage, sessionStorage])')).not.toMatch(/eyJ|refresh/);
  await page.reload();
  await page.getByRole('heading', { name: 'Fleet' }).waitFor();
  const second = await page.context().newPage();
  await second.goto(`http://${host}/account`);
  await second.getByRole('heading', { name: 'Account' }).waitFor();
  // The second tab renewed the tokens; the first has the new ones.
  await page.getByRole('link', { name: 'Releases' }).click();
  await page.getByRole('heading', { name: 'Releases' }).waitFor();
  await close();
});

test('whoever signs out in one tab has signed out in all', async () => {
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

test('a session that is revoked ends at once, and the page says so', async () => {
  const { page, close } = await visitAs(browser, host, 'pia');
  const { services } = gateway;
  const [pia] = await services.users.list('pia', { first: 1, after: null });
  await services.sessions.revokeAll(pia?.id ?? 0);
  await page.getByRole('alert').filter({ hasText: 'Your session was ended' }).waitFor();
  await close();
});

test('a picture is asked for once there were too many failures, and lets the owner in', async () => {
  const { page, close } = await visit(browser, host);
  await page.getByLabel('Username or phone').fill('max');
  for (let tries = 0; tries < 10; tries++) {
    await page.getByRole('textbox', { name: 'Password' }).fill(`wrong ${tries}`);
    await Promise.all([
      page.waitForResponse('**/graphql'),
      page.getByRole('button', { name: 'Sign in' }).click(),
    ]);
    await page.getByText('The account or the password is wrong.').waitFor();
  }
  await signIn(page, 'max');
  await page.getByRole('img', { name: 'Picture of four characters' }).waitFor();
  await page.getByLabel('Characters in the picture').fill('zzzz');
  const submit = page.getByRole('button', { name: 'Sign in' });
  const picture = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  await page.route('**/graphql', async (route) => {
    if (route.request().postData()?.includes('IMAGE')) {
      asked.resolve();
      await picture.promise;
    }
    await route.continue();
  });
  await submit.click();
  await asked.promise;
  // Nobody answers a picture that is about to go.
  expect(await submit.isDisabled()).toBe(true);
  picture.resolve();
  await page.getByText('The code is wrong.').waitFor();
  await page.getByLabel('Characters in the picture').fill('a1b2');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Fleet' }).waitFor();
  await close();
});

test('a phone and the code that was sent to it let in', async () => {
  const { page, close } = await visit(browser, host);
  await page.getByRole('tab', { name: 'Phone code' }).click();
  await page.getByLabel('Phone number').fill('13800000001');
  await page.getByRole('button', { name: 'Send code' }).click();
  await page.getByRole('button', { name: /Again in \d+ s/ }).waitFor();
  await page.getByLabel('Six-digit code').fill(await gateway.lastSms('13800000001'));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Fleet' }).waitFor();
  await close();
});

test('from an address that guesses, a code is sent for a solved picture', async () => {
  const from = { 'x-forwarded-for': '203.0.113.7' };
  for (let guess = 0; guess < 50; guess += 1) {
    const credentials = { phone: `nobody ${guess}`, password: 'guess', device: 'x', version: '1' };
    await gateway.post('/sys/login-phone', credentials, from);
  }
  await gateway.createUser({ username: 'phil', phone: '13800000002' });
  const { page, close } = await visit(browser, host, '/', { extraHTTPHeaders: from });
  await page.getByRole('tab', { name: 'Phone code' }).click();
  await page.getByLabel('Phone number').fill('13800000002');
  await page.getByRole('button', { name: 'Send code' }).click();
  const answer = page.getByLabel('Characters in the picture');
  await answer.fill('zzzz');
  await page.getByRole('button', { name: 'Send code' }).click();
  await page.getByText('The code is wrong.').waitFor();
  await answer.fill('a1b2');
  await page.getByRole('button', { name: 'Send code' }).click();
  await page.getByText('The code is on its way').waitFor();
  await answer.waitFor({ state: 'detached' });
  await page.getByLabel('Six-digit code').fill(await gateway.lastSms('13800000002'));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Fleet' }).waitFor();
  await close();
});
