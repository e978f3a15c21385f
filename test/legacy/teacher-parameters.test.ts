import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { InjectOptions } from 'fastify';
import { Gender } from '../../src/users/user.entity.js';
import { PHONE, startTeacherApi } from '../support/teacher-api.js';

let on: Awaited<ReturnType<typeof startTeacherApi>>;
beforeAll(async () => {
  on = await startTeacherApi();
});
afterAll(() => on.gateway.close());

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
    expect(JSON.parse(await on.answer({ url: '/api/user/login', ...request }))).toMatchObject({ code: 0 });
  });

  test.each([
    ['application/x-www-form-urlencoded', form],
    [`multipart/form-data; boundary=${boundary}`, multipart],
  ])('a form of %s sends the type and the gender as text', async (type, encode) => {
    const { id, token } = await on.person();
    const headers = { ...typed(type), userToken: token };
    const url = '/api/user/updateAccount';
    await on.answer({ url, payload: encode({ type: '7', gendar: 'true' }), headers });
    expect(await on.stored({ id })).toMatchObject({ type: 7, gender: Gender.FEMALE });
    await on.answer({ url, payload: encode({ type: '', gendar: '' }), headers });
    expect(await on.stored({ id })).toMatchObject({ type: 7, gender: Gender.FEMALE });
  });
});
