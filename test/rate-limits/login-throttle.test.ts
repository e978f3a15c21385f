import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { MemoryLimiters } from '../../src/adapters/rate-limits/memory.js';
import { DomainError } from '../../src/errors.js';
import { type Attempt, LoginThrottle } from '../../src/rate-limits/login-throttle.js';

const MINUTE = 60_000;

let throttle: LoginThrottle;
/** Attempts that were not refused by the throttle. */
let checked: number;
beforeEach(() => {
  jest.useFakeTimers();
  throttle = new LoginThrottle(new MemoryLimiters());
  checked = 0;
});
afterEach(() => {
  jest.useRealTimers();
});

const defaults: Attempt = { name: 'li', userId: null, address: '192.0.2.1', captcha: 'none' };
const wrong = (attempt: Partial<Attempt> = {}) =>
  throttle
    .attempt({ ...defaults, ...attempt }, async () => {
      checked += 1;
      throw new DomainError('PASSWORD_WRONG', 'The password is wrong.');
    })
    .catch((error: DomainError) => error);
/** @returns the code of the refusal, or `success`. */
const right = (attempt: Partial<Attempt> = {}) =>
  throttle
    .attempt({ ...defaults, ...attempt }, async () => 'success')
    .catch((error: DomainError) => error.code);
const inParallel = <T>(count: number, work: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)));

describe('the budget of a name', () => {
  test('is ten failed attempts, whatever their addresses', async () => {
    for (let n = 0; n < 10; n += 1) {
      expect(await wrong({ address: `192.0.2.${n}` })).toMatchObject({ code: 'PASSWORD_WRONG' });
    }
    expect(await right({ captcha: 'possible', address: '192.0.2.99' })).toBe('CAPTCHA_REQUIRED');
  });

  test('checks ten of a hundred parallel wrong attempts where a captcha can be required', async () => {
    await inParallel(100, () => wrong({ captcha: 'possible' }));
    expect(checked).toBe(10);
  });

  test('checks one more where no captcha can be required', async () => {
    const refusals = await inParallel(100, () => wrong());
    expect(new Set(refusals.map(({ code }) => code))).toEqual(new Set(['PASSWORD_WRONG', 'THROTTLED']));
    expect(checked).toBe(11);
  });

  test('is not spent by successful logins: a hundred in parallel all succeed', async () => {
    expect(new Set(await inParallel(100, () => right()))).toEqual(new Set(['success']));
  });

  test('is not spent by an expired captcha', async () => {
    for (let n = 0; n < 20; n += 1) {
      const expired = throttle.attempt(defaults, async () => {
        throw new DomainError('CAPTCHA_EXPIRED', 'Too late.');
      });
      await expect(expired).rejects.toThrow('Too late.');
    }
    expect(await right({ captcha: 'possible' })).toBe('success');
  });

  test('is restored after 15 minutes', async () => {
    await inParallel(10, () => wrong());
    jest.advanceTimersByTime(15 * MINUTE - 1);
    expect(await right({ captcha: 'possible' })).toBe('CAPTCHA_REQUIRED');
    jest.advanceTimersByTime(2);
    expect(await right({ captcha: 'possible' })).toBe('success');
  });
});

describe('beyond the budget of a name', () => {
  beforeEach(() => inParallel(10, () => wrong()));

  test('the owner succeeds at once with a solved captcha', async () => {
    expect(await right({ captcha: 'solved' })).toBe('success');
  });

  test('the owner succeeds from another address, however many attempts an attacker makes', async () => {
    await inParallel(20, () => wrong());
    expect(await right({ address: '198.51.100.7' })).toBe('success');
  });

  test('the owner does not wait for slow attempts from elsewhere', async () => {
    const slow = Promise.withResolvers<never>();
    const attempts = inParallel(20, (n) =>
      throttle.attempt({ ...defaults, address: `203.0.113.${n}` }, () => slow.promise).catch(() => {}),
    );
    expect(await right({ address: '198.51.100.7' })).toBe('success');
    expect(await right({ captcha: 'solved' })).toBe('success');
    slow.reject(new DomainError('PASSWORD_WRONG', 'The password is wrong.'));
    await attempts;
  });

  test('the owner succeeds from the same address after the time in the refusal', async () => {
    await wrong();
    expect(await wrong()).toMatchObject({ code: 'THROTTLED', details: { retryAfter: 10 } });
    jest.advanceTimersByTime(10_001);
    expect(await right()).toBe('success');
  });
});

