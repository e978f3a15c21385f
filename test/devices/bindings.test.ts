import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Bindings, type Hello } from '../../src/devices/bindings.js';
import { Heartbeats } from '../../src/devices/heartbeats.js';
import { PresenceStore } from '../../src/devices/presence-store.js';
import { bmsSessionPolicy } from '../../src/legacy/bms/session-policy.js';
import type { Caller } from '../../src/sessions/sessions.js';
import { callerOf, openSession } from '../support/callers.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
let caller: Caller;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createUser({ username: 'fleet', password: 'correct horse' });
  const { accessToken } = await openSession(gateway, 'fleet', bmsSessionPolicy);
  caller = await callerOf(gateway, accessToken);
});
afterAll(() => gateway.close());

const hello = (clientId: string): Hello => ({ clientId, name: null, clientVersion: null });

/** Finds the device called slow only once it is told to. */
class Slow extends Bindings {
  readonly #gate = Promise.withResolvers<void>();
  readonly go = this.#gate.resolve;
  override async bind(...args: Parameters<Bindings['bind']>): Promise<number> {
    if (args[1].clientId === 'slow') await this.#gate.promise;
    return super.bind(...args);
  }
}

test('devices of one account that have ids do not wait for each other at their first beat; equal ids are one device', async () => {
  const { db, events, clock } = gateway.services;
  const bindings = new Slow(db);
  const fleet = new Heartbeats(new PresenceStore(db), bindings, events, clock, 30_000);
  const slow = ['slow', 'slow'].map((id) => fleet.beat(caller, hello(id)));
  const quick = await Promise.all(['quick', 'quick', 'other'].map((id) => fleet.beat(caller, hello(id))));
  expect(new Set(quick).size).toBe(2);
  bindings.go();
  expect(new Set(await Promise.all(slow)).size).toBe(1);
  expect(fleet.onlineIds()).toHaveLength(3);
});

test('a device of who was deleted while it was looked for is refused as any request of theirs', async () => {
  await gateway.services.administration.delete(caller.user.id, { userId: null, address: null });
  const bound = new Bindings(gateway.services.db).bind(caller, hello('late'), new Date(), () => false);
  await expect(bound).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});
