import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { InjectOptions } from 'fastify';
import { Gender } from '../../../src/users/user.entity.js';
import { PHONE, startTeacherApi } from '../../support/legacy/teacher-api.js';

let api: Awaited<ReturnType<typeof startTeacherApi>>;
beforeAll(async () => {
  api = await startTeacherApi();
});
afterAll(() => api.gateway.close());

describe('reads the parameters', () => {
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
    ['a phone as a JSON number', { payload: { phone: Number(PHONE), password: 'abc' } }],
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
      'a body in preference to the query',
      { query: { ...credentials, password: 'x' }, payload: { password: 'abc' } },
    ],
    ['JSON without a content type', { payload: JSON.stringify(credentials), headers: typed('text/plain') }],
    ['unknown fields', { payload: { ...credentials, remember: [true], __proto__x: 1 } }],
    ['a device id in a header', { payload: credentials, headers: { 'x-device-id': 'room 12' } }],
    ['an invalid token', { payload: credentials, headers: { userToken: 'expired' } }],
    ['a trailing slash', { url: '/api/user/login/', payload: credentials }],
    ['a phone with its country code', { payload: { ...credentials, phone: `+86${PHONE}` } }],
  ])('login accepts %s', async (_case, request) => {
    expect(JSON.parse(await api.post({ url: '/api/user/login', ...request }))).toMatchObject({ code: 0 });
  });

  test.each([
    ['application/x-www-form-urlencoded', form],
    [`multipart/form-data; boundary=${boundary}`, multipart],
  ])('a form of %s may send the type and the gender as text', async (type, encode) => {
    const { id, token } = await api.createUser();
    const headers = { ...typed(type), userToken: token };
    const url = '/api/user/updateAccount';
    await api.post({ url, payload: encode({ type: '7', gendar: 'true' }), headers });
    expect(await api.findUser({ id })).toMatchObject({ type: 7, gender: Gender.FEMALE });
    await api.post({ url, payload: encode({ type: '', gendar: '' }), headers });
    expect(await api.findUser({ id })).toMatchObject({ type: 7, gender: Gender.FEMALE });
  });
});