describe('the hundred failures of an hour', () => {
  const solveAndFail = (n: number, attempt: Partial<Attempt> = {}) =>
    wrong({ address: `192.0.2.${n % 200}`, captcha: 'solved', ...attempt });

  test('are the limit of a name for all addresses, however many captchas are solved', async () => {
    await inParallel(150, (n) => solveAndFail(n));
    expect(checked).toBe(100);
    expect(await solveAndFail(0)).toMatchObject({ code: 'THROTTLED', details: { retryAfter: 3600 } });
    expect(await solveAndFail(0, { captcha: 'possible' })).toMatchObject({ code: 'THROTTLED' });
    expect(await right({ address: '198.51.100.7', captcha: 'solved' })).toBe('THROTTLED');
    jest.advanceTimersByTime(60 * MINUTE + 1);
    expect(await right({ captcha: 'solved' })).toBe('success');
  });

  test('are the limit of an account for all its names, which goes unnoticed', async () => {
    await inParallel(60, (n) => solveAndFail(n, { userId: 7 }));
    await inParallel(40, (n) => solveAndFail(n, { name: '13800000001', userId: 7 }));
    const accountIsOpen = (attempt: Partial<Attempt>) =>
      throttle.attempt({ ...defaults, ...attempt }, async (isOpen) => isOpen);
    expect(await accountIsOpen({ name: '13800000001', userId: 7, captcha: 'solved' })).toBe(false);
    expect(await accountIsOpen({ name: '13800000002', userId: 8, captcha: 'solved' })).toBe(true);
  });

  test('do not stop a known client of the account, which has ten failures of its own', async () => {
    await inParallel(120, (n) => solveAndFail(n, { userId: 7 }));
    const asKnownClient = (work: () => Promise<string>) =>
      throttle.attemptAsKnownClient(7, 'device:phone', work).catch((error: DomainError) => error.code);
    expect(await asKnownClient(async () => 'success')).toBe('success');
    const fail = () => {
      throw new DomainError('PASSWORD_WRONG', 'The password is wrong.');
    };
    const outcomes = await inParallel(12, () => asKnownClient(async () => fail()));
    expect(outcomes.filter((code) => code === 'PASSWORD_WRONG')).toHaveLength(10);
    expect(await asKnownClient(async () => 'success')).toBe('THROTTLED');
    jest.advanceTimersByTime(15 * MINUTE + 1);
    expect(await asKnownClient(async () => 'success')).toBe('success');
  });
});

test('the budget of an address is fifty failed attempts over all names', async () => {
  await inParallel(49, (n) => wrong({ name: `user ${n}` }));
  expect(await right({ name: 'the next', captcha: 'possible' })).toBe('success');
  await wrong({ name: 'the fiftieth' });
  expect(await right({ name: 'the next', captcha: 'possible' })).toBe('CAPTCHA_REQUIRED');
  expect(await right({ name: 'the next', captcha: 'possible', address: '192.0.2.2' })).toBe('success');
});

describe('an attacker who tries one password on many names', () => {
  test('gets fifty attempts, and then one in two seconds, where no captcha can be required', async () => {
    await inParallel(150, (n) => wrong({ name: `user ${n}` }));
    expect(checked).toBe(51);
    expect(await wrong({ name: 'fresh' })).toMatchObject({
      code: 'THROTTLED',
      details: { retryAfter: 2 },
    });
    for (let second = 1; second <= 10; second += 1) {
      jest.advanceTimersByTime(1000);
      await inParallel(10, (n) => wrong({ name: `user ${second} ${n}` }));
    }
    expect(checked).toBe(56);
  });

  test('neither locks out owners elsewhere, nor slows down its address by refused attempts', async () => {
    await inParallel(60, (n) => wrong({ name: `user ${n}` }));
    expect(await right({ address: '198.51.100.7' })).toBe('success');
    jest.advanceTimersByTime(2001);
    await inParallel(10, () => wrong({ name: 'user 0' }));
    jest.advanceTimersByTime(2001);
    // The slot of this name is still taken, so that the attempt takes none of the address.
    expect(await wrong({ name: 'user 0' })).toMatchObject({ code: 'THROTTLED' });
    expect(await right()).toBe('success');
  });
});
