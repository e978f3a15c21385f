import { afterAll, expect, test } from '@jest/globals';
import { graphqlSessionPolicy } from '../../../../src/graphql/session-policy.js';
import {
  createPerson,
  openDashboard,
  violations,
  visit,
  visitAs,
} from '../../../support/browser/dashboard.js';
import { openSession } from '../../../support/callers.js';
import { eventually } from '../../../support/eventually.js';

const NEW_PASSWORD = 'battery staple';
const dashboard = await openDashboard();
const { browser, gateway, host } = dashboard;
afterAll(() => dashboard.close());

/** The code of a message that is perhaps sent after the answer. */
async function sentCode(phone: string): Promise<string> {
  let code = '';
  await eventually(async () => {
    code = await gateway.lastSms(phone).catch(() => '');
    return code !== '';
  });
  return code;
}

test('sets a forgotten password with a code, and signs in', async () => {
  const phone = '13800000007';
  await gateway.createUser({ username: 'ruth', phone, phoneVerified: true, password: 'forgotten staple' });
  const { page, faults, close } = await visit(browser, host, '/sign-in');
  await page.getByRole('link', { name: 'Forgot password?' }).click();
  await page.getByRole('heading', { name: 'Forgot password' }).waitFor();
  expect(await violations(page)).toEqual([]);
  await page.getByLabel('Phone number').fill(phone);
  await page.getByRole('button', { name: 'Send code' }).click();
  await page.getByText(`If ${phone} belongs to such an account`).waitFor();
  const code = await sentCode(phone);
  const submit = page.getByRole('button', { name: 'Set password and sign in' });
  await page.getByLabel('Six-digit code').fill(code === '000000' ? '111111' : '000000');
  await page.getByRole('textbox', { name: 'New password' }).fill(NEW_PASSWORD);
  await submit.click();
  await page.getByText('Incorrect code.').waitFor();
  await page.getByLabel('Six-digit code').fill(code);
  await page.getByRole('textbox', { name: 'New password' }).fill('password1');
  await submit.click();
  await page.getByText('Enter 8 to 100 characters. Common passwords are not allowed.').waitFor();
  await page.getByRole('textbox', { name: 'New password' }).fill(NEW_PASSWORD);
  await submit.click();
  await page.getByRole('heading', { name: 'Fleet' }).waitFor();
  expect(faults).toEqual([]);
  await close();
});

test('gives an administrator a link, whose page sets a new password once and keeps no token', async () => {
  const { id } = await createPerson(gateway, 'lena');
  const { accessToken } = await openSession(gateway, 'lena', graphqlSessionPolicy);
  const administrator = await visitAs(browser, host, 'root', `/people/${id}`);
  await administrator.page.getByRole('button', { name: 'Reset link' }).click();
  await administrator.page.getByRole('button', { name: 'Create link' }).click();
  const link = await administrator.page.getByLabel('Link', { exact: true }).inputValue();
  expect(link).toMatch(new RegExp(`^http://${host}/reset-password#[\\w-]{43}$`));
  expect(await violations(administrator.page)).toEqual([]);
  await administrator.close();

  const opened = async () => visit(browser, host, link.slice(`http://${host}`.length), { locale: 'zh-CN' });
  const { page, faults, close } = await opened();
  await page.getByRole('heading', { name: '设置新密码' }).waitFor();
  expect(await violations(page)).toEqual([]);
  await page.getByRole('textbox', { name: '新密码' }).fill(NEW_PASSWORD);
  expect(page.url()).toBe(`http://${host}/reset-password`);
  await page.getByRole('button', { name: '设置密码' }).click();
  await page.getByText('密码已设置。').waitFor();
  expect(await gateway.services.sessions.authenticate(accessToken)).toBeNull();
  expect(faults).toEqual([]);
  await close();

  const again = await opened();
  await again.page.getByRole('textbox', { name: '新密码' }).fill('another staple');
  await again.page.getByRole('button', { name: '设置密码' }).click();
  await again.page.getByText('链接已使用').waitFor();
  await again.close();
});

test('lets a person who signed in by SMS set a first password', async () => {
  const phone = '13800000008';
  await gateway.createUser({ username: 'sam', phone });
  const { page, close } = await visit(browser, host, '/sign-in?next=/account');
  await page.getByRole('tab', { name: 'SMS code' }).click();
  await page.getByLabel('Phone number').fill(phone);
  await page.getByRole('button', { name: 'Send code' }).click();
  await page.getByText('Code sent to').waitFor();
  await page.getByLabel('Six-digit code').fill(await gateway.lastSms(phone));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('textbox', { name: 'New password' }).fill(NEW_PASSWORD);
  await page.getByRole('button', { name: 'Set a password' }).click();
  await page.getByRole('button', { name: 'Change password' }).waitFor();
  await close();
});
