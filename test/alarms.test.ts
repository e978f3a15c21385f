import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Alarms } from '../src/alarms.js';

const SECOND = 1000;
const HOUR = 3_600_000;
let now = 0;
let alarms: Alarms;
const callback = jest.fn();

beforeEach(() => {
  jest.useFakeTimers();
  now = 10 * HOUR;
  alarms = new Alarms(() => now);
  callback.mockClear();
});
afterEach(() => void jest.useRealTimers());

/** Time passes, and the clock shows it. */
function pass(ms: number): void {
  for (let left = ms; left > 0; left -= SECOND) {
    now += SECOND;
    jest.advanceTimersByTime(SECOND);
  }
}

describe('an alarm', () => {
  test('calls back once, when its time has come', () => {
    alarms.set(now + HOUR, callback);
    pass(HOUR - SECOND);
    expect(callback).not.toHaveBeenCalled();
    pass(2 * SECOND);
    expect(callback).toHaveBeenCalledTimes(1);
    pass(HOUR);
    expect(callback).toHaveBeenCalledTimes(1);
  });

  test('calls back within a second when the clock is set past its time', () => {
    alarms.set(now + HOUR, callback);
    now += 2 * HOUR;
    pass(SECOND);
    expect(callback).toHaveBeenCalledTimes(1);
  });

  test('waits as much longer as the clock is set back', () => {
    alarms.set(now + HOUR, callback);
    now -= HOUR;
    pass(2 * HOUR - SECOND);
    expect(callback).not.toHaveBeenCalled();
    pass(SECOND);
    expect(callback).toHaveBeenCalledTimes(1);
  });

  test('of a time in the past calls back within a second', () => {
    alarms.set(now - HOUR, callback);
    expect(callback).not.toHaveBeenCalled();
    pass(SECOND);
    expect(callback).toHaveBeenCalledTimes(1);
  });

  test('of a time years away waits for it', () => {
    alarms.set(now + 10_000 * HOUR, callback);
    pass(HOUR);
    expect(callback).not.toHaveBeenCalled();
  });

  test('does not call back once it is cancelled, by another callback too', () => {
    const cancel = alarms.set(now, callback);
    const other = jest.fn();
    alarms.set(now, () => cancelOther());
    const cancelOther = alarms.set(now, other);
    cancel();
    pass(SECOND);
    expect(callback).not.toHaveBeenCalled();
    expect(other).not.toHaveBeenCalled();
  });
});

test('without alarms, no timer runs', () => {
  const cancel = alarms.set(now + HOUR, callback);
  alarms.set(now, callback);
  pass(SECOND);
  expect(jest.getTimerCount()).toBe(1);
  cancel();
  expect(jest.getTimerCount()).toBe(0);
});
