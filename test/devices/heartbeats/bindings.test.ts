import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { DeviceReport } from '../../../src/devices/device-details.js';
import { Bindings, type BoundDevice } from '../../../src/devices/heartbeats/bindings.js';
import { Heartbeats } from '../../../src/devices/heartbeats/heartbeats.js';
import { PresenceStore } from '../../../src/devices/transitions/presence-store.js';
import { bmsSessionPolicy } from '../../../src/legacy/bms/session-policy.js';
import type { Caller } from '../../../src/sessions/sessions.js';
import { callerOf, openSession } from '../../support/callers.js';
import { presenceInMemory, wideLimits } from '../../support/fleet.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';

let gateway: TestGateway;
let caller: Caller;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createUser({ username: 'fleet', password: 'correct horse' });
  const { accessToken } = await openSession(gateway, 'fleet', bmsSessionPolicy);
  caller = await callerOf(gateway, accessToken);
});
afterAll(() => gateway.close());

const report = (clientId: string): DeviceReport => ({ clientId, name: null, clientVersion: null });

/** Binds the device with the client id `slow` only after `go`. */
class SlowBindings extends Bindings {
  readonly #gate = Promise.withResolvers<void>();
  readonly go = this.#gate.resolve;
  override async bind(...args: Parameters<Bindings['bind']>): Promise<BoundDevice> {
    if (args[1].clientId === 'slow') await this.#gate.promise;
    return super.bind(...args);
  }
}

test('first heartbeats of one account wait for each other only if they have the same client id', async () => {
  const { db, events, clock } = gateway.services;
  const bindings = new SlowBindings(db, wideLimits());
  const fleet = new Heartbeats(
    new PresenceStore(db, 30_000),
    bindings,
    events,
    clock,
    presenceInMemory(clock),
  );
  const slow = ['slow', 'slow'].map((id) => fleet.beat(caller, report(id)));
  const quick = await Promise.all(['quick', 'quick', 'other'].map((id) => fleet.beat(caller, report(id))));
  expect(new Set(quick).size).toBe(2);
  bindings.go();
  expect(new Set(await Promise.all(slow)).size).toBe(1);
  expect(fleet.onlineIds()).toHaveLength(3);
});

test('rejects the heartbeat of a user who is deleted meanwhile as unauthenticated', async () => {
  await gateway.services.administration.delete(caller.user.id, { userId: null, address: null });
  const { db, events, clock } = gateway.services;
  const bindings = new Bindings(db, wideLimits());
  const fleet = new Heartbeats(
    new PresenceStore(db, 30_000),
    bindings,
    events,
    clock,
    presenceInMemory(clock),
  );
  await expect(fleet.beat(caller, report('late'))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});
