import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { payerOf } from '../../src/graphql/execution/payer.js';
import { CostBudget } from '../../src/rate-limits/complexity-budget.js';

let budget: CostBudget;
beforeEach(() => {
  jest.useFakeTimers();
  budget = new CostBudget(1000);
});
afterEach(() => {
  jest.useRealTimers();
});

const throttled = (retryAfter: number) => ({ code: 'THROTTLED', details: { retryAfter } });

test('is spent by what operations cost, and there is a new one a minute later', async () => {
  await budget.run('user:1', 600);
  jest.advanceTimersByTime(20_000);
  await budget.run('user:1', 400);
  await expect(budget.run('user:1', 1)).rejects.toMatchObject(throttled(40));
  await budget.run('user:2', 1000);
  jest.advanceTimersByTime(40_000);
  await budget.run('user:1', 1000);
});

test('lets what costs nothing run, always', async () => {
  await budget.run('user:1', 1001).catch(() => {});
  await budget.run('user:1', 0);
});

test('is spent by new documents too, by the square of their length, but not what is left to run', async () => {
  await budget.read('user:1', 'x'.repeat(160));
  await budget.requireReadable('user:1');
  await expect(budget.read('user:1', 'x'.repeat(16 * 31))).rejects.toMatchObject(throttled(60));
  await expect(budget.requireReadable('user:1')).rejects.toMatchObject(throttled(60));
  await budget.requireReadable('user:2');
  await budget.run('user:1', 1000);
});

test('is that of an address for strangers, and of a whole IPv6 /64', () => {
  const stranger = (address: string) => payerOf(null, { address });
  expect(stranger('192.0.2.1')).not.toBe(stranger('192.0.2.2'));
  expect(stranger('2001:db8:1:1::1')).toBe(stranger('2001:db8:1:1:ffff::2'));
  expect(stranger('2001:db8:1:1::1')).not.toBe(stranger('2001:db8:1:2::1'));
});
