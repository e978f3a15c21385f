import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as op from '../generated/graphql.js';
import { ask, refusal } from '../support/client.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
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

const solveLater = () =>
  gateway.services.imageCaptchas.issue(deviceId, { address: '', deviceId, version: null, model: null });

test('wrong guesses at an account add up over all doors and names, and its owner gets in at each', async () => {
  const guess: readonly (() => Promise<unknown>)[] = [
    () => gateway.post('/sys/login-phone', { phone, password: 'guess!', device: 'x', version: '1' }),
    () => gateway.post('/api/background_login', { account: 'ADA', passwd: 'guess!' }),
    () => gateway.post('/api/user/login', { phone: `+86 ${phone}`, password: 'guess!' }),
    () => gateway.post('/api/user/verifyCode', { account: phone, code: 'guess!' }),
    async () => {
      await solveLater();
      await gateway.post('/login/account', {
        username: 'ada',
        password: 'guess!',
        captcha: ANSWER,
        deviceId,
      });
    },
  ];
  await gateway.post('/api/user/sendCode', { account: phone });
  for (let i = 0; i < 10; i += 1) await guess[i % guess.length]?.();

  const right = { username: 'ada', password: PASSWORD, deviceId };
  expect(await refusal(gateway, op.LoginDocument, { input: right })).toBe('CAPTCHA_REQUIRED');
  await solveLater();
  const { login } = await ask(gateway, op.LoginDocument, { input: { ...right, captcha: ANSWER } });
  expect(login.user.username).toBe('ada');
  const body = { phone: 'ada', password: PASSWORD, device: 'x', version: '1' };
  const elsewhere = await gateway.post('/sys/login-phone', body, { 'x-forwarded-for': '203.0.113.5' });
  expect(elsewhere.json()).toMatchObject({ ok: true });
});
