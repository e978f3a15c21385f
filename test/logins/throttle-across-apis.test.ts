import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ask, refusal } from '../support/client.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import * as op from '../support/operations.js';
import { PASSWORD } from '../support/password.js';

const ANSWER = '5694';
const deviceId = 'device 1';
const phone = '13800000001';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ CAPTCHA_FIXED_CODE: ANSWER, TRUST_PROXY: 'loopback' });
  await gateway.createUser({ username: 'ada', phone, password: PASSWORD });
});
afterAll(() => gateway.close());

const issueCaptcha = () =>
  gateway.services.imageCaptchas.issue(deviceId, { address: '', deviceId, version: null, model: null });

test('failed logins share one budget across APIs and names, and the owner can still log in', async () => {
  const failures: readonly (() => Promise<unknown>)[] = [
    () => gateway.post('/sys/login-phone', { phone, password: 'wrong!', device: 'x', version: '1' }),
    () => gateway.post('/api/background_login', { account: 'ADA', passwd: 'wrong!' }),
    () => gateway.post('/api/user/login', { phone: `+86 ${phone}`, password: 'wrong!' }),
    () => gateway.post('/api/user/verifyCode', { account: phone, code: 'wrong!' }),
    async () => {
      await issueCaptcha();
      await gateway.post('/login/account', {
        username: 'ada',
        password: 'wrong!',
        captcha: ANSWER,
        deviceId,
      });
    },
  ];
  await gateway.post('/api/user/sendCode', { account: phone });
  for (let i = 0; i < 10; i += 1) await failures[i % failures.length]?.();

  const right = { username: 'ada', password: PASSWORD, deviceId };
  expect(await refusal(gateway, op.LoginDocument, { input: right })).toBe('CAPTCHA_REQUIRED');
  await issueCaptcha();
  const { login } = await ask(gateway, op.LoginDocument, { input: { ...right, captcha: ANSWER } });
  expect(login.user.username).toBe('ada');
  const body = { phone: 'ada', password: PASSWORD, device: 'x', version: '1' };
  const elsewhere = await gateway.post('/sys/login-phone', body, { 'x-forwarded-for': '203.0.113.5' });
  expect(elsewhere.json()).toMatchObject({ ok: true });
});
