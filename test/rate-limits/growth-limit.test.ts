import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { MemoryLimiters } from '../../src/adapters/rate-limits/memory.js';
import type { DomainError } from '../../src/errors.js';
import { GrowthLimit } from '../../src/rate-limits/growth-limit.js';

const MINUTE_MS = 60_000;

let now = 0;
let limit: GrowthLimit;
beforeEach(() => {
  now = MINUTE_MS;
  jest.spyOn(performance, 'now').mockImplementation(() => now);
  limit = new GrowthLimit(new MemoryLimiters(), {
    name: 'test',
    maxObjects: 2000,
    sharePerMinute: 0.1,
    refusal: 'Too many.',
  });
});
afterEach(() => {
  jest.restoreAllMocks();
});

/** How many of some objects an account may add now. */
async function added(userId: number, count: number): Promise<number> {
  const attempts = Array.from({ length: count }, () =>
    limit.spend(userId).then(
      () => 1,
      ({ code }: DomainError) => {
        expect(code).toBe('THROTTLED');
        return 0;
      },
    ),
  );
  return (await Promise.all<number>(attempts)).reduce((sum, one) => sum + one, 0);
}

test('lets each account add a share of its objects within a minute', async () => {
  expect([await added(1, 210), await added(2, 150)]).toEqual([200, 150]);
  now += 59_000;
  expect(await added(1, 1)).toBe(0);
  now += 1000;
  expect(await added(1, 210)).toBe(200);
});

test('knows whether any account may add some more', async () => {
  await added(1, 50);
  await added(2, 150);
  expect([limit.allowsAll(50), limit.allowsAll(51)]).toEqual([true, false]);
  now += 2 * MINUTE_MS;
  expect(limit.allowsAll(200)).toBe(true);
});
