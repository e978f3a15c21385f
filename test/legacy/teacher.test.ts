import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import samples from '../../src/legacy/teacher/samples.json' with { type: 'json' };
import { Gender, User, UserStatus } from '../../src/users/user.entity.js';
import { importUser } from '../support/fixtures.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

const golden = (file: string): Record<string, Record<string, unknown>> =>
  JSON.parse(readFileSync(new URL(`./golden/teacher-${file}.json`, import.meta.url), 'utf8'));
const failures = golden('failures');

const DAY = 86_400_000;
const PHONE = '15261851954';
const PASSWORD = 'correct horse';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
  await importUser(gateway, {
    id: 3,
    phone: PHONE,
    password: 'abc',
    name: 'abc',
    email: 'abcde@126.com',
    type: 1,
    gender: Gender.MALE,
    createdAt: new Date(1_544_001_165_000),
  });
});
afterAll(() => gateway.close());

/** The answer as text, so that the order of keys counts; failures and successes alike are status 200. */
async function answer(options: InjectOptions): Promise<string> {
  const response = await gateway.app.inject({ method: 'POST', ...options });
  expect(response.statusCode).toBe(200);
  expect(response.headers['content-type']).toBe('application/json; charset=utf-8');
  return JSON.stringify(response.json());
}

const userToken = (response: LightMyRequestResponse) =>
  response.json<{ data: { userToken: string } }>().data.userToken;
const login = async (phone: string, password: string) =>
  userToken(await gateway.post('/api/user/login', { phone, password }));

let phones = 13_900_000_000;
/** Somebody new, signed in. */
async function person(status = UserStatus.ACTIVE) {
  phones += 1;
  const phone = String(phones);
  const { id } = await gateway.createUser({ phone, password: PASSWORD });
  const token = await login(phone, PASSWORD);
  if (status === UserStatus.DISABLED) {
    await gateway.services.administration.setStatus(id, status, { userId: null, address: null });
  }
  return { id, phone, token };
}
const stored = (where: object) => gateway.services.db.em.fork().findOneOrFail(User, where);

describe('the documented requests', () => {
  test('register answers its sample and keeps what was sent', async () => {
    const payload = {
      phone: 15_261_851_955,
      password: '12345',
      name: 'abc',
      email: 'abcde@126.com',
      avatarUrl: '',
      type: 1,
      gendar: false,
    };
    expect(await answer({ url: '/api/user/register', payload })).toBe(
      JSON.stringify(samples['/api/user/register'].answers.success),
    );
    expect(await stored({ phone: '8615261851955' })).toMatchObject({
      name: 'abc',
      email: 'abcde@126.com',
      type: 1,
      gender: Gender.MALE,
      phoneVerifiedAt: null,
    });
  });

  test('login answers its sample; the teacher has the id and times of the account', async () => {
    const text = await answer({ url: '/api/user/login', payload: { phone: PHONE, password: 'abc' } });
    const sample = samples['/api/user/login'].answers.success.data;
    const { userToken: token } = JSON.parse(text).data;
    expect(token).toMatch(/^[\da-f]{32}$/);
    const expected = JSON.parse(JSON.stringify({ code: 0, message: 'success', data: sample }));
    expected.data.userToken = token;
    Object.assign(expected.data.teacher, {
      createdAt: 1_544_001_165_000,
      id: 3,
      updatedAt: 1_544_001_165_000,
    });
    expect(text).toBe(JSON.stringify(expected));
  });

  test('updateAccount answers its sample', async () => {
    const { token, phone } = await person();
    const payload = { name: 'abc', email: 'abcde@126.com', avatarUrl: '', type: 1, gendar: false };
    expect(await answer({ url: '/api/user/updateAccount', payload, headers: { userToken: token } })).toBe(
      JSON.stringify(samples['/api/user/updateAccount'].answers.success),
    );
    expect(await stored({ phone: `86${phone}` })).toMatchObject({ name: 'abc', gender: Gender.MALE });
  });

  test('updatePassword answers its sample, and from then on the new password is the right one', async () => {
    const phone = '15261851956';
    await importUser(gateway, { id: 4, phone, password: 'abc', createdAt: new Date(gateway.clock.now) });
    const headers = { userToken: await login(phone, 'abc') };
    const payload = { password: 'abc', passwordTwo: 'abc', passwordNew: 'abcde' };
    expect(await answer({ url: '/api/user/updatePassword', payload, headers })).toBe(
      JSON.stringify(samples['/api/user/updatePassword'].answers.success),
    );
    expect((await gateway.post('/api/user/login', { phone, password: 'abc' })).json()).toMatchObject({
      code: 200008,
    });
    expect(await login(phone, 'abcde')).toMatch(/^[\da-f]{32}$/);
  });
});

