import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { MemoryLimiters } from '../../src/adapters/rate-limits/memory.js';
import { ComplexityBudget } from '../../src/rate-limits/complexity-budget.js';
import { payerOf } from '../../src/sessions/payer.js';

let budget: ComplexityBudget;
beforeEach(() => {
  jest.useFakeTimers();
  budget = new ComplexityBudget(new MemoryLimiters(), 1000);
});
afterEach(() => {
  jest.useRealTimers();
});

const throttled = (retryAfter: number) => ({ code: 'THROTTLED', details: { retryAfter } });

test('refuses operations beyond the budget of a minute, for each payer', async () => {
  await budget.spend('user:1', 600);
  jest.advanceTimersByTime(20_000);
  await budget.spend('user:1', 400);
  await expect(budget.spend('user:1', 1)).rejects.toMatchObject(throttled(40));
  await budget.spend('user:2', 1000);
  jest.advanceTimersByTime(40_000);
  await budget.spend('user:1', 1000);
});

test('always passes a complexity of 0', async () => {
  await budget.spend('user:1', 1001).catch(() => {});
  await budget.spend('user:1', 0);
});

test('refuses new documents beyond a tenth of the budget, by the square of their length', async () => {
  await budget.spendOnParsing('user:1', 'x'.repeat(160));
  await expect(budget.spendOnParsing('user:1', 'x')).rejects.toMatchObject(throttled(60));
  await budget.spendOnParsing('user:2', 'x');
});

test('keeps the budget of new documents apart from the other', async () => {
  await budget.spendOnParsing('user:1', 'x'.repeat(1000)).catch(() => {});
  await budget.spend('user:1', 1000);
});

test('charges anonymous clients by address, IPv6 by /64', () => {
  const anonymous = (address: string) => payerOf(null, { address });
  expect(anonymous('192.0.2.1')).not.toBe(anonymous('192.0.2.2'));
  expect(anonymous('2001:db8:1:1::1')).toBe(anonymous('2001:db8:1:1:ffff::2'));
  expect(anonymous('2001:db8:1:1::1')).not.toBe(anonymous('2001:db8:1:2::1'));
});
