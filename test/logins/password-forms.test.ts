import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ask } from '../support/clients/client.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import * as op from '../support/operations.js';

const ANSWER = '5694';
const deviceId = 'device 1';
const phone = '13800000001';
/** A hundred characters in NFC, more in NFD. */
const NFC = `Zoë’s Möbel 각 ${'ü'.repeat(86)}`.normalize('NFC');
const NFD = NFC.normalize('NFD');

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ CAPTCHA_FIXED_CODE: ANSWER });
  await gateway.post('/api/user/register', { phone, password: NFD });
});
afterAll(() => gateway.close());

const logins = {
  uims: (passwd: string) => gateway.post('/api/background_login', { account: phone, passwd }),
  bms: (password: string) =>
    gateway.post('/sys/login-phone', { phone, password, device: deviceId, version: '1' }),
  teacher: (password: string) => gateway.post('/api/user/login', { phone, password }),
  console: async (password: string) => {
    await gateway.post(`/validate/code/?deviceId=${encodeURIComponent(deviceId)}&type=image`);
    return gateway.post('/login/account', { username: phone, password, captcha: ANSWER, deviceId });
  },
};

test.each([
  ['uims', { code: 0 }],
  ['bms', { ok: true }],
  ['teacher', { code: 0 }],
  ['console', { success: true }],
] as const)('the %s API accepts both forms of a password', async (api, success) => {
  for (const password of [NFC, NFD]) expect((await logins[api](password)).json()).toMatchObject(success);
});

test('GraphQL accepts both forms of a password', async () => {
  for (const password of [NFC, NFD]) {
    const { login } = await ask(gateway, op.LoginDocument, { input: { username: phone, password } });
    expect(login.accessToken).toBeTruthy();
  }
});

test('the teacher API accepts either form when it changes a password', async () => {
  const { userToken } = (await logins.teacher(NFC)).json().data;
  const body = { password: NFC, passwordTwo: NFD, passwordNew: 'ünique and new' };
  const changed = await gateway.post('/api/user/updatePassword', body, { userToken });
  expect(changed.json()).toMatchObject({ code: 0 });
  expect((await logins.uims('ünique and new'.normalize('NFD'))).json()).toMatchObject({ code: 0 });
});
