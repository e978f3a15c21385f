import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { InjectOptions } from 'fastify';
import { startGateway, type TestGateway } from '../../support/gateway.js';
import { readGolden } from '../../support/legacy/golden-files.js';
import { PHONE, postUpgrade, SEND, VERIFY } from '../../support/legacy/upgrade-api.js';

const json = { 'content-type': 'application/json' };
const failures = await readGolden('upgrade-failures');
const refusals = await readGolden('upgrade-refusals');

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

describe('every failure matches its golden file', () => {
  const malformed = { payload: '{"account":', headers: json };
  const tooLarge = { payload: { account: PHONE, padding: 'x'.repeat(1024 * 1024) } };
  const cases: Record<string, InjectOptions> = {
    'sendCode: nothing at all': { url: SEND, payload: '', headers: json },
    'sendCode: an empty account': { url: SEND, payload: { account: '' } },
    'sendCode: an account that is a list': { url: SEND, payload: { account: [PHONE] } },
    'sendCode: not a phone': { url: SEND, payload: { account: 'wrq@8' } },
    'sendCode: a country no codes go to': { url: SEND, payload: { account: '+1 415 555 1234' } },
    'sendCode: malformed JSON': { url: SEND, ...malformed },
    'sendCode: GET': { url: SEND, method: 'GET', query: { account: PHONE } },
    'sendCode: PROPFIND': { url: SEND, method: 'PROPFIND' as 'GET' },
    'sendCode: a body beyond the limit': { url: SEND, ...tooLarge },
    'verifyCode: nothing at all': {
      url: VERIFY,
      payload: '',
      headers: { 'content-type': 'multipart/form-data' },
    },
    'verifyCode: no code': { url: VERIFY, payload: { account: PHONE } },
    'verifyCode: an empty code': { url: VERIFY, payload: { account: PHONE, code: '' } },
    'verifyCode: a code that is an object': { url: VERIFY, payload: { account: PHONE, code: {} } },
    'verifyCode: not a phone': { url: VERIFY, payload: { account: 'wrq@8', code: '123456' } },
    'verifyCode: no code was sent': { url: VERIFY, payload: { account: '13600000000', code: '123456' } },
    'verifyCode: malformed JSON': { url: VERIFY, ...malformed },
    'verifyCode: DELETE': { url: VERIFY, method: 'DELETE' },
    'another path': { url: '/api/user/none', payload: {} },
    'another path, GET': { url: '/api/none', method: 'GET' },
    'another path, malformed JSON': { url: '/api/none', ...malformed },
  };

  test.each(Object.keys({ ...failures, ...cases }))('%s', async (name) => {
    expect(await postUpgrade(gateway, cases[name] ?? { url: '/' })).toBe(JSON.stringify(failures[name]));
  });

  test.each([SEND, VERIFY, '/api/none'])('HEAD %s gets a response without a body', async (url) => {
    const response = await gateway.app.inject({ method: 'HEAD', url });
    expect([response.statusCode, response.body]).toEqual([url === '/api/none' ? 404 : 400, '']);
  });
});

describe('a gateway whose SMS provider is down', () => {
  let degraded: TestGateway;
  beforeAll(async () => {
    degraded = await startGateway({
      SMS_PROVIDER: 'webhook',
      SMS_WEBHOOK_URL: 'http://127.0.0.1:9',
      SMS_WEBHOOK_SECRET: 's'.repeat(16),
    });
  });
  afterAll(() => degraded.close());

  test('reports that the provider does not respond, and tries again on the next request', async () => {
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const response = await degraded.post(SEND, { account: PHONE });
      expect([response.statusCode, response.body]).toEqual([
        500,
        JSON.stringify(refusals['a provider that is out of order']),
      ]);
    }
  });

  test('answers an unexpected error in the envelope, and logs its cause', async () => {
    await degraded.services.db.em.execute('drop table captchas cascade');
    const response = await degraded.post(VERIFY, { account: PHONE, code: '654321' });
    expect([response.statusCode, response.body]).toEqual([500, JSON.stringify(refusals['a fault'])]);
    expect(degraded.logged()).toContain('captchas');
    expect(degraded.logged()).not.toContain('654321');
  });
});
