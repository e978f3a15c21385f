import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { MemoryLimiters } from '../../src/adapters/rate-limits/memory.js';
import { CaptchaType } from '../../src/captchas/captcha.entity.js';
import { DomainError } from '../../src/errors.js';
import { AddressLimit } from '../../src/rate-limits/address-limit.js';
import { refusal, send } from '../support/clients/client.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import * as op from '../support/operations.js';
import { PASSWORD } from '../support/password.js';

describe('the limit of an address', () => {
  let limit: AddressLimit;
  let done: number;
  beforeEach(() => {
    jest.useFakeTimers();
    limit = new AddressLimit(new MemoryLimiters(), { name: 'test', perHour: 3, refusal: 'Too many.' });
    done = 0;
  });
  afterEach(() => {
    jest.useRealTimers();
  });
  const spend = (address = '192.0.2.1', failure?: 'CONFLICT' | 'INVALID_INPUT') =>
    limit
      .spend(address, async () => {
        done += 1;
        if (failure) throw new DomainError(failure, 'No.');
        return 'done';
      })
      .catch((error: DomainError) => error.code);

  test('admits no more of a hundred parallel requests than of sequential ones', async () => {
    await Promise.all(Array.from({ length: 100 }, () => spend()));
    expect(done).toBe(3);
  });

  test('ends at the time in the refusal', async () => {
    for (let i = 0; i < 3; i += 1) await spend();
    jest.advanceTimersByTime(600_000);
    await expect(limit.spend('192.0.2.1', async () => 'done')).rejects.toMatchObject({
      code: 'THROTTLED',
      details: { retryAfter: 3000 },
    });
    jest.advanceTimersByTime(3_000_000);
    expect(await spend()).toBe('done');
  });

  test('is shared by an IPv6 /64, and by nobody else', async () => {
    for (const host of ['1', '2', '3']) await spend(`2001:db8:1:1::${host}`);
    expect(await spend('2001:db8:1:1:ffff::4')).toBe('THROTTLED');
    expect(await spend('2001:db8:1:2::1')).toBe('done');
    expect(await spend('192.0.2.2')).toBe('done');
  });

  test('counts a CONFLICT, which reveals an account, but not an INVALID_INPUT', async () => {
    for (let i = 0; i < 5; i += 1) expect(await spend('192.0.2.1', 'INVALID_INPUT')).toBe('INVALID_INPUT');
    for (let i = 0; i < 3; i += 1) expect(await spend('192.0.2.1', 'CONFLICT')).toBe('CONFLICT');
    expect(await spend()).toBe('THROTTLED');
  });
});

describe('over all APIs', () => {
  let gateway: TestGateway;
  beforeEach(async () => {
    gateway = await startGateway({ REGISTRATIONS_PER_ADDRESS: '2', CAPTCHAS_PER_ADDRESS: '3' });
  });
  afterEach(() => gateway.close());

  const input = (username: string) => ({ input: { username, password: PASSWORD } });
  const requestCaptcha = (type: string) => gateway.post('/validate/code/', { type, deviceId: 'browser 1' });

  test('limits the registrations of one address, but not those of an administrator', async () => {
    const phone = (last: number) => ({ phone: `1380000000${last}`, password: '12345' });
    expect((await gateway.post('/api/user/register', phone(1))).json()).toMatchObject({ code: 0 });
    expect(await refusal(gateway, op.RegisterDocument, input('second'))).toBeUndefined();
    const { errors } = await send(gateway, op.RegisterDocument, input('third'));
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'THROTTLED', retryAfter: expect.any(Number) });
    const refused = await gateway.post('/api/user/register', phone(4));
    expect(refused.json()).toEqual({ code: 200007, message: '登录错误，请联系系统管理员' });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(3000);
    for (const username of ['fifth', 'sixth']) await gateway.createUser({ username });
  });

  test('limits the image captchas and scan tickets of one address', async () => {
    for (const type of ['image', 'scan'])
      expect((await requestCaptcha(type)).headers['content-type']).toBe('image/png');
    const image = { input: { type: CaptchaType.IMAGE, deviceId: 'browser 2' } };
    expect(await refusal(gateway, op.CreateCaptchaDocument, image)).toBeUndefined();
    for (const type of ['image', 'scan']) {
      const refused = await requestCaptcha(type);
      expect(refused.json()).toMatchObject({ code: 429, success: false });
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(3000);
    }
    expect(await refusal(gateway, op.CreateCaptchaDocument, image)).toBe('THROTTLED');
  });
});
