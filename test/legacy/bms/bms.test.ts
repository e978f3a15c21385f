import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { InjectOptions } from 'fastify';
import samples from '../../../src/legacy/bms/samples.json' with { type: 'json' };
import { Session } from '../../../src/sessions/session.entity.js';
import { UserStatus } from '../../../src/users/user.entity.js';
import { ANONYMOUS } from '../../support/callers.js';
import { importUser } from '../../support/fixtures.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';
import { everyEncoding } from '../../support/inputs/parameter-encodings.js';
import { readGolden } from '../../support/legacy/golden-files.js';

const URL_PATH = '/sys/login-phone';
const UUID_SHAPE = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;
const PASSWORD = '888888';
const device = { device: 'huaweimate60', version: '101' };
const credentials = { username: 'lixianfen', password: PASSWORD, ...device };

const logins = await readGolden('bms-logins');
const documented = samples['/sys/login-phone'].answers.success;
/** The documented response with placeholders for tokens. Its token was 3 seconds old. */
const expectedLogin = {
  ...documented,
  data: { ...documented.data, access_token: '<uuid>', refresh_token: '<uuid>', expires_in: 172_800 },
};
const failures = await readGolden('bms-failures');

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
  await importUser(gateway, {
    id: 64,
    username: 'lixianfen',
    phone: '13954969056',
    password: PASSWORD,
    nickname: '李现芬',
    userType: 'supplier',
    createdAt: new Date(gateway.clock.now),
    roles: [{ id: 101, code: 'GYSBOSS', name: '供应商老板' }],
    employee: {
      positionId: 101,
      positionName: '老板娘',
      companyName: '大力机电',
      city: '山东省临沂市罗庄区站前商场C区63-64号',
    },
  });
  const createdAt = new Date(gateway.clock.now);
  await importUser(gateway, { id: 65, phone: '13954969057', password: PASSWORD, createdAt });
  await importUser(gateway, { id: 66, username: 'wrq@8', password: PASSWORD, createdAt });
  const status = UserStatus.DISABLED;
  await importUser(gateway, { id: 67, username: 'gone', password: PASSWORD, status, createdAt });
});
afterAll(() => gateway.close());

/** Passwords and tokens that must not be logged. */
const secrets: string[] = [PASSWORD, 'not it'];
afterEach(() => {
  for (const secret of secrets) expect(gateway.logged()).not.toContain(secret);
  expect(gateway.logged()).not.toContain('$argon2');
});

/** Posts a request. @returns the body as text, so that a comparison includes the order of its keys. */
async function post(options: InjectOptions): Promise<string> {
  const response = await gateway.app.inject({ method: 'POST', url: URL_PATH, ...options });
  expect(response.statusCode).toBe(200);
  expect(response.headers['content-type']).toBe('application/json; charset=utf-8');
  return JSON.stringify(response.json());
}

/** Logs in. @returns the tokens, and the body with placeholders for them. */
async function login(parameters: object, headers: Record<string, string> = {}) {
  const text = await post({ payload: parameters, headers });
  const { access_token: access, refresh_token: refresh } = JSON.parse(text).data;
  expect(access).toMatch(UUID_SHAPE);
  expect(refresh).toMatch(UUID_SHAPE);
  expect(access).not.toBe(refresh);
  secrets.push(access, refresh);
  return { access, refresh, text: text.replace(access, '<uuid>').replace(refresh, '<uuid>') };
}