describe('every failure has its documented code', () => {
  const register = '/api/user/register';
  const loginUrl = '/api/user/login';
  const account = '/api/user/updateAccount';
  const password = '/api/user/updatePassword';
  const nobody = { userToken: '6405c8cc7b00ede85f7f1e123517e1b0' };
  const broken = { payload: '{"phone":', headers: { 'content-type': 'application/json' } };
  const change = { password: PASSWORD, passwordTwo: PASSWORD, passwordNew: 'battery staple' };

  const anonymous: Record<string, InjectOptions> = {
    'register: no phone': { url: register, payload: { password: '12345' } },
    'register: no password': { url: register, payload: { phone: 15_261_859_999 } },
    'register: empty body': { url: register, headers: { 'content-type': 'application/json' } },
    'register: empty password': { url: register, payload: { phone: 15_261_859_999, password: '' } },
    'register: mistyped password': { url: register, payload: { phone: 15_261_859_999, password: 12_345 } },
    'register: mistyped phone': { url: register, payload: { phone: true, password: '12345' } },
    'register: not a phone': { url: register, payload: { phone: 'abc', password: '12345' } },
    'register: password too short': { url: register, payload: { phone: 15_261_859_999, password: '1234' } },
    'register: mistyped gendar': {
      url: register,
      payload: { phone: 15_261_859_999, password: '12345', gendar: 'x' },
    },
    'register: mistyped type': {
      url: register,
      payload: { phone: 15_261_859_999, password: '12345', type: 1.5 },
    },
    'register: malformed body': { url: register, ...broken },
    'register: wrong method': { url: register, method: 'GET' },
    'register: taken phone': { url: register, payload: { phone: PHONE, password: '12345' } },
    'register: taken phone, another spelling': {
      url: register,
      payload: { phone: `+86 ${PHONE}`, password: '12345' },
    },
    'login: no phone': { url: loginUrl, payload: { password: 'abc' } },
    'login: null password': { url: loginUrl, payload: { phone: PHONE, password: null } },
    'login: mistyped password': { url: loginUrl, payload: { phone: PHONE, password: ['abc'] } },
    'login: missing before mistyped': { url: loginUrl, payload: { phone: {} } },
    'login: malformed body': { url: loginUrl, ...broken },
    'login: wrong method': { url: loginUrl, method: 'DELETE' },
    'login: unknown account': { url: loginUrl, payload: { phone: '15261859999', password: 'abc' } },
    'login: unknown name that is no phone': { url: loginUrl, payload: { phone: 'a\0b', password: 'abc' } },
    'login: wrong password': { url: loginUrl, payload: { phone: PHONE, password: 'abd' } },
    'updateAccount: no token': { url: account, payload: { name: 'abc' } },
    'updateAccount: empty token': { url: account, payload: { name: 'abc' }, headers: { userToken: '' } },
    'updateAccount: unknown token': { url: account, payload: { name: 'abc' }, headers: nobody },
    'updateAccount: unknown token before mistyped': { url: account, payload: { name: 1 }, headers: nobody },
    'updateAccount: malformed body': { url: account, ...broken },
    'updateAccount: wrong method': { url: account, method: 'PUT', headers: nobody },
    'updatePassword: no token': { url: password, payload: change },
    'updatePassword: unknown token': { url: password, payload: change, headers: nobody },
    'updatePassword: unknown token before missing': { url: password, payload: {}, headers: nobody },
    'updatePassword: malformed body': { url: password, ...broken },
    'updatePassword: wrong method': { url: password, method: 'GET' },
  };
  const signedIn: Record<string, InjectOptions> = {
    'updateAccount: mistyped name': { url: account, payload: { name: 1 } },
    'updatePassword: empty body': { url: password },
    'updatePassword: no passwordNew': { url: password, payload: { ...change, passwordNew: '' } },
    'updatePassword: mistyped passwordNew': { url: password, payload: { ...change, passwordNew: 12_345 } },
    'updatePassword: repeated differently': { url: password, payload: { ...change, passwordTwo: 'x' } },
    'updatePassword: repeated differently before wrong': {
      url: password,
      payload: { ...change, password: 'x', passwordTwo: 'y' },
    },
    'updatePassword: wrong old password': {
      url: password,
      payload: { ...change, password: 'x', passwordTwo: 'x' },
    },
    'updatePassword: new password too short': { url: password, payload: { ...change, passwordNew: '1234' } },
  };

  test.each(Object.entries(anonymous))('%s', async (name, request) => {
    expect(await answer(request)).toBe(JSON.stringify(failures[name]));
  });

  test.each(Object.entries(signedIn))('%s', async (name, request) => {
    const { token } = await person();
    expect(await answer({ ...request, headers: { userToken: token } })).toBe(JSON.stringify(failures[name]));
  });

  test.each([
    ['login: disabled account, right password', PASSWORD],
    ['login: disabled account, wrong password', 'x'],
  ])('%s', async (name, given) => {
    const { phone } = await person(UserStatus.DISABLED);
    expect(await answer({ url: loginUrl, payload: { phone, password: given } })).toBe(
      JSON.stringify(failures[name]),
    );
  });

  test('updatePassword: expired token', async () => {
    const { token } = await person();
    gateway.clock.advance(2 * DAY);
    const text = await answer({ url: password, payload: change, headers: { userToken: token } });
    expect(text).toBe(JSON.stringify(failures['updatePassword: expired token']));
  });

  test('updatePassword: an account disabled since its session was looked at', async () => {
    const { id, token } = await person();
    const headers = { userToken: token };
    // Looked at, and nothing changed that would make the gateway look again.
    await gateway.post(account, { name: 1 }, headers);
    await gateway.services.db.em.fork().nativeUpdate(User, { id }, { status: UserStatus.DISABLED });
    const text = await answer({ url: password, payload: change, headers });
    expect(text).toBe(JSON.stringify(failures['updatePassword: disabled meanwhile']));
  });

  test('no case of the golden file goes untested', () => {
    const others = [
      'login: disabled account, right password',
      'login: disabled account, wrong password',
      'updatePassword: expired token',
      'updatePassword: disabled meanwhile',
      'any: throttled',
      'any: fault',
    ];
    const tested = [...Object.keys(anonymous), ...Object.keys(signedIn), ...others];
    expect(tested.sort()).toEqual(Object.keys(failures).sort());
  });
});

