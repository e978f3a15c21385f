import { setImmediate } from 'node:timers/promises';
import { afterEach, expect, jest, test } from '@jest/globals';
import { Answers, type DatabaseState } from '../../../src/database/gateway-lock/answers.js';
import { holdIntervals } from '../../support/intervals.js';

/** Nothing listens there. */
const URL = 'postgresql://gatehouse@127.0.0.1:1/none';

afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

/** The states of a database that never answers, while checks come at these times, in milliseconds. */
async function statesAfter(times: readonly number[]): Promise<DatabaseState[]> {
  holdIntervals();
  const now = jest.spyOn(performance, 'now').mockReturnValue(0);
  const states: DatabaseState[] = [];
  const answers = new Answers(URL, (state) => states.push(state));
  answers.record('read-write');
  for (const time of times) {
    now.mockReturnValue(time);
    jest.advanceTimersByTime(500);
    await setImmediate();
    await setImmediate();
  }
  answers.stop();
  return states;
}

test('a database without an answer for 1.5 seconds is silent', async () => {
  expect(await statesAfter([500, 1000, 1500])).toContain('silent');
});

test('the time in which this process stood still is no silence of the database', async () => {
  expect(await statesAfter([500, 60_000])).not.toContain('silent');
  expect(await statesAfter([500, 60_000, 60_500])).toContain('silent');
});
