import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { bmsSessionPolicy } from '../../src/legacy/bms/session-policy.js';
import { callerOf, openSession } from '../support/callers.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

const DEVICES = 100;
let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createUser({ username: 'fleet', password: 'correct horse' });
});
afterAll(() => gateway.close());

test('a summary counts one moment: no device is offline while many come online for the first time', async () => {
  const { devices, heartbeats } = gateway.services;
  const { accessToken } = await openSession(gateway, 'fleet', bmsSessionPolicy);
  const caller = await callerOf(gateway, accessToken);
  const comeOnline = async () => {
    for (let device = 1; device <= DEVICES; device++) {
      await heartbeats.beat(caller, { clientId: String(device), name: null, clientVersion: null });
      await heartbeats.saveTransitions();
    }
  };
  const seen: number[] = [];
  const coming = comeOnline();
  for (let online = 0; online < DEVICES; ) {
    const summary = await devices.summary(caller, {});
    expect(summary.total).toBe(summary.online + summary.offline);
    // One device may exist before it is saved as online.
    seen.push(summary.offline);
    online = summary.online;
  }
  await coming;
  expect(seen.filter((offline) => offline < 0 || offline > 1)).toEqual([]);
});