describe('parameters', () => {
  const form = (fields: Record<string, string>) => new URLSearchParams(fields).toString();
  const boundary = 'documented';
  const multipart = (fields: Record<string, string>) =>
    `${Object.entries(fields)
      .map(
        ([name, value]) =>
          `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
      )
      .join('')}--${boundary}--\r\n`;
  const credentials = { phone: PHONE, password: 'abc' };
  const typed = (type: string) => ({ 'content-type': type });

  test.each<[string, InjectOptions]>([
    ['a JSON number for a phone', { payload: { phone: Number(PHONE), password: 'abc' } }],
    [
      'an urlencoded form',
      { payload: form(credentials), headers: typed('application/x-www-form-urlencoded') },
    ],
    [
      'a multipart form',
      { payload: multipart(credentials), headers: typed(`multipart/form-data; boundary=${boundary}`) },
    ],
    ['the query', { query: credentials }],
    [
      'the query, with a body that wins',
      { query: { ...credentials, password: 'x' }, payload: { password: 'abc' } },
    ],
    ['JSON without a content type', { payload: JSON.stringify(credentials), headers: typed('text/plain') }],
    ['unknown fields', { payload: { ...credentials, remember: [true], __proto__x: 1 } }],
    ['a header for the device', { payload: credentials, headers: { 'x-device-id': 'room 12' } }],
    ['a token that is not good', { payload: credentials, headers: { userToken: 'expired' } }],
    ['a trailing slash', { url: '/api/user/login/', payload: credentials }],
    ['a phone with its country code', { payload: { ...credentials, phone: `+86${PHONE}` } }],
  ])('login takes %s', async (_form, request) => {
    expect(JSON.parse(await answer({ url: '/api/user/login', ...request }))).toMatchObject({ code: 0 });
  });

  test.each([
    ['application/x-www-form-urlencoded', form],
    [`multipart/form-data; boundary=${boundary}`, multipart],
  ])('a form of %s sends the type and the gender as text', async (type, encode) => {
    const { id, token } = await person();
    const headers = { ...typed(type), userToken: token };
    const url = '/api/user/updateAccount';
    await answer({ url, payload: encode({ type: '7', gendar: 'true' }), headers });
    expect(await stored({ id })).toMatchObject({ type: 7, gender: Gender.FEMALE });
    await answer({ url, payload: encode({ type: '', gendar: '' }), headers });
    expect(await stored({ id })).toMatchObject({ type: 7, gender: Gender.FEMALE });
  });
});

describe('updateAccount', () => {
  const update = (token: string, body: object) =>
    gateway.post('/api/user/updateAccount', body, { userToken: token });

  test('changes only what is sent', async () => {
    const { id, token } = await person();
    await update(token, { name: 'Li', email: 'li@example.com', avatarUrl: '/li.png', type: 2, gendar: true });
    await update(token, { name: 'Lin', email: null });
    const kept = { email: 'li@example.com', avatarUrl: '/li.png', type: 2, gender: Gender.FEMALE };
    expect(await stored({ id })).toMatchObject({ name: 'Lin', ...kept });
    expect((await update(token, {})).json()).toEqual({ code: 0, message: 'success' });
    expect(await stored({ id })).toMatchObject({ name: 'Lin', ...kept });
  });

  test('clears a text that is sent empty, and accepts the gender under either name', async () => {
    const { id, phone, token } = await person();
    await update(token, { name: 'Li', gender: true });
    await update(token, { name: '' });
    expect(await stored({ id })).toMatchObject({ name: null, gender: Gender.FEMALE });
    const { data } = (await gateway.post('/api/user/login', { phone, password: PASSWORD })).json();
    expect(data.account).toMatchObject({ name: '', gender: true });
  });

  test('leaves what nobody may change about themselves', async () => {
    const { id, phone, token } = await person();
    await update(token, { id: 1, phone: '1', status: 'DISABLED', roles: ['ADMIN'], userType: 'CASS' });
    expect(await stored({ id })).toMatchObject({
      phone: `86${phone}`,
      status: UserStatus.ACTIVE,
      userType: null,
    });
  });
});

describe('tokens', () => {
  const alive = async (headers: Record<string, string>) =>
    (await gateway.post('/api/user/updateAccount', {}, headers)).json<{ code: number }>().code === 0;

  test('a token is good in every documented header, with and without Bearer', async () => {
    const { token } = await person();
    for (const name of ['userToken', 'token', 'Authorization']) {
      expect(await alive({ [name]: token })).toBe(true);
      expect(await alive({ [name]: `Bearer ${token}` })).toBe(true);
    }
  });

  test('a new login leaves older tokens alone', async () => {
    const { phone, token } = await person();
    const second = await login(phone, PASSWORD);
    expect(second).not.toBe(token);
    expect(await alive({ userToken: token })).toBe(true);
    expect(await alive({ userToken: second })).toBe(true);
  });

  test('each use prolongs a token to two days from then', async () => {
    const { token } = await person();
    for (let use = 0; use < 3; use += 1) {
      gateway.clock.advance(2 * DAY - 1);
      expect(await alive({ userToken: token })).toBe(true);
    }
    gateway.clock.advance(2 * DAY);
    expect(await alive({ userToken: token })).toBe(false);
  });

  test('a changed password ends the other sessions, not the one that changed it', async () => {
    const { phone, token } = await person();
    const other = await login(phone, PASSWORD);
    const body = { password: PASSWORD, passwordTwo: PASSWORD, passwordNew: 'battery staple' };
    await gateway.post('/api/user/updatePassword', body, { userToken: token });
    expect(await alive({ userToken: token })).toBe(true);
    expect(await alive({ userToken: other })).toBe(false);
  });
});

describe('what may go wrong', () => {
  test.each(['GET', 'HEAD', 'PUT', 'PROPFIND'] as const)('%s is refused in the envelope', async (method) => {
    const response = await gateway.app.inject({ method: method as 'GET', url: '/api/user/login' });
    expect(response.statusCode).toBe(200);
    expect(response.body).toBe(method === 'HEAD' ? '' : JSON.stringify(failures['login: wrong method']));
  });

  test('a body that is too large is a bad parameter', async () => {
    const payload = { phone: PHONE, password: 'x'.repeat(2 * 1024 * 1024) };
    expect(await answer({ url: '/api/user/login', payload })).toBe(
      JSON.stringify(failures['login: mistyped password']),
    );
  });

  test('after ten wrong passwords the next login is told when to come back', async () => {
    const { phone } = await person();
    const attempt = () => gateway.post('/api/user/login', { phone, password: 'wrong' });
    for (let guess = 0; guess < 11; guess += 1)
      expect((await attempt()).json()).toMatchObject({ code: 200008 });
    const response = await attempt();
    expect(JSON.stringify(response.json())).toBe(JSON.stringify(failures['any: throttled']));
    expect(Number(response.headers['retry-after'])).toBeGreaterThan(0);
  });

  test('a fault answers in the envelope and says nothing about itself', async () => {
    const broken = await startGateway();
    try {
      await broken.services.db.em.fork().execute('drop table login_names');
      const response = await broken.post('/api/user/login', { phone: PHONE, password: 'abc' });
      expect(response.statusCode).toBe(200);
      expect(response.body).toBe(JSON.stringify(failures['any: fault']));
      expect(broken.logged()).toContain('login_names');
    } finally {
      await broken.close();
    }
  });

  test('no password, hash or token reaches the log', async () => {
    const { phone, token } = await person();
    await gateway.app.inject({ method: 'POST', url: `/api/user/login?phone=${phone}&password=wrong+horse` });
    const { passwordHash } = await stored({ phone: `86${phone}` });
    const log = gateway.logged();
    expect(log).toContain('/api/user/login');
    for (const secret of [PASSWORD, 'wrong+horse', 'wrong horse', token, passwordHash ?? 'no hash']) {
      expect(log).not.toContain(secret);
    }
  });
});
