import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import samples from '../../src/legacy/teacher/samples.json' with { type: 'json' };
import { Gender, UserStatus } from '../../src/users/user.entity.js';
import { importUser } from '../support/fixtures.js';
import { PASSWORD } from '../support/password.js';
import { PHONE, startTeacherApi } from '../support/teacher-api.js';

const DAY = 86_400_000;
let on: Awaited<ReturnType<typeof startTeacherApi>>;
beforeAll(async () => {
  on = await startTeacherApi();
});
afterAll(() => on.gateway.close());

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
    expect(await on.answer({ url: '/api/user/register', payload })).toBe(
      JSON.stringify(samples['/api/user/register'].answers.success),
    );
    expect(await on.stored({ phone: '8615261851955' })).toMatchObject({
      name: 'abc',
      email: 'abcde@126.com',
      type: 1,
      gender: Gender.MALE,
      phoneVerifiedAt: null,
    });
  });

  test('login answers its sample; the teacher has the id and times of the account', async () => {
    const text = await on.answer({ url: '/api/user/login', payload: { phone: PHONE, password: 'abc' } });
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
    const { token, phone } = await on.person();
    const payload = { name: 'abc', email: 'abcde@126.com', avatarUrl: '', type: 1, gendar: false };
    expect(await on.answer({ url: '/api/user/updateAccount', payload, headers: { userToken: token } })).toBe(
      JSON.stringify(samples['/api/user/updateAccount'].answers.success),
    );
    expect(await on.stored({ phone: `86${phone}` })).toMatchObject({ name: 'abc', gender: Gender.MALE });
  });

  test('updatePassword answers its sample, and from then on the new password is the right one', async () => {
    const phone = '15261851956';
    await importUser(on.gateway, {
      id: 1004,
      phone,
      password: 'abc',
      createdAt: new Date(on.gateway.clock.now),
    });
    const headers = { userToken: await on.login(phone, 'abc') };
    const payload = { password: 'abc', passwordTwo: 'abc', passwordNew: 'abcde' };
    expect(await on.answer({ url: '/api/user/updatePassword', payload, headers })).toBe(
      JSON.stringify(samples['/api/user/updatePassword'].answers.success),
    );
    expect((await on.gateway.post('/api/user/login', { phone, password: 'abc' })).json()).toMatchObject({
      code: 200008,
    });
    expect(await on.login(phone, 'abcde')).toMatch(/^[\da-f]{32}$/);
  });
});

describe('updateAccount', () => {
  const update = (token: string, body: object) =>
    on.gateway.post('/api/user/updateAccount', body, { userToken: token });

  test('changes only what is sent', async () => {
    const { id, token } = await on.person();
    await update(token, { name: 'Li', email: 'li@example.com', avatarUrl: '/li.png', type: 2, gendar: true });
    await update(token, { name: 'Lin', email: null });
    const kept = { email: 'li@example.com', avatarUrl: '/li.png', type: 2, gender: Gender.FEMALE };
    expect(await on.stored({ id })).toMatchObject({ name: 'Lin', ...kept });
    expect((await update(token, {})).json()).toEqual({ code: 0, message: 'success' });
    expect(await on.stored({ id })).toMatchObject({ name: 'Lin', ...kept });
  });

  test('clears a text that is sent empty, and accepts the gender under either name', async () => {
    const { id, phone, token } = await on.person();
    await update(token, { name: 'Li', gender: true });
    await update(token, { name: '' });
    expect(await on.stored({ id })).toMatchObject({ name: null, gender: Gender.FEMALE });
    const { data } = (await on.gateway.post('/api/user/login', { phone, password: PASSWORD })).json();
    expect(data.account).toMatchObject({ name: '', gender: true });
  });

  test('leaves what nobody may change about themselves', async () => {
    const { id, phone, token } = await on.person();
    await update(token, { id: 1, phone: '1', status: 'DISABLED', roles: ['ADMIN'], userType: 'CASS' });
    expect(await on.stored({ id })).toMatchObject({
      phone: `86${phone}`,
      status: UserStatus.ACTIVE,
      userType: null,
    });
  });
});

describe('tokens', () => {
  const alive = async (headers: Record<string, string>) =>
    (await on.gateway.post('/api/user/updateAccount', {}, headers)).json<{ code: number }>().code === 0;

  test('a token is good in every documented header, with and without Bearer', async () => {
    const { token } = await on.person();
    for (const name of ['userToken', 'token', 'Authorization']) {
      expect(await alive({ [name]: token })).toBe(true);
      expect(await alive({ [name]: `Bearer ${token}` })).toBe(true);
    }
  });

  test('a new login leaves older tokens alone', async () => {
    const { phone, token } = await on.person();
    const second = await on.login(phone, PASSWORD);
    expect(second).not.toBe(token);
    expect(await alive({ userToken: token })).toBe(true);
    expect(await alive({ userToken: second })).toBe(true);
  });

  test('each use prolongs a token to two days from then', async () => {
    const { token } = await on.person();
    for (let use = 0; use < 3; use += 1) {
      on.gateway.clock.advance(2 * DAY - 1);
      expect(await alive({ userToken: token })).toBe(true);
    }
    on.gateway.clock.advance(2 * DAY);
    expect(await alive({ userToken: token })).toBe(false);
  });

  test('a changed password ends the other sessions, not the one that changed it', async () => {
    const { phone, token } = await on.person();
    const other = await on.login(phone, PASSWORD);
    const body = { password: PASSWORD, passwordTwo: PASSWORD, passwordNew: 'battery staple' };
    await on.gateway.post('/api/user/updatePassword', body, { userToken: token });
    expect(await alive({ userToken: token })).toBe(true);
    expect(await alive({ userToken: other })).toBe(false);
  });
});
