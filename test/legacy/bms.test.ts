import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { InjectOptions } from 'fastify';
import samples from '../../src/legacy/bms/samples.json' with { type: 'json' };
import { Session } from '../../src/sessions/session.entity.js';
import { UserStatus } from '../../src/users/user.entity.js';
import { importUser } from '../support/fixtures.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { readGolden } from '../support/golden-files.js';
import { everyEncoding } from '../support/parameter-encodings.js';

const URL_PATH = '/sys/login-phone';
const UUID_SHAPE = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;
const PASSWORD = '888888';
const device = { device: 'huaweimate60', version: '101' };
const right = { username: 'lixianfen', password: PASSWORD, ...device };

const logins = await readGolden('bms-logins');
const documented = samples['/sys/login-phone'].answers.success;
/** Tokens made anonymous; the document's login had lived for 3 seconds. */
const sample = {
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

/** No log line may hold what a caller has shown or was given. */
const secrets: string[] = [PASSWORD, 'not it'];
afterEach(() => {
  for (const secret of secrets) expect(gateway.logged()).not.toContain(secret);
  expect(gateway.logged()).not.toContain('$argon2');
});

/** The answer as text, so that the order of keys counts. */
async function answer(options: InjectOptions): Promise<string> {
  const response = await gateway.app.inject({ method: 'POST', url: URL_PATH, ...options });
  expect(response.statusCode).toBe(200);
  expect(response.headers['content-type']).toBe('application/json; charset=utf-8');
  return JSON.stringify(response.json());
}

/** A login that must succeed, with its tokens, whose form is checked, made anonymous. */
async function login(parameters: object, headers: Record<string, string> = {}) {
  const text = await answer({ payload: parameters, headers });
  const { access_token: access, refresh_token: refresh } = JSON.parse(text).data;
  expect(access).toMatch(UUID_SHAPE);
  expect(refresh).toMatch(UUID_SHAPE);
  expect(access).not.toBe(refresh);
  secrets.push(access, refresh);
  return { access, refresh, text: text.replace(access, '<uuid>').replace(refresh, '<uuid>') };
}

describe('a login', () => {
  test('answers the sample to the letter', async () => {
    expect((await login(right)).text).toBe(JSON.stringify(sample));
  });

  test('shows neutral values for a person without employee data', async () => {
    const { text } = await login({ phone: '13954969057', password: PASSWORD, ...device });
    expect(text).toBe(JSON.stringify(logins['a person without employee data']));
  });

  test('succeeds with the documented URL, whose phone is a username', async () => {
    const text = await answer({
      url: `${URL_PATH}?phone=wrq@8&password=${PASSWORD}&device=huaweimate60&version=101`,
    });
    expect(JSON.parse(text)).toMatchObject({
      status: 200,
      data: { loginUser: { id: '66', username: 'wrq@8' } },
    });
  });

  test.each(Object.entries(everyEncoding(right)))('takes its parameters from %s', async (_form, options) => {
    expect(JSON.parse(await answer(options))).toMatchObject({ ok: true, data: { loginUser: { id: '64' } } });
  });

  test.each([
    ['a username as phone', { phone: 'lixianfen' }],
    ['a phone as username', { username: '13954969056' }],
    ['a phone as a number', { phone: 13_954_969_056 }],
    ['a phone with its country', { phone: '+86 139 5496 9056' }],
    ['a phone that counts before the username', { phone: '13954969056', username: 'wrq@8' }],
    ['a username beside an empty phone', { phone: '', username: 'lixianfen' }],
    ['a version as a number', { username: 'lixianfen', version: 101 }],
    ['a version that no database can hold', { username: 'lixianfen', version: '1\0' }],
    ['fields that nobody knows', { username: 'lixianfen', remember: true, data: [] }],
  ])('takes %s', async (_case, parameters) => {
    const text = await answer({ payload: { password: PASSWORD, ...device, ...parameters } });
    expect(JSON.parse(text)).toMatchObject({ ok: true, data: { loginUser: { id: '64' } } });
  });

  test('is the same with a trailing slash', async () => {
    expect(JSON.parse(await answer({ url: `${URL_PATH}/`, payload: right }))).toMatchObject({ ok: true });
  });

  test('keeps the version and the id that the device gives itself', async () => {
    const { access } = await login({ ...right, version: 102 }, { 'x-device-id': 'phone-1' });
    const caller = await gateway.services.sessions.authenticate(access);
    expect(caller).toMatchObject({ api: 'bms', restricted: true, deviceId: 'phone-1' });
    const session = await gateway.services.db.em
      .fork()
      .findOneOrFail(Session, { id: caller?.sessionId ?? '' });
    expect(session.clientVersion).toBe('102');
  });

  test('is good for 48 hours, and for 30 days to refresh', async () => {
    const { access, refresh } = await login(right);
    gateway.clock.advance(48 * 3_600_000 - 1);
    expect(await gateway.services.sessions.authenticate(access)).not.toBeNull();
    gateway.clock.advance(1);
    expect(await gateway.services.sessions.authenticate(access)).toBeNull();
    gateway.clock.advance(28 * 86_400_000 - 1);
    const refreshed = await gateway.services.sessions.refresh(refresh);
    expect(refreshed.accessToken).toMatch(UUID_SHAPE);
    expect(refreshed.refreshToken).toMatch(UUID_SHAPE);
    gateway.clock.advance(30 * 86_400_000);
    await expect(gateway.services.sessions.refresh(refreshed.refreshToken ?? '')).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
  });
});

describe('every failure has its golden answer', () => {
  const json = { 'content-type': 'application/json' };
  const login = { password: PASSWORD, ...device };
  const cases: Record<string, InjectOptions> = {
    'nothing at all': { payload: '', headers: { 'content-type': 'multipart/form-data' } },
    'no login': { payload: login },
    'an empty phone and no username': { payload: { ...login, phone: '' } },
    'no password': { payload: { username: 'lixianfen', ...device } },
    'a null password': { payload: { ...right, password: null } },
    'no device': { payload: { username: 'lixianfen', password: PASSWORD, version: '101' } },
    'no version': { payload: { username: 'lixianfen', password: PASSWORD, device: 'huaweimate60' } },
    'a phone that is a list': { payload: { ...login, phone: ['lixianfen'] } },
    'a password that is a number': { payload: { ...right, password: 888_888 } },
    'a device that is an object': { payload: { ...right, device: {} } },
    'a version that is true': { payload: { ...right, version: true } },
    'an unknown account': { payload: { ...right, username: 'nobody' } },
    'an account that no database can hold': { payload: { ...right, username: 'a\0b' } },
    'a wrong password': { payload: { ...right, password: 'not it' } },
    'a disabled account': { payload: { ...right, username: 'gone' } },
    'malformed JSON': { payload: '{"username":', headers: json },
    'a JSON list': { payload: '["lixianfen"]', headers: json },
    GET: { method: 'GET', query: right },
    PUT: { method: 'PUT', payload: right },
    PROPFIND: { method: 'PROPFIND' as 'GET' },
    'a body beyond the limit': { payload: { ...right, padding: 'x'.repeat(1024 * 1024) } },
  };

  test.each(Object.keys({ ...failures, ...cases }))('%s', async (name) => {
    expect(await answer(cases[name] ?? {})).toBe(JSON.stringify(failures[name]));
  });

  test('HEAD has an answer without a body', async () => {
    const response = await gateway.app.inject({ method: 'HEAD', url: URL_PATH });
    expect([response.statusCode, response.body]).toEqual([200, '']);
  });

  test('past the budget of failures the answer says when to come back', async () => {
    for (let failure = 0; failure < 10; failure += 1)
      await gateway.post(URL_PATH, { ...right, username: 'braked' });
    await gateway.post(URL_PATH, { ...right, username: 'braked' });
    const braked = await gateway.post(URL_PATH, { ...right, username: 'braked' });
    expect([braked.statusCode, braked.body]).toEqual([
      200,
      JSON.stringify({ status: 429, msg: '操作过于频繁，请稍后再试', data: null, ok: false }),
    ]);
    expect(Number(braked.headers['retry-after'])).toBeGreaterThan(0);
  });

  test('a fault is in the envelope too, and its cause in the log', async () => {
    const broken = await startGateway();
    await broken.services.db.em.execute('drop table login_names');
    const response = await broken.post(URL_PATH, right);
    expect([response.statusCode, response.body]).toEqual([
      200,
      JSON.stringify({ status: 400, msg: '服务器错误', data: null, ok: false }),
    ]);
    expect(broken.logged()).toContain('login_names');
    expect(broken.logged()).not.toContain(PASSWORD);
    await broken.close();
  });
});
