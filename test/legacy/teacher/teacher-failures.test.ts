import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { InjectOptions } from 'fastify';
import { User, UserStatus } from '../../../src/users/user.entity.js';
import { startGateway } from '../../support/gateway.js';
import { readGolden } from '../../support/legacy/golden-files.js';
import { PHONE, startTeacherApi } from '../../support/legacy/teacher-api.js';
import { PASSWORD } from '../../support/password.js';

const DAY = 86_400_000;
const failures = await readGolden('teacher-failures');
let api: Awaited<ReturnType<typeof startTeacherApi>>;
beforeAll(async () => {
  api = await startTeacherApi();
});
afterAll(() => api.gateway.close());

describe('every failure has its documented code', () => {
  const register = '/api/user/register';
  const loginUrl = '/api/user/login';
  const account = '/api/user/updateAccount';
  const password = '/api/user/updatePassword';
  const unknownToken = { userToken: '6405c8cc7b00ede85f7f1e123517e1b0' };
  const malformed = { payload: '{"phone":', headers: { 'content-type': 'application/json' } };
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
    'register: malformed body': { url: register, ...malformed },
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
    'login: malformed body': { url: loginUrl, ...malformed },
    'login: wrong method': { url: loginUrl, method: 'DELETE' },
    'login: unknown account': { url: loginUrl, payload: { phone: '15261859999', password: 'abc' } },
    'login: unknown name that is no phone': { url: loginUrl, payload: { phone: 'a\0b', password: 'abc' } },
    'login: wrong password': { url: loginUrl, payload: { phone: PHONE, password: 'abd' } },
    'updateAccount: no token': { url: account, payload: { name: 'abc' } },
    'updateAccount: empty token': { url: account, payload: { name: 'abc' }, headers: { userToken: '' } },
    'updateAccount: unknown token': { url: account, payload: { name: 'abc' }, headers: unknownToken },
    'updateAccount: unknown token before mistyped': {
      url: account,
      payload: { name: 1 },
      headers: unknownToken,
    },
    'updateAccount: malformed body': { url: account, ...malformed },
    'updateAccount: wrong method': { url: account, method: 'PUT', headers: unknownToken },
    'updatePassword: no token': { url: password, payload: change },
    'updatePassword: unknown token': { url: password, payload: change, headers: unknownToken },
    'updatePassword: unknown token before missing': { url: password, payload: {}, headers: unknownToken },
    'updatePassword: malformed body': { url: password, ...malformed },
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
    expect(await api.post(request)).toBe(JSON.stringify(failures[name]));
  });

  test.each(Object.entries(signedIn))('%s', async (name, request) => {
    const { token } = await api.createUser();
    expect(await api.post({ ...request, headers: { userToken: token } })).toBe(
      JSON.stringify(failures[name]),
    );
  });

  test.each([
    ['login: disabled account, right password', PASSWORD],
    ['login: disabled account, wrong password', 'x'],
  ])('%s', async (name, given) => {
    const { phone } = await api.createUser(UserStatus.DISABLED);
    expect(await api.post({ url: loginUrl, payload: { phone, password: given } })).toBe(
      JSON.stringify(failures[name]),
    );
  });

  test('updatePassword: expired token', async () => {
    const { token } = await api.createUser();
    api.gateway.clock.advance(2 * DAY);
    const text = await api.post({ url: password, payload: change, headers: { userToken: token } });
    expect(text).toBe(JSON.stringify(failures['updatePassword: expired token']));
  });

  test('updatePassword: an account disabled after its session was cached', async () => {
    const { id, token } = await api.createUser();
    const headers = { userToken: token };
    // Each of up to three nodes caches the session, and a direct database update does not invalidate it.
    for (let node = 0; node < 3; node++) await api.gateway.post(account, { name: 1 }, headers);
    await api.gateway.services.db.em.fork().nativeUpdate(User, { id }, { status: UserStatus.DISABLED });
    const text = await api.post({ url: password, payload: change, headers });
    expect(text).toBe(JSON.stringify(failures['updatePassword: disabled meanwhile']));
  });

  test('every case of the golden file is tested', () => {
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

describe('failures of every path', () => {
  test.each(['GET', 'HEAD', 'PUT', 'PROPFIND'] as const)('%s is answered in the envelope', async (method) => {
    const response = await api.gateway.app.inject({ method: method as 'GET', url: '/api/user/login' });
    expect(response.statusCode).toBe(200);
    expect(response.body).toBe(method === 'HEAD' ? '' : JSON.stringify(failures['login: wrong method']));
  });

  test('a body that is too large is an invalid parameter', async () => {
    const payload = { phone: PHONE, password: 'x'.repeat(2 * 1024 * 1024) };
    expect(await api.post({ url: '/api/user/login', payload })).toBe(
      JSON.stringify(failures['login: mistyped password']),
    );
  });

  test('after eleven wrong passwords a login is rate-limited, with the seconds to wait', async () => {
    const { phone } = await api.createUser();
    const attempt = () => api.gateway.post('/api/user/login', { phone, password: 'wrong' });
    for (let attempts = 0; attempts < 11; attempts += 1)
      expect((await attempt()).json()).toMatchObject({ code: 200008 });
    const response = await attempt();
    expect(JSON.stringify(response.json())).toBe(JSON.stringify(failures['any: throttled']));
    expect(Number(response.headers['retry-after'])).toBeGreaterThan(0);
  });

  test('an unexpected error is answered in the envelope, without details', async () => {
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

  test('logs no password, hash or token', async () => {
    const { phone, token } = await api.createUser();
    await api.gateway.app.inject({
      method: 'POST',
      url: `/api/user/login?phone=${phone}&password=wrong+horse`,
    });
    const { passwordHash } = await api.findUser({ phone: `86${phone}` });
    const log = api.gateway.logged();
    expect(log).toContain('/api/user/login');
    for (const secret of [PASSWORD, 'wrong+horse', 'wrong horse', token, passwordHash ?? 'no hash']) {
      expect(log).not.toContain(secret);
    }
  });
});
