import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import samples from '../../../src/legacy/teacher/samples.json' with { type: 'json' };
import { Gender, UserStatus } from '../../../src/users/user.entity.js';
import { importUser } from '../../support/fixtures.js';
import { PHONE, startTeacherApi } from '../../support/legacy/teacher-api.js';
import { PASSWORD } from '../../support/password.js';

const DAY = 86_400_000;
let api: Awaited<ReturnType<typeof startTeacherApi>>;
beforeAll(async () => {
  api = await startTeacherApi();
});
afterAll(() => api.gateway.close());

describe('responds like the document', () => {
  test('to register, and stores the account', async () => {
    const payload = {
      phone: 15_261_851_955,
      password: '12345',
      name: 'abc',
      email: 'abcde@126.com',
      avatarUrl: '',
      type: 1,
      gendar: false,
    };
    expect(await api.post({ url: '/api/user/register', payload })).toBe(
      JSON.stringify(samples['/api/user/register'].answers.success),
    );
    expect(await api.findUser({ phone: '8615261851955' })).toMatchObject({
      name: 'abc',
      email: 'abcde@126.com',
      type: 1,
      gender: Gender.MALE,
      phoneVerifiedAt: null,
    });
  });

  test('to login, with the id and times of the account for the teacher', async () => {
    const text = await api.post({ url: '/api/user/login', payload: { phone: PHONE, password: 'abc' } });
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

  test('to updateAccount, and stores the change', async () => {
    const { token, phone } = await api.createUser();
    const payload = { name: 'abc', email: 'abcde@126.com', avatarUrl: '', type: 1, gendar: false };
    expect(await api.post({ url: '/api/user/updateAccount', payload, headers: { userToken: token } })).toBe(
      JSON.stringify(samples['/api/user/updateAccount'].answers.success),
    );
    expect(await api.findUser({ phone: `86${phone}` })).toMatchObject({ name: 'abc', gender: Gender.MALE });
  });

  test('to updatePassword, and replaces the password', async () => {
    const phone = '15261851956';
    await importUser(api.gateway, {
      id: 1004,
      phone,
      password: 'abc',
      createdAt: new Date(api.gateway.clock.now),
    });
    const headers = { userToken: await api.login(phone, 'abc') };
    const payload = { password: 'abc', passwordTwo: 'abc', passwordNew: 'abcde' };
    expect(await api.post({ url: '/api/user/updatePassword', payload, headers })).toBe(
      JSON.stringify(samples['/api/user/updatePassword'].answers.success),
    );
    expect((await api.gateway.post('/api/user/login', { phone, password: 'abc' })).json()).toMatchObject({
      code: 200008,
    });
    expect(await api.login(phone, 'abcde')).toMatch(/^[\da-f]{32}$/);
  });
});

describe('updateAccount', () => {
  const update = (token: string, body: object) =>
    api.gateway.post('/api/user/updateAccount', body, { userToken: token });

  test('changes only the fields that are sent', async () => {
    const { id, token } = await api.createUser();
    await update(token, { name: 'Li', email: 'li@example.com', avatarUrl: '/li.png', type: 2, gendar: true });
    await update(token, { name: 'Lin', email: null });
    const unchanged = { email: 'li@example.com', avatarUrl: '/li.png', type: 2, gender: Gender.FEMALE };
    expect(await api.findUser({ id })).toMatchObject({ name: 'Lin', ...unchanged });
    expect((await update(token, {})).json()).toEqual({ code: 0, message: 'success' });
    expect(await api.findUser({ id })).toMatchObject({ name: 'Lin', ...unchanged });
  });

  test('clears a field that is sent empty, and accepts gendar and gender', async () => {
    const { id, phone, token } = await api.createUser();
    await update(token, { name: 'Li', gender: true });
    await update(token, { name: '' });
    expect(await api.findUser({ id })).toMatchObject({ name: null, gender: Gender.FEMALE });
    const { data } = (await api.gateway.post('/api/user/login', { phone, password: PASSWORD })).json();
    expect(data.account).toMatchObject({ name: '', gender: true });
  });

  test('ignores fields that users may not change themselves', async () => {
    const { id, phone, token } = await api.createUser();
    await update(token, { id: 1, phone: '1', status: 'DISABLED', roles: ['ADMIN'], userType: 'CASS' });
    expect(await api.findUser({ id })).toMatchObject({
      phone: `86${phone}`,
      status: UserStatus.ACTIVE,
      userType: null,
    });
  });
});

describe('tokens', () => {
  const isValid = async (headers: Record<string, string>) =>
    (await api.gateway.post('/api/user/updateAccount', {}, headers)).json<{ code: number }>().code === 0;

  test('a token is valid in every token header, with and without Bearer', async () => {
    const { token } = await api.createUser();
    for (const name of ['userToken', 'token', 'Authorization']) {
      expect(await isValid({ [name]: token })).toBe(true);
      expect(await isValid({ [name]: `Bearer ${token}` })).toBe(true);
    }
  });

  test('a new login leaves older tokens valid', async () => {
    const { phone, token } = await api.createUser();
    const second = await api.login(phone, PASSWORD);
    expect(second).not.toBe(token);
    expect(await isValid({ userToken: token })).toBe(true);
    expect(await isValid({ userToken: second })).toBe(true);
  });

  test('a token expires two days after its last use', async () => {
    const { token } = await api.createUser();
    for (let use = 0; use < 3; use += 1) {
      api.gateway.clock.advance(2 * DAY - 1);
      expect(await isValid({ userToken: token })).toBe(true);
    }
    api.gateway.clock.advance(2 * DAY);
    expect(await isValid({ userToken: token })).toBe(false);
  });

  test('a password change ends all sessions except the one that made it', async () => {
    const { phone, token } = await api.createUser();
    const other = await api.login(phone, PASSWORD);
    const body = { password: PASSWORD, passwordTwo: PASSWORD, passwordNew: 'battery staple' };
    await api.gateway.post('/api/user/updatePassword', body, { userToken: token });
    expect(await isValid({ userToken: token })).toBe(true);
    expect(await isValid({ userToken: other })).toBe(false);
  });
});
