import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { Return } from '../../src/dashboard/app/views/fleet/missed-changes.js';

const SECOND = 1000;

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
});
afterEach(() => {
  jest.useRealTimers();
});

/** The gateway's clock is an hour behind this browser's. */
const gatewayTime = (offsetMs = 0) => new Date(Date.now() - 3600 * SECOND + offsetMs).toISOString();
const pass = (ms: number) => jest.advanceTimersByTime(ms);

test('changes of before the return were missed, later ones were not', () => {
  const link = new Return();
  link.tellTime(gatewayTime());
  link.lost();
  expect(link.caughtUp).toBeNull();
  pass(SECOND);
  const missed = gatewayTime();
  pass(SECOND);
  expect(link.back()).toBe(true);
  expect(link.caughtUp).toBe(0);
  link.changed(missed);
  link.changed(missed);
  pass(SECOND);
  link.changed(gatewayTime());
  link.changed(missed);
  expect(link.caughtUp).toBe(2);
});

test('a first word that was long on its way hides nothing, once another was faster', () => {
  const link = new Return();
  link.tellTime(gatewayTime(-5 * SECOND));
  link.tellTime(gatewayTime());
  link.tellTime(gatewayTime(-60 * SECOND));
  link.lost();
  pass(SECOND);
  const missed = gatewayTime();
  pass(SECOND);
  link.back();
  link.changed(missed);
  expect(link.caughtUp).toBe(1);
});

test('a second loss adds to what was not read yet', () => {
  const link = new Return();
  link.tellTime(gatewayTime());
  for (let loss = 0; loss < 2; loss++) {
    link.lost();
    const missed = gatewayTime();
    pass(SECOND);
    link.back();
    link.changed(missed);
  }
  expect(link.caughtUp).toBe(2);
  link.dismiss();
  expect(link.caughtUp).toBeNull();
  link.changed(gatewayTime());
  expect(link.caughtUp).toBeNull();
});

test('where all was read anew, no number is told', () => {
  const link = new Return();
  link.lost();
  link.back();
  link.tooLate();
  link.lost();
  link.back();
  link.changed(gatewayTime());
  expect(link.caughtUp).toBe('reread');
});
