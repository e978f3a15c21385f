import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { DomainError } from '../../src/errors.js';
import { type Attempt, addressBucket, LoginThrottle } from '../../src/rate-limits/login-throttle.js';

const MINUTE = 60_000;

let throttle: LoginThrottle;
let tries: number;
beforeEach(() => {
  jest.useFakeTimers();
  throttle = new LoginThrottle();
  tries = 0;
});
afterEach(() => {
  jest.useRealTimers();
});

const somebody: Attempt = { account: 'li', address: '192.0.2.1', captcha: 'none' };
const wrong = (who: Partial<Attempt> = {}) =>
  throttle
    .attempt({ ...somebody, ...who }, async () => {
      tries += 1;
      throw new DomainError('PASSWORD_WRONG', 'The password is wrong.');
    })
    .catch((error: DomainError) => error);
const right = (who: Partial<Attempt> = {}) =>
  throttle.attempt({ ...somebody, ...who }, async () => 'in').catch((error: DomainError) => error.code);
const times = <T>(n: number, work: (i: number) => Promise<T>) =>
  Promise.all(Array.from({ length: n }, (_, i) => work(i)));
const outcomes = async (answers: Promise<DomainError[]>) => new Set((await answers).map(({ code }) => code));

describe('the budget of an account', () => {
  test('is ten wrong guesses, from wherever they come', async () => {
    for (let i = 0; i < 10; i += 1)
      expect(await wrong({ address: `192.0.2.${i}` })).toMatchObject({ code: 'PASSWORD_WRONG' });
    expect(await right({ captcha: 'possible', address: '192.0.2.99' })).toBe('CAPTCHA_REQUIRED');
  });

  test('lets ten of a hundred parallel guesses through where a captcha can be asked for', async () => {
    await times(100, () => wrong({ captcha: 'possible' }));
    expect(tries).toBe(10);
  });

  test('lets one more through by the slow lane where none can be asked for', async () => {
    expect(await outcomes(times(100, () => wrong()))).toEqual(new Set(['PASSWORD_WRONG', 'THROTTLED']));
    expect(tries).toBe(11);
  });

  test('is not touched by right logins: a hundred at once all get in', async () => {
    expect(new Set(await times(100, () => right()))).toEqual(new Set(['in']));
  });

  test('is not touched by refusals that are no guess', async () => {
    for (let i = 0; i < 20; i += 1) {
      const expired = throttle.attempt(somebody, async () => {
        throw new DomainError('CAPTCHA_EXPIRED', 'Too late.');
      });
      await expect(expired).rejects.toThrow('Too late.');
    }
    expect(await right({ captcha: 'possible' })).toBe('in');
  });

  test('is whole again when its window has passed', async () => {
    await times(10, () => wrong());
    jest.advanceTimersByTime(15 * MINUTE - 1);
    expect(await right({ captcha: 'possible' })).toBe('CAPTCHA_REQUIRED');
    jest.advanceTimersByTime(2);
    expect(await right({ captcha: 'possible' })).toBe('in');
  });
});

describe('past the budget', () => {
  beforeEach(() => times(10, () => wrong()));

  test('a solved captcha lets the owner in at once', async () => {
    expect(await right({ captcha: 'solved' })).toBe('in');
  });

  test('the owner gets in by the slow lane at another address, whatever the guesser does', async () => {
    await times(20, () => wrong());
    expect(await right({ address: '198.51.100.7' })).toBe('in');
  });

  test('nobody waits for guesses from elsewhere that take their time', async () => {
    const guess = Promise.withResolvers<never>();
    const guesses = times(20, (i) =>
      throttle.attempt({ ...somebody, address: `203.0.113.${i}` }, () => guess.promise).catch(() => {}),
    );
    expect(await right({ address: '198.51.100.7' })).toBe('in');
    expect(await right({ captcha: 'solved' })).toBe('in');
    guess.reject(new DomainError('PASSWORD_WRONG', 'The password is wrong.'));
    await guesses;
  });

  test('the owner gets in at the same address when the time they were told has passed', async () => {
    await wrong();
    const refusal = await wrong();
    expect(refusal).toMatchObject({ code: 'THROTTLED', details: { retryAfter: 10 } });
    jest.advanceTimersByTime(10_001);
    expect(await right()).toBe('in');
  });
});

test('the budget of an address is fifty wrong guesses over all accounts', async () => {
  await times(49, (i) => wrong({ account: `user ${i}` }));
  expect(await right({ account: 'the next', captcha: 'possible' })).toBe('in');
  await wrong({ account: 'the fiftieth' });
  expect(await right({ account: 'the next', captcha: 'possible' })).toBe('CAPTCHA_REQUIRED');
  expect(await right({ account: 'the next', captcha: 'possible', address: '192.0.2.2' })).toBe('in');
});

describe('a guesser who tries one password on many accounts', () => {
  test('gets fifty tries, and then one in two seconds, where no captcha can be asked for', async () => {
    await times(150, (i) => wrong({ account: `user ${i}` }));
    expect(tries).toBe(51);
    expect(await wrong({ account: 'fresh' })).toMatchObject({
      code: 'THROTTLED',
      details: { retryAfter: 2 },
    });
    for (let second = 1; second <= 10; second += 1) {
      jest.advanceTimersByTime(1000);
      await times(10, (i) => wrong({ account: `user ${second} ${i}` }));
    }
    expect(tries).toBe(56);
  });

  test('does not lock out the owner elsewhere, nor is an address slowed by what it was refused', async () => {
    await times(60, (i) => wrong({ account: `user ${i}` }));
    expect(await right({ address: '198.51.100.7' })).toBe('in');
    jest.advanceTimersByTime(2001);
    await times(10, () => wrong({ account: 'user 0' }));
    jest.advanceTimersByTime(2001);
    // The slow lane of this account is still taken: no turn of the address goes to it.
    expect(await wrong({ account: 'user 0' })).toMatchObject({ code: 'THROTTLED' });
    expect(await right()).toBe('in');
  });
});

test.each([
  ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9', true],
  ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
  ['2001:0DB8:0001:0002:0:0:0:1', '2001:db8:1:2::1', true],
  ['::1', '0:0:0:0::2', true],
  ['fe80::1%eth0', 'fe80::2', true],
  ['::ffff:192.0.2.1', '192.0.2.1', true],
  ['192.0.2.1', '192.0.2.2', false],
  ['unknown', '_hidden', true],
  ['', '192.0.2.1:65536:1', true],
  ['unknown', '192.0.2.1', false],
])('%s and %s share a bucket: %s', (a, b, same) => {
  expect(addressBucket(a) === addressBucket(b)).toBe(same);
});
