import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Captcha, CaptchaType } from '../../src/captchas/captcha.entity.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

const deviceId = 'device 1';
const ANSWER = '5694';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ CAPTCHA_FIXED_CODE: ANSWER, TRUST_PROXY: 'loopback' });
  // The failure budget of an address.
  for (let i = 0; i < 50; i += 1) {
    const name = `nobody ${i}`;
    await gateway.post(
      '/sys/login-phone',
      { phone: name, password: 'wrong', device: 'x', version: '1' },
      from,
    );
  }
});
afterAll(() => gateway.close());

const from = { 'x-forwarded-for': '203.0.113.7' };
let phones = 13_600_000_000;
const phone = () => {
  phones += 1;
  return String(phones);
};
const sent = () => gateway.services.db.em.fork().count(Captcha, { type: CaptchaType.SMS });
const ask = async (captcha?: string, headers: Record<string, string> = from) => {
  const query = 'mutation($input: CreateCaptchaInput!) { createCaptcha(input: $input) { captcha { type } } }';
  const variables = { input: { type: 'SMS', phone: phone(), deviceId, captcha } };
  const { data, errors } = (await gateway.post('/graphql', { query, variables }, headers)).json();
  return data?.createCaptcha.captcha.type ?? errors[0].extensions.code;
};

describe('an address that has spent its failure budget', () => {
  test('gets one SMS through GraphQL for each solved image captcha', async () => {
    const before = await sent();
    expect(await ask()).toBe('CAPTCHA_REQUIRED');
    expect(await ask(ANSWER)).toBe('CAPTCHA_EXPIRED');
    const client = { address: '203.0.113.7', deviceId, version: null, model: null };
    await gateway.services.imageCaptchas.issue(deviceId, client);
    expect(await ask('wrong')).toBe('CAPTCHA_INVALID');
    expect(await sent()).toBe(before);
    expect(await ask(ANSWER)).toBe('SMS');
    expect(await ask(ANSWER)).toBe('CAPTCHA_EXPIRED');
    expect(await sent()).toBe(before + 1);
  });

  test.each([
    ['upgrade', '/api/user/sendCode', () => ({ account: phone() }), { meta: { status: 400 } }],
    ['console', '/validate/code', () => ({ type: 'sms', deviceId, mobile: phone() }), { code: 429 }],
  ])('is slowed down by the %s API, which cannot ask for a captcha', async (_name, url, body, refusal) => {
    // The test before may have used the turn of the address.
    const answers = [];
    for (let i = 0; i < 2; i += 1) answers.push(await gateway.post(url, body(), from));
    const { headers, json } = answers[1] ?? {};
    expect(json?.()).toMatchObject(refusal);
    expect(Number(headers?.['retry-after'])).toBeLessThanOrEqual(2);
  });
});

test('another address needs no captcha', async () => {
  expect(await ask(undefined, { 'x-forwarded-for': '203.0.113.8' })).toBe('SMS');
});
