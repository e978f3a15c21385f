import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startGateway, type TestGateway } from '../support/gateway.js';

const MINUTE = 60_000;
const OWNER = '198.51.100.1';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ TRUST_PROXY: 'loopback', SMS_DAILY_BUDGET: '1000' });
});
afterAll(() => gateway.close());

let phones = 13_600_000_000;
let phone: string;
beforeEach(async () => {
  phones += 1;
  phone = String(phones);
  gateway.clock.advance(60 * MINUTE);
  await request(OWNER);
});

const post = async (url: string, body: object, address: string) =>
  (await gateway.post(url, body, { 'x-forwarded-for': address })).json().meta.msg;
const request = (address: string) => post('/api/user/sendCode', { account: phone }, address);
const answer = (address: string, code: string) =>
  post('/api/user/verifyCode', { account: phone, code }, address);
const rightCode = () => gateway.lastSms(phone);
const wrongCode = async () => ((await rightCode()) === '000000' ? '111111' : '000000');
/** Sends wrong codes at once, each from the address of its index. @returns how many were compared. */
async function fail(times: number, address: (index: number) => string): Promise<number> {
  const code = await wrongCode();
  const answers = await Promise.all(
    Array.from({ length: times }, (_, index) => answer(address(index), code)),
  );
  return answers.filter((message) => message === '验证码不正确').length;
}
const strangers = (index: number) => `203.0.113.${index}`;

describe('wrong codes of strangers', () => {
  test('number five together, after which a stranger is refused and the owner is not', async () => {
    expect(await fail(12, strangers)).toBe(5);
    expect(await answer('203.0.113.99', await rightCode())).toBe('验证码不存在或已过期');
    expect(await answer(OWNER, await rightCode())).toBe('登录成功！');
  });

  test('leave the owner all five tries', async () => {
    await fail(5, strangers);
    expect(await fail(4, () => OWNER)).toBe(4);
    expect(await answer(OWNER, await rightCode())).toBe('登录成功！');
  });

  test('do not hold back the next code', async () => {
    await fail(5, strangers);
    gateway.clock.advance(MINUTE);
    expect(await request(OWNER)).toBe('发送成功');
    expect(await fail(5, strangers)).toBe(0);
    expect(await answer(OWNER, await rightCode())).toBe('登录成功！');
  });

  test('are counted for 15 minutes, also when the stranger requests a code', async () => {
    await fail(3, strangers);
    gateway.clock.advance(MINUTE);
    await request(strangers(0));
    expect(await fail(9, () => strangers(0))).toBe(5);
    gateway.clock.advance(MINUTE);
    expect(await request(OWNER)).toBe('发送成功');
    expect(await fail(9, strangers)).toBe(0);
    expect(await answer(OWNER, await rightCode())).toBe('登录成功！');
  });
});

test('wrong codes in parallel with a resend count for the next code', async () => {
  gateway.clock.advance(MINUTE);
  const [before] = await Promise.all([fail(5, strangers), request(OWNER)]);
  expect(before + (await fail(9, strangers))).toBe(5);
});

describe('the tries of the requester', () => {
  test('number five, parallel ones included, and leave strangers their own', async () => {
    expect(await fail(12, () => OWNER)).toBe(5);
    expect(await answer(OWNER, await rightCode())).toBe('验证码不存在或已过期');
    expect(await answer(strangers(1), await rightCode())).toBe('登录成功！');
  });

  test('are not restored by a code that a stranger requests in between', async () => {
    expect(await fail(5, () => OWNER)).toBe(5);
    gateway.clock.advance(MINUTE);
    await request(strangers(1));
    gateway.clock.advance(MINUTE);
    expect(await request(OWNER)).toBe('发送过于频繁，请稍后再试');
    gateway.clock.advance(13 * MINUTE);
    expect(await request(OWNER)).toBe('发送成功');
    expect(await fail(9, () => OWNER)).toBe(5);
  });

  test('are those of its IPv6 /64', async () => {
    gateway.clock.advance(MINUTE);
    await request('2001:db8:1:2::1');
    expect(await fail(9, (index) => `2001:db8:1:2::${index}`)).toBe(5);
    expect(await answer('2001:db8:1:3::1', await rightCode())).toBe('登录成功！');
  });
});
