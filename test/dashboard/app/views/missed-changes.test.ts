import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { MissedChanges } from '../../../../src/dashboard/app/views/fleet/live/missed-changes.js';

const SECOND = 1000;

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
});
afterEach(() => {
  jest.useRealTimers();
});

/** The gateway's clock is an hour behind the browser's. */
const gatewayTime = (offsetMs = 0) => new Date(Date.now() - 3600 * SECOND + offsetMs).toISOString();
const pass = (ms: number) => jest.advanceTimersByTime(ms);

test('counts changes before the reconnect as missed, and later ones not', () => {
  const changes = new MissedChanges();
  changes.observeGatewayTime(gatewayTime());
  changes.disconnected();
  expect(changes.count).toBeNull();
  pass(SECOND);
  const missed = gatewayTime();
  pass(SECOND);
  expect(changes.reconnected()).toBe(true);
  expect(changes.count).toBe(0);
  changes.deviceChanged(missed);
  changes.deviceChanged(missed);
  pass(SECOND);
  changes.deviceChanged(gatewayTime());
  changes.deviceChanged(missed);
  expect(changes.count).toBe(2);
});

test('estimates the clock offset by the fastest event', () => {
  const changes = new MissedChanges();
  changes.observeGatewayTime(gatewayTime(-5 * SECOND));
  changes.observeGatewayTime(gatewayTime());
  changes.observeGatewayTime(gatewayTime(-60 * SECOND));
  changes.disconnected();
  pass(SECOND);
  const missed = gatewayTime();
  pass(SECOND);
  changes.reconnected();
  changes.deviceChanged(missed);
  expect(changes.count).toBe(1);
});

test('adds the changes of a second disconnect to those not dismissed', () => {
  const changes = new MissedChanges();
  changes.observeGatewayTime(gatewayTime());
  for (let round = 0; round < 2; round++) {
    changes.disconnected();
    const missed = gatewayTime();
    pass(SECOND);
    changes.reconnected();
    changes.deviceChanged(missed);
  }
  expect(changes.count).toBe(2);
  changes.dismiss();
  expect(changes.count).toBeNull();
  changes.deviceChanged(gatewayTime());
  expect(changes.count).toBeNull();
});

test('reports no number once everything was reloaded', () => {
  const changes = new MissedChanges();
  changes.disconnected();
  changes.reconnected();
  changes.reloaded();
  changes.disconnected();
  changes.reconnected();
  changes.deviceChanged(gatewayTime());
  expect(changes.count).toBe('reloaded');
});
