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

const hello = (clientId: string): DeviceReport => ({ clientId, name: null, clientVersion: null });
let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createUser({ username: 'fleet', password: 'correct horse' });
});
afterAll(() => gateway.close());

async function signIn(): Promise<Caller> {
  const { accessToken } = await openSession(gateway, 'fleet', bmsSessionPolicy);
  const caller = await callerOf(gateway, accessToken);
  return caller;
}

/** Binds a device only after `go`. */
class DelayedBindings extends Bindings {
  readonly #gate = Promise.withResolvers<void>();
  readonly go = this.#gate.resolve;
  override async bind(...args: Parameters<Bindings['bind']>): Promise<BoundDevice> {
    await this.#gate.promise;
    return super.bind(...args);
  }
}

test('a first heartbeat brings no device online if its session ends meanwhile', async () => {
  const { db, events, sessions } = gateway.services;
  const caller = await signIn();
  const bindings = new DelayedBindings(db, wideLimits());
  const fleet = new Heartbeats(
    new PresenceStore(db, 30_000),
    bindings,
    events,
    gateway.services.clock,
    presenceInMemory(gateway.services.clock),
  );
  sessions.endings.onEnd((ended) => fleet.sessionsEnded(ended));
  const beat = Promise.resolve(fleet.beat(caller, hello('first')));
  await sessions.endings.revoke(caller.user.id, caller.sessionId);
  bindings.go();
  await expect(beat).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  expect(fleet.onlineIds()).toHaveLength(0);
});

test('rejects the heartbeat of a request that was authenticated before its session ended', async () => {
  const { heartbeats, sessions } = gateway.services;
  const caller = await signIn();
  const id = await heartbeats.beat(caller, hello('back'));
  expect(heartbeats.isOnline(id)).toBe(true);
  await sessions.endings.revoke(caller.user.id, caller.sessionId);
  expect(() => heartbeats.beat(caller, hello('back'))).toThrow('ended');
  expect(heartbeats.isOnline(id)).toBe(false);
});
