import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { DomainError } from '../../src/errors.js';
import { GrowthLimit } from '../../src/rate-limits/growth-limit.js';

let now = 0;
beforeEach(() => {
  now = 1000;
  jest.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => {
  jest.restoreAllMocks();
});

/** How many of some objects an account may add now. */
function added(limit: GrowthLimit, userId: number, count: number): number {
  const attempts = Array.from({ length: count }, () => {
    try {
      limit.spend(userId);
      return 1;
    } catch (error) {
      expect((error as DomainError).code).toBe('THROTTLED');
      return 0;
    }
  });
  return attempts.reduce<number>((sum, one) => sum + one, 0);
}

test('lets each account add a share of its objects within a minute', () => {
  const limit = new GrowthLimit(2000, 0.1, 'Too many.');
  expect([added(limit, 1, 210), added(limit, 2, 150)]).toEqual([200, 150]);
  now += 59_000;
  expect(added(limit, 1, 1)).toBe(0);
  now += 1000;
  expect(added(limit, 1, 210)).toBe(200);
});

test('knows whether any account may add some more', () => {
  const limit = new GrowthLimit(2000, 0.1, 'Too many.');
  added(limit, 1, 50);
  added(limit, 2, 150);
  expect([limit.allowsAll(50), limit.allowsAll(51)]).toEqual([true, false]);
  now += 60_000;
  expect(limit.allowsAll(200)).toBe(true);
});