describe('a login', () => {
  test('responds like the document', async () => {
    expect((await login(credentials)).text).toBe(JSON.stringify(expectedLogin));
  });

  test('has neutral values for a user without employee data', async () => {
    const { text } = await login({ phone: '13954969057', password: PASSWORD, ...device });
    expect(text).toBe(JSON.stringify(logins['a person without employee data']));
  });

  test('accepts the documented URL, whose phone is a username', async () => {
    const text = await post({
      url: `${URL_PATH}?phone=wrq@8&password=${PASSWORD}&device=huaweimate60&version=101`,
    });
    expect(JSON.parse(text)).toMatchObject({
      status: 200,
      data: { loginUser: { id: '66', username: 'wrq@8' } },
    });
  });

  test.each(Object.entries(everyEncoding(credentials)))(
    'accepts parameters in %s',
    async (_encoding, options) => {
      expect(JSON.parse(await post(options))).toMatchObject({ ok: true, data: { loginUser: { id: '64' } } });
    },
  );

  test.each([
    ['a username as phone', { phone: 'lixianfen' }],
    ['a phone as username', { username: '13954969056' }],
    ['a phone as a number', { phone: 13_954_969_056 }],
    ['a phone with its country code', { phone: '+86 139 5496 9056' }],
    ['a phone in preference to a username', { phone: '13954969056', username: 'wrq@8' }],
    ['a username with an empty phone', { phone: '', username: 'lixianfen' }],
    ['a version as a number', { username: 'lixianfen', version: 101 }],
    ['a version with a NUL character', { username: 'lixianfen', version: '1\0' }],
    ['unknown parameters', { username: 'lixianfen', remember: true, data: [] }],
  ])('accepts %s', async (_case, parameters) => {
    const text = await post({ payload: { password: PASSWORD, ...device, ...parameters } });
    expect(JSON.parse(text)).toMatchObject({ ok: true, data: { loginUser: { id: '64' } } });
  });

  test('accepts a trailing slash', async () => {
    expect(JSON.parse(await post({ url: `${URL_PATH}/`, payload: credentials }))).toMatchObject({ ok: true });
  });

  test.each([102, ' 102 ', '102\n'])(
    'stores the version %j and the id of the device with the session',
    async (version) => {
      const { access } = await login({ ...credentials, version }, { 'x-device-id': 'phone-1' });
      const caller = await gateway.services.sessions.authenticate(access);
      expect(caller).toMatchObject({ api: 'bms', restricted: true, deviceId: 'phone-1' });
      const session = await gateway.services.db.em
        .fork()
        .findOneOrFail(Session, { id: caller?.sessionId ?? '' });
      expect(session.clientVersion).toBe('102');
    },
  );

  test('issues a token that is valid for 48 hours, and can be refreshed for 30 days', async () => {
    const { access, refresh } = await login(credentials);
    gateway.clock.advance(48 * 3_600_000 - 1);
    expect(await gateway.services.sessions.authenticate(access)).not.toBeNull();
    gateway.clock.advance(1);
    expect(await gateway.services.sessions.authenticate(access)).toBeNull();
    gateway.clock.advance(28 * 86_400_000 - 1);
    const refreshed = await gateway.services.sessions.refresh(refresh, ANONYMOUS);
    expect(refreshed.accessToken).toMatch(UUID_SHAPE);
    expect(refreshed.refreshToken).toMatch(UUID_SHAPE);
    gateway.clock.advance(30 * 86_400_000);
    await expect(
      gateway.services.sessions.refresh(refreshed.refreshToken ?? '', ANONYMOUS),
    ).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
  });
});

describe('every failure matches its golden file', () => {
  const json = { 'content-type': 'application/json' };
  const login = { password: PASSWORD, ...device };
  const cases: Record<string, InjectOptions> = {
    'nothing at all': { payload: '', headers: { 'content-type': 'multipart/form-data' } },
    'no login': { payload: login },
    'an empty phone and no username': { payload: { ...login, phone: '' } },
    'no password': { payload: { username: 'lixianfen', ...device } },
    'a null password': { payload: { ...credentials, password: null } },
    'no device': { payload: { username: 'lixianfen', password: PASSWORD, version: '101' } },
    'no version': { payload: { username: 'lixianfen', password: PASSWORD, device: 'huaweimate60' } },
    'a phone that is a list': { payload: { ...login, phone: ['lixianfen'] } },
    'a password that is a number': { payload: { ...credentials, password: 888_888 } },
    'a device that is an object': { payload: { ...credentials, device: {} } },
    'a version that is true': { payload: { ...credentials, version: true } },
    'an unknown account': { payload: { ...credentials, username: 'nobody' } },
    'an account that no database can hold': { payload: { ...credentials, username: 'a\0b' } },
    'a wrong password': { payload: { ...credentials, password: 'not it' } },
    'a disabled account': { payload: { ...credentials, username: 'gone' } },
    'malformed JSON': { payload: '{"username":', headers: json },
    'a JSON list': { payload: '["lixianfen"]', headers: json },
    GET: { method: 'GET', query: credentials },
    PUT: { method: 'PUT', payload: credentials },
    PROPFIND: { method: 'PROPFIND' as 'GET' },
    'a body beyond the limit': { payload: { ...credentials, padding: 'x'.repeat(1024 * 1024) } },
  };

  test.each(Object.keys({ ...failures, ...cases }))('%s', async (name) => {
    expect(await post(cases[name] ?? {})).toBe(JSON.stringify(failures[name]));
  });

  test('HEAD gets a response without a body', async () => {
    const response = await gateway.app.inject({ method: 'HEAD', url: URL_PATH });
    expect([response.statusCode, response.body]).toEqual([200, '']);
  });

  test('too many failed logins are rate-limited, with the seconds to wait', async () => {
    for (let failure = 0; failure < 10; failure += 1)
      await gateway.post(URL_PATH, { ...credentials, username: 'limited' });
    await gateway.post(URL_PATH, { ...credentials, username: 'limited' });
    const limited = await gateway.post(URL_PATH, { ...credentials, username: 'limited' });
    expect([limited.statusCode, limited.body]).toEqual([
      200,
      JSON.stringify({ status: 429, msg: '操作过于频繁，请稍后再试', data: null, ok: false }),
    ]);
    expect(Number(limited.headers['retry-after'])).toBeGreaterThan(0);
  });

  test('an unexpected error is answered in the envelope, and its cause is logged', async () => {
    const broken = await startGateway();
    await broken.services.db.em.execute('drop table login_names');
    const response = await broken.post(URL_PATH, credentials);
    expect([response.statusCode, response.body]).toEqual([
      200,
      JSON.stringify({ status: 400, msg: '服务器错误', data: null, ok: false }),
    ]);
    expect(broken.logged()).toContain('login_names');
    expect(broken.logged()).not.toContain(PASSWORD);
    await broken.close();
  });
});
