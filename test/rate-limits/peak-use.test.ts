import { afterEach, expect, jest, test } from '@jest/globals';
import { PeakUse } from '../../src/rate-limits/peak-use.js';

afterEach(() => {
  jest.restoreAllMocks();
});

test('has the highest use for at least as long as it counts, and then forgets it', () => {
  let now = 500;
  jest.spyOn(performance, 'now').mockImplementation(() => now);
  const peak = new PeakUse(1000);
  peak.note(3);
  peak.note(7);
  peak.note(5);
  expect(peak.value).toBe(7);
  now = 1499;
  peak.note(1);
  expect(peak.value).toBe(7);
  now = 2000;
  expect(peak.value).toBe(1);
  now = 9000;
  expect(peak.value).toBe(0);
});
