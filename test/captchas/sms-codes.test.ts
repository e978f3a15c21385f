import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { Captcha } from '../../src/captchas/captcha.entity.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

const MINUTE = 60_000;

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

let created = 0;
let phone: string;
let device: string;
beforeEach(() => {
  created += 1;
  phone = String(13_600_000_000 + created);
  device = `device ${created}`;
});

const client = () => ({
  address: `198.51.100.${created}`,
  deviceId: device,
  version: null,
  model: null,
});
const send = (deviceId = device) => gateway.services.smsCodes.send(phone, deviceId, client());
const consume = (code: string, deviceId: string | null = device) =>
  gateway.services.smsCodes.consume({ purpose: 'login', phone: `86${phone}`, code, deviceId }, client());
const sentCode = () => gateway.lastSms(phone);
const wrongCode = async () => ((await sentCode()) === '000000' ? '111111' : '000000');
const fail = async (times: number) => {
  for (let i = 0; i < times; i += 1) {
    await expect(consume(await wrongCode())).rejects.toMatchObject({ code: 'CAPTCHA_INVALID' });
  }
};

test('sends six digits, valid for five minutes, to the phone in E.164', async () => {
  const { expiresAt } = await send();
  expect(await gateway.lastSms(`+86${phone}`)).toMatch(/^\d{6}$/);
  expect(expiresAt.getTime()).toBe(gateway.clock.now + 5 * MINUTE);
});

test('stores the code as a keyed hash only', async () => {
  const { id } = await send();
  const stored = JSON.stringify(await gateway.services.db.em.fork().findOneOrFail(Captcha, { id }));
  expect(stored).not.toContain(await sentCode());
});

test('accepts a code once', async () => {
  await send();
  const code = await sentCode();
  await consume(code);
  await expect(consume(code)).rejects.toMatchObject({ code: 'CAPTCHA_EXPIRED' });
});

test('accepts one of ten parallel right answers', async () => {
  await send();
  const code = await sentCode();
  const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => consume(code)));
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

test('rejects an expired code', async () => {
  await send();
  gateway.clock.advance(5 * MINUTE);
  await expect(consume(await sentCode())).rejects.toMatchObject({ code: 'CAPTCHA_EXPIRED' });
});

test('invalidates the code after five wrong answers, parallel ones included', async () => {
  await send();
  const wrong = await wrongCode();
  const outcomes = await Promise.allSettled(Array.from({ length: 12 }, () => consume(wrong)));
  const codes = outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : 'right'));
  expect(codes.filter((code) => code === 'CAPTCHA_INVALID')).toHaveLength(5);
  await expect(consume(await sentCode())).rejects.toMatchObject({ code: 'CAPTCHA_EXPIRED' });
});

test('rejects an answer from another device, and keeps the code valid for its own', async () => {
  await send();
  const code = await sentCode();
  for (const other of ['another device', null]) {
    await expect(consume(code, other)).rejects.toMatchObject({ code: 'CAPTCHA_EXPIRED' });
  }
  await consume(code);
});

test('invalidates the earlier code of a phone, whichever device requests the next', async () => {
  await send();
  const old = await sentCode();
  gateway.clock.advance(MINUTE);
  await send('another device');
  await expect(consume(old)).rejects.toMatchObject({ code: 'CAPTCHA_EXPIRED' });
  await consume(await sentCode(), 'another device');
});

test('counts the failures of a code against its resend for 15 minutes', async () => {
  await send();
  await fail(3);
  gateway.clock.advance(MINUTE);
  await send();
  await fail(2);
  await expect(consume(await sentCode())).rejects.toMatchObject({ code: 'CAPTCHA_EXPIRED' });
  gateway.clock.advance(MINUTE);
  await expect(send()).rejects.toMatchObject({ code: 'THROTTLED', details: { retryAfter: 14 * 60 } });
  gateway.clock.advance(14 * MINUTE);
  await send();
  await consume(await sentCode());
});

test('resets the failures after a right answer', async () => {
  await send();
  await fail(4);
  await consume(await sentCode());
  gateway.clock.advance(MINUTE);
  await send();
  await fail(4);
  await consume(await sentCode());
});
