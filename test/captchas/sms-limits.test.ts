import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Captcha, CaptchaType } from '../../src/captchas/captcha.entity.js';
import { baseUrl } from '../adapters/sms/base-url.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const PHONE = '13812345678';

let gateway: TestGateway;
afterEach(() => gateway.close());

const clientAt = (address: string) => ({ address, deviceId: 'device', version: null, model: null });

let asked = 0;
/** By default from a new address each time. */
function send(phone = PHONE, address?: string) {
  asked += 1;
  const client = clientAt(address ?? `2001:db8:${asked.toString(16)}::1`);
  return gateway.services.smsCodes.send(phone, 'device', client);
}
/** The device that requested the code, at any address. */
const consume = (code: string) =>
  gateway.services.smsCodes.consume(
    { purpose: 'login', phone: `86${PHONE}`, code, deviceId: 'device' },
    clientAt('192.0.2.1'),
  );
const throttled = (seconds: number) => ({ code: 'THROTTLED', details: { retryAfter: seconds } });
const sent = () => gateway.services.db.em.fork().count(Captcha, { type: CaptchaType.SMS });

describe('the SMS limits', () => {
  beforeEach(async () => {
    gateway = await startGateway({ SMS_DAILY_BUDGET: '60', SMS_COUNTRIES: '+86,+1' });
  });

  test('allow one SMS a minute to a number in any spelling', async () => {
    await send('138 1234 5678');
    gateway.clock.advance(MINUTE - 1500);
    for (const spelling of [PHONE, `+86${PHONE}`, `0086 ${PHONE}`, '１３８１２３４５６７８']) {
      await expect(send(spelling)).rejects.toMatchObject(throttled(2));
    }
    await send('13812345679');
    gateway.clock.advance(1500);
    await send();
  });

  test('allow five SMS an hour and ten a day to a number', async () => {
    for (let i = 0; i < 5; i += 1) {
      await send();
      gateway.clock.advance(MINUTE);
    }
    await expect(send()).rejects.toMatchObject(throttled(55 * 60));
    gateway.clock.advance(HOUR);
    for (let i = 0; i < 5; i += 1) {
      await send();
      gateway.clock.advance(MINUTE);
    }
    gateway.clock.advance(HOUR);
    await expect(send()).rejects.toMatchObject(throttled(24 * 3600 - 2 * 3600 - 600));
    gateway.clock.advance(22 * HOUR - 10 * MINUTE);
    await send();
  });

  test('allow thirty SMS an hour from an address or an IPv6 /64', async () => {
    const from = (i: number) => `2001:db8:abc:1::${i}`;
    for (let i = 0; i < 30; i += 1) await send(String(13_500_000_000 + i), from(i + 1));
    await expect(send('13500000099', from(99))).rejects.toMatchObject(throttled(3600));
    await send('13500000099', '2001:db8:abc:2::1');
    gateway.clock.advance(HOUR);
    await send('13500000098', from(99));
  });

  test('allow SMS_DAILY_BUDGET messages in 24 hours', async () => {
    for (let i = 0; i < 60; i += 1) await send(String(13_500_000_000 + i));
    await expect(send('13500000099')).rejects.toMatchObject(throttled(24 * 3600));
  });

  test('do not count a code that was sent while the clock was ahead', async () => {
    gateway.clock.advance(13 * HOUR);
    await send();
    gateway.clock.advance(-13 * HOUR);
    await send();
    await expect(send()).rejects.toMatchObject(throttled(60));
  });

  test('allow one of ten parallel requests', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => send()));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await sent()).toBe(1);
  });

  test.each(['+44 20 7946 0958', `+860${PHONE}`, '123456', 'not a phone', ''])(
    'reject the phone %j',
    async (phone) => {
      await expect(send(phone)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
      expect(await sent()).toBe(0);
    },
  );
});

describe('a message that the provider', () => {
  let refuses = true;
  let answers = true;
  let last: { code: string };
  const provider = createServer(async (request, response) => {
    last = JSON.parse(await text(request));
    if (answers) response.writeHead(refuses ? 503 : 200).end('{}');
  });
  beforeEach(async () => {
    refuses = true;
    answers = true;
    await new Promise<void>((listening) => provider.listen(0, '127.0.0.1', listening));
    gateway = await startGateway({
      SMS_PROVIDER: 'webhook',
      SMS_WEBHOOK_URL: baseUrl(provider),
      SMS_WEBHOOK_SECRET: 'a secret of the test',
    });
  });
  afterEach(() => {
    provider.closeAllConnections();
    return new Promise<void>((closed) => void provider.close(() => closed()));
  });

  test('refuses does not count', async () => {
    for (let i = 0; i < 3; i += 1) await expect(send()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await sent()).toBe(0);
    refuses = false;
    await send();
  });

  test('does not confirm in time counts, and its code is valid', async () => {
    answers = false;
    await expect(send()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(send()).rejects.toMatchObject(throttled(60));
    await consume(last.code);
  });

  test('refuses does not reset the failures of the earlier code', async () => {
    refuses = false;
    await send();
    const fail = () => consume('wrong');
    for (let i = 0; i < 4; i += 1) await expect(fail()).rejects.toMatchObject({ code: 'CAPTCHA_INVALID' });
    gateway.clock.advance(MINUTE);
    refuses = true;
    await expect(send()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    refuses = false;
    await send();
    await expect(fail()).rejects.toMatchObject({ code: 'CAPTCHA_INVALID' });
    await expect(fail()).rejects.toMatchObject({ code: 'CAPTCHA_EXPIRED' });
  });
});
