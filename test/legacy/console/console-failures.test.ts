import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { LightMyRequestResponse } from 'fastify';
import { readQr } from '../../support/browser/qr.js';
import { account, captcha, deviceId, password, startConsoleApi } from '../../support/legacy/console-api.js';
import { readGolden } from '../../support/legacy/golden-files.js';

let api: Awaited<ReturnType<typeof startConsoleApi>>;
let failures: Awaited<ReturnType<typeof readGolden>>;
beforeAll(async () => {
  failures = await readGolden('console-failures');
  api = await startConsoleApi();
});
afterAll(() => api.gateway.close());

const expectFailure = (response: LightMyRequestResponse, name: string) => {
  expect(response.statusCode).toBe(200);
  expect(response.body).toBe(JSON.stringify(failures[name]));
};

describe('reports in its own envelope', () => {
  const urls = ['/validate/code/', '/login/account', '/login/mobile'];
  const allParameters = { ...account, type: 'image', mobile: '12345678901' };
  test.each<[string, object]>([
    ['no deviceId', { deviceId: undefined, captcha: '', type: '' }],
    ['an empty deviceId', { deviceId: '' }],
    ['a mistyped deviceId', { deviceId: ['x'] }],
    ['a deviceId of 129 characters', { deviceId: 'x'.repeat(129) }],
    ['a deviceId that no database can hold', { deviceId: 'x\u0000' }],
  ])('%s, at all paths', async (name, change) => {
    for (const url of urls) expectFailure(await api.gateway.post(url, { ...allParameters, ...change }), name);
  });

  test('a deviceId in a header alone', async () => {
    const response = await api.gateway.post(
      '/validate/code/',
      { type: 'image' },
      { 'x-device-id': deviceId },
    );
    expectFailure(response, 'a deviceId in a header alone');
  });

  test.each<[string, string, object]>([
    ['no captcha', '/login/account', { captcha: undefined, username: '', password: '' }],
    ['no captcha', '/login/mobile', { captcha: null, mobile: '' }],
    ['an empty captcha', '/login/account', { captcha: ' ' }],
    ['an empty captcha', '/login/mobile', { captcha: '' }],
    ['a mistyped captcha', '/login/account', { captcha: { is: captcha } }],
    ['a mistyped captcha', '/login/mobile', { captcha: true }],
    ['a captcha that was never handed out', '/login/account', { deviceId: 'new', username: 'nobody' }],
    ['a captcha that was never handed out', '/login/mobile', { mobile: '13800000009' }],
    ['no mobile', '/login/mobile', { mobile: undefined }],
    ['a mobile without phone form', '/login/mobile', { mobile: 'admin' }],
    ['a mistyped mobile', '/login/mobile', { mobile: [12345678901] }],
    ['no type', '/validate/code/', { type: undefined }],
    ['an unknown type', '/validate/code/', { type: 'voice' }],
    ['no mobile', '/validate/code/', { type: 'sms', mobile: undefined }],
    ['a mobile without phone form', '/validate/code/', { type: 'sms', mobile: '12' }],
    ['a mistyped mobile', '/validate/code/', { type: 'sms', mobile: { digits: 1 } }],
    [
      'a mobile of a country that gets no SMS',
      '/validate/code/',
      { type: 'sms', mobile: '+49 1512 3456789' },
    ],
  ])('%s at %s', async (name, url, change) => {
    expectFailure(await api.gateway.post(url, { ...allParameters, ...change }), name);
  });

  test('a wrong captcha, before it checks the account', async () => {
    await api.issue('image');
    expectFailure(await api.login({ captcha: '0000', username: 'nobody' }), 'a wrong captcha');
  });

  test('a captcha answered wrong too often', async () => {
    await api.issue('image');
    for (const wrong of ['1', '2', '3'])
      expectFailure(await api.login({ captcha: wrong }), 'a wrong captcha');
    expectFailure(await api.login(), 'a captcha answered wrong too often');
  });

  test('a captcha that was used, even by a failed login', async () => {
    await api.issue('image');
    expectFailure(await api.login({ password: 'wrong' }), 'a wrong password');
    expectFailure(await api.login(), 'a captcha that was used');
  });

  test('an expired captcha', async () => {
    await api.issue('image');
    api.gateway.clock.advance(5 * 60_000);
    expectFailure(await api.login(), 'a captcha that is too old');
  });

  test('a captcha of another deviceId', async () => {
    await api.issue('image', { deviceId: 'one' });
    expectFailure(await api.login({ deviceId: 'two' }), 'a captcha of another deviceId');
    await api.issueSms('12345678901', { deviceId: 'one' });
    expectFailure(await api.loginByPhone('12345678901'), 'a captcha of another deviceId');
  });

  test('a captcha of the other type', async () => {
    await api.issue('image', { deviceId: '12345678901' });
    expectFailure(
      await api.loginByPhone('12345678901', { deviceId: '12345678901' }),
      'a captcha of the other type',
    );
  });

  test.each<[string, object]>([
    ['an unknown username', { username: 'nobody' }],
    ['no username', { username: undefined }],
    ['no password', { password: undefined }],
    ['a mistyped password', { password: [password] }],
    ['a wrong password', { password: 'wrong' }],
    ['a disabled account', { username: 'retired' }],
  ])('%s, after the captcha', async (name, change) => {
    await api.issue('image');
    expectFailure(await api.login({ ...change }), name);
  });

  test.each([
    ['a mobile that nobody has', '+1 415 555 0100'],
    ['a mobile whose account is disabled', '13800000002'],
  ])('%s, after the code', async (name, mobile) => {
    await api.issueSms(mobile);
    expectFailure(await api.loginByPhone(mobile), name);
  });

  test('too many SMS, with the seconds to wait', async () => {
    await api.issueSms('13800000003');
    api.gateway.clock.advance(20_000);
    const response = await api.issue('sms', { mobile: 13800000003 });
    expectFailure(response, 'too many SMS');
    expect(response.headers['retry-after']).toBe('40');
  });

  test.each(urls)('a malformed body, at %s', async (url) => {
    const send = (payload: string, type = 'application/json') =>
      api.gateway.app.inject({ method: 'POST', url, payload, headers: { 'content-type': type } });
    expectFailure(await send('{"type": "image",'), 'malformed JSON');
    expectFailure(await send('[]'), 'malformed JSON');
    expectFailure(await send('x', 'multipart/form-data'), 'a malformed form');
    expectFailure(await send(JSON.stringify('x'.repeat(2 ** 21))), 'a body beyond the limit');
    for (const type of ['application/json', 'application/xml', 'multipart/form-data; boundary=x'])
      expectFailure(await send('', type), 'no deviceId');
  });

  test.each(urls)('a wrong method, at %s', async (url) => {
    // Fastify's types do not have all methods that it supports.
    for (const method of ['GET', 'PUT', 'DELETE', 'PROPFIND' as 'GET'])
      expectFailure(await api.gateway.app.inject({ method, url }), 'a wrong method');
    expect((await api.gateway.app.inject({ method: 'HEAD', url })).statusCode).toBe(200);
  });
});

test('logs no password, code, token or ticket, even when the database fails', async () => {
  await api.issueSms('12345678901');
  const { accessToken } = (await api.loginByPhone('12345678901')).json().data;
  const ticket = readQr((await api.issue('scan')).rawPayload)?.split('=')[1] ?? 'no ticket';
  await api.issue('image');
  const em = api.gateway.services.db.em.fork();
  await em.execute('alter table captchas add constraint never check (failures < 0) not valid');
  const query = '/login/account?password=in-the-query';
  const responses = [
    await api.issue('image'),
    await api.login({ password: 'in-the-body' }),
    await api.gateway.post(query, { captcha, deviceId }),
  ];
  await em.execute('alter table captchas drop constraint never');
  for (const response of responses) expectFailure(response, 'a fault');
  const logged = api.gateway.logged();
  expect(logged).toContain('a request failed unexpectedly');
  for (const secret of [`"${captcha}"`, `=${captcha}`, 'in-the-query', 'in-the-body', accessToken, ticket])
    expect(logged).not.toContain(secret);
  expect(logged).not.toMatch(/[\da-f]{64}/);
});
