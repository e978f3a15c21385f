import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { startGateway, type TestGateway } from '../support/gateway.js';

const DAY_MS = 86_400_000;
const deviceId = 'device 1';
const phone = '13800000001';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ CAPTCHA_FIXED_CODE: '012345' });
  await gateway.createUser({ phone });
});
afterAll(() => gateway.close());
beforeEach(() => gateway.clock.advance(DAY_MS));

const form = { 'content-type': 'application/x-www-form-urlencoded' };
const spellings: readonly [string, unknown][] = [
  ['a string', '012345'],
  ['a number without the leading zero', 12345],
  ['a string that was a number', '12345'],
  ['full-width digits', '０１２３４５'],
  ['digits between spaces', ' 012345\u3000'],
];

test.each(spellings)('the upgrade API accepts a code as %s', async (_name, code) => {
  await gateway.post('/api/user/sendCode', { account: phone });
  const response = await gateway.post('/api/user/verifyCode', { account: phone, code });
  expect(response.json()).toMatchObject({ meta: { status: 200 } });
});

test.each(spellings)('the console API accepts a code as %s', async (_name, captcha) => {
  await gateway.post('/validate/code/', { type: 'sms', mobile: phone, deviceId });
  const response = await gateway.post('/login/mobile', { mobile: phone, captcha, deviceId });
  expect(response.json()).toMatchObject({ success: true });
});

test('a form may carry a code without its leading zero', async () => {
  await gateway.post('/api/user/sendCode', { account: phone });
  const { app } = gateway;
  const payload = `account=${phone}&code=12345`;
  const response = await app.inject({ method: 'POST', url: '/api/user/verifyCode', payload, headers: form });
  expect(response.json()).toMatchObject({ meta: { status: 200 } });
});

test('a blank code does not count as a wrong one', async () => {
  await gateway.post('/api/user/sendCode', { account: phone });
  const login = async (code: string) =>
    (await gateway.post('/api/user/verifyCode', { account: phone, code })).json();
  for (const code of [' ', '\u3000', '\t\n', ' ', ' ', ' ']) {
    expect(await login(code)).toEqual({ data: null, meta: { msg: '验证码不正确', status: 400 } });
  }
  expect(await login('012345')).toMatchObject({ meta: { status: 200 } });
});

test.each([12_346, -12_345, 12_345.5, 112_345, true, ['012345'], { code: '012345' }])(
  'the upgrade API rejects the code %j',
  async (code) => {
    await gateway.post('/api/user/sendCode', { account: phone });
    const response = await gateway.post('/api/user/verifyCode', { account: phone, code });
    expect(response.json()).toMatchObject({ data: null, meta: { status: 400 } });
  },
);
