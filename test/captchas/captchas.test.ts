import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Captcha, CaptchaType } from '../../src/captchas/captcha.entity.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

const MINUTE = 60_000;

let gateway: TestGateway;
let fixed: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
  // The answer of an image is only in the image: a fixed one stands for reading it.
  fixed = await startGateway({ CAPTCHA_FIXED_CODE: 'a1B2' });
});
afterAll(() => Promise.all([gateway.close(), fixed.close()]));

let created = 0;
let phone: string;
let device: string;
let client: { address: string; deviceId: string; version: null; model: null };
beforeEach(() => {
  created += 1;
  phone = String(13_600_000_000 + created);
  device = `device ${created}`;
  client = { address: `198.51.100.${created}`, deviceId: device, version: null, model: null };
});

const send = (deviceId: string | null = device) => gateway.services.captchas.sendSms(phone, deviceId, client);
const answer = (code: string, deviceId: string | null = device) =>
  gateway.services.captchas.consume(CaptchaType.SMS, `86${phone}`, deviceId, code);
const answerImage = (text: string, deviceId = device) => fixed.services.captchas.solveImage(deviceId, text);
const wrongCode = async () => ((await gateway.lastSms(phone)) === '000000' ? '111111' : '000000');

describe('an SMS code', () => {
  test('has six digits, and goes to the phone in E.164', async () => {
    const { expiresAt } = await send();
    expect(await gateway.lastSms(`+86${phone}`)).toMatch(/^\d{6}$/);
    expect(expiresAt.getTime()).toBe(gateway.clock.now + 5 * MINUTE);
  });

  test('is kept as a keyed hash, so that nobody reads it in the database', async () => {
    const { id } = await send();
    const kept = JSON.stringify(await gateway.services.db.em.fork().findOneOrFail(Captcha, { id }));
    expect(kept).not.toContain(await gateway.lastSms(phone));
  });

  test('is good once', async () => {
    await send();
    const code = await gateway.lastSms(phone);
    await answer(code);
    await expect(answer(code)).rejects.toMatchObject({ code: 'CAPTCHA_EXPIRED' });
  });

  test('passes one of ten right answers that come at once', async () => {
    await send();
    const code = await gateway.lastSms(phone);
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => answer(code)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('is good until its time is over', async () => {
    await send();
    gateway.clock.advance(5 * MINUTE);
    await expect(answer(await gateway.lastSms(phone))).rejects.toMatchObject({ code: 'CAPTCHA_EXPIRED' });
  });

  test('is spent by five wrong answers, also when they come at once', async () => {
    await send();
    const wrong = await wrongCode();
    const outcomes = await Promise.allSettled(Array.from({ length: 12 }, () => answer(wrong)));
    const codes = outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : 'right'));
    expect(codes.filter((code) => code === 'CAPTCHA_INVALID')).toHaveLength(5);
    await expect(answer(await gateway.lastSms(phone))).rejects.toMatchObject({ code: 'CAPTCHA_EXPIRED' });
  });

  test('fails from another device, and from none, and stays good for its own', async () => {
    await send();
    const code = await gateway.lastSms(phone);
    for (const other of ['another device', null]) {
      await expect(answer(code, other)).rejects.toMatchObject({ code: 'CAPTCHA_EXPIRED' });
    }
    await answer(code);
  });

  test('is dead once another was sent, whichever device asked for that', async () => {
    await send();
    const old = await gateway.lastSms(phone);
    gateway.clock.advance(MINUTE);
    await send('another device');
    await expect(answer(old)).rejects.toMatchObject({ code: 'CAPTCHA_EXPIRED' });
    await answer(await gateway.lastSms(phone), 'another device');
  });

  test('gives no new guesses when it is sent anew', async () => {
    await send();
    for (let i = 0; i < 3; i += 1)
      await expect(answer(await wrongCode())).rejects.toMatchObject({ code: 'CAPTCHA_INVALID' });
    gateway.clock.advance(MINUTE);
    await send();
    for (let i = 0; i < 2; i += 1)
      await expect(answer(await wrongCode())).rejects.toMatchObject({ code: 'CAPTCHA_INVALID' });
    await expect(answer(await gateway.lastSms(phone))).rejects.toMatchObject({ code: 'CAPTCHA_EXPIRED' });
    gateway.clock.advance(MINUTE);
    await expect(send()).rejects.toMatchObject({ code: 'THROTTLED', details: { retryAfter: 14 * 60 } });
    gateway.clock.advance(14 * MINUTE);
    await send();
    await answer(await gateway.lastSms(phone));
  });

  test('that was answered right forgives the wrong answers before it', async () => {
    await send();
    for (let i = 0; i < 4; i += 1)
      await expect(answer(await wrongCode())).rejects.toMatchObject({ code: 'CAPTCHA_INVALID' });
    await answer(await gateway.lastSms(phone));
    gateway.clock.advance(MINUTE);
    await send();
    for (let i = 0; i < 4; i += 1)
      await expect(answer(await wrongCode())).rejects.toMatchObject({ code: 'CAPTCHA_INVALID' });
    await answer(await gateway.lastSms(phone));
  });
});

describe('an image captcha', () => {
  const issue = () => fixed.services.captchas.issueImage(device, client);

  test('is a PNG, and answered in either case, once', async () => {
    expect((await issue()).png.subarray(1, 4).toString()).toBe('PNG');
    await answerImage(' A1b2 ');
    await expect(answerImage('a1B2')).rejects.toMatchObject({ code: 'CAPTCHA_EXPIRED' });
  });

  test('is spent by three wrong answers', async () => {
    await issue();
    for (let i = 0; i < 3; i += 1)
      await expect(answerImage('nope')).rejects.toMatchObject({ code: 'CAPTCHA_INVALID' });
    await expect(answerImage('a1B2')).rejects.toMatchObject({ code: 'CAPTCHA_EXPIRED' });
  });

  test('is good for its own device only', async () => {
    await issue();
    await expect(answerImage('a1B2', 'another device')).rejects.toMatchObject({ code: 'CAPTCHA_EXPIRED' });
    await answerImage('a1B2');
  });

  test('never stands for a code by SMS, nor that for it, whatever its device is called', async () => {
    const key = `86${phone}`;
    await fixed.services.captchas.issueImage(key, { ...client, deviceId: key });
    await expect(fixed.services.captchas.consume(CaptchaType.SMS, key, key, 'a1B2')).rejects.toMatchObject({
      code: 'CAPTCHA_EXPIRED',
    });
    await fixed.services.captchas.sendSms(phone, key, { ...client, deviceId: key });
    await answerImage('a1B2', key);
    await expect(answerImage('a1B2', key)).rejects.toMatchObject({ code: 'CAPTCHA_EXPIRED' });
  });
});
