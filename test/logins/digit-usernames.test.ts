import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ask, refusal } from '../support/clients/client.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import * as op from '../support/operations.js';
import { PASSWORD } from '../support/password.js';

const CODE = '5694';
const deviceId = 'device 1';
const rest = { password: PASSWORD, deviceId, device: 'mate60', version: '101', captcha: CODE };

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ CAPTCHA_FIXED_CODE: CODE, SMS_COUNTRIES: '+86,+20' });
});
afterAll(() => gateway.close());

const send = async (path: string, body: object) => (await gateway.post(path, body)).json();
const passwordLogins = [
  {
    succeeds: { code: 0 },
    logIn: (account: string | number) => send('/api/background_login', { account, passwd: PASSWORD }),
  },
  {
    succeeds: { success: true },
    logIn: async (username: string | number) => {
      await gateway.post('/validate/code/', { type: 'image', deviceId });
      return send('/login/account', { ...rest, username });
    },
  },
  {
    succeeds: { ok: true },
    logIn: (phone: string | number) => send('/sys/login-phone', { ...rest, phone }),
  },
  {
    succeeds: { code: 0 },
    logIn: (phone: string | number) => send('/api/user/login', { phone, password: PASSWORD }),
  },
];

test('a username of digits logs in at every API with a password', async () => {
  for (const username of ['2018012346', '00123456', '123456', '123-456', '13800000001']) {
    await gateway.createUser({ username, password: PASSWORD });
    for (const { succeeds, logIn } of passwordLogins) {
      expect({ username, ...(await logIn(username)) }).toMatchObject({ username, ...succeeds });
    }
    const { login } = await ask(gateway, op.LoginDocument, { input: { username, password: PASSWORD } });
    expect(login.user.username).toBe(username);
  }
  for (const { succeeds, logIn } of passwordLogins) expect(await logIn(2018012346)).toMatchObject(succeeds);
});

test('an SMS code never logs in to an account whose username spells the phone', async () => {
  await gateway.createUser({ username: '13800000002', password: PASSWORD });
  await gateway.createUser({ username: '2018012347', password: PASSWORD });
  for (const account of ['13800000002', '+20 1801 2347']) {
    await gateway.post('/api/user/sendCode', { account });
    const upgrade = await gateway.post('/api/user/verifyCode', { account, code: CODE });
    expect(upgrade.json()).toMatchObject({ data: null, meta: { msg: '数据已存在', status: 400 } });
    gateway.clock.advance(60_000);
    await gateway.post('/validate/code/', { type: 'sms', mobile: account, deviceId });
    const console = await send('/login/mobile', { mobile: account, captcha: CODE, deviceId });
    expect(console).toMatchObject({ code: 404, msg: '手机号不存在' });
    gateway.clock.advance(60_000);
  }
});

test('a username that spells a phone and the phone exclude each other, also in parallel', async () => {
  const taken = { code: 'CONFLICT' };
  await gateway.createUser({ phone: '13800000003' });
  for (const username of ['13800000003', '+86 138-0000-0003', '１３８０００００００３']) {
    await expect(gateway.createUser({ username })).rejects.toMatchObject({
      ...taken,
      details: { field: 'username' },
    });
  }
  await gateway.createUser({ username: '0086 13800000004' });
  await expect(gateway.createUser({ phone: '13800000004' })).rejects.toMatchObject({
    ...taken,
    details: { field: 'phone' },
  });
  for (let digit = 0; digit < 8; digit += 1) {
    const name = `1380000001${digit}`;
    const outcomes = await Promise.allSettled([
      gateway.createUser({ username: name }),
      gateway.createUser({ phone: name }),
    ]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  }
});

test('rejects the phone of another person as a username', async () => {
  for (const username of ['13800000006', '+852 5123 4567', '0044 20 7946 0958']) {
    const input = { username, password: PASSWORD };
    expect(await refusal(gateway, op.RegisterDocument, { input })).toBe('INVALID_INPUT');
  }
  const input = { username: '2018012348', password: PASSWORD };
  const { register } = await ask(gateway, op.RegisterDocument, { input });
  expect(register.user).toMatchObject({ username: '2018012348', phone: null });
});
