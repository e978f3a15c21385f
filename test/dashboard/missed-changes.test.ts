import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { MissedChanges } from '../../src/dashboard/app/views/fleet/missed-changes.js';

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
  const link = new MissedChanges();
  link.observeGatewayTime(gatewayTime());
  link.disconnected();
  expect(link.count).toBeNull();
  pass(SECOND);
  const missed = gatewayTime();
  pass(SECOND);
  expect(link.reconnected()).toBe(true);
  expect(link.count).toBe(0);
  link.deviceChanged(missed);
  link.deviceChanged(missed);
  pass(SECOND);
  link.deviceChanged(gatewayTime());
  link.deviceChanged(missed);
  expect(link.count).toBe(2);
});

test('a first word that was long on its way hides nothing, once another was faster', () => {
  const link = new MissedChanges();
  link.observeGatewayTime(gatewayTime(-5 * SECOND));
  link.observeGatewayTime(gatewayTime());
  link.observeGatewayTime(gatewayTime(-60 * SECOND));
  link.disconnected();
  pass(SECOND);
  const missed = gatewayTime();
  pass(SECOND);
  link.reconnected();
  link.deviceChanged(missed);
  expect(link.count).toBe(1);
});

test('a second loss adds to what was not read yet', () => {
  const link = new MissedChanges();
  link.observeGatewayTime(gatewayTime());
  for (let loss = 0; loss < 2; loss++) {
    link.disconnected();
    const missed = gatewayTime();
    pass(SECOND);
    link.reconnected();
    link.deviceChanged(missed);
  }
  expect(link.count).toBe(2);
  link.dismiss();
  expect(link.count).toBeNull();
  link.deviceChanged(gatewayTime());
  expect(link.count).toBeNull();
});

test('where all was read anew, no number is told', () => {
  const link = new MissedChanges();
  link.disconnected();
  link.reconnected();
  link.reloaded();
  link.disconnected();
  link.reconnected();
  link.deviceChanged(gatewayTime());
  expect(link.count).toBe('reread');
});
