import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { DeviceReport } from '../../../src/devices/device-details.js';
import { Bindings } from '../../../src/devices/heartbeats/bindings.js';
import { Heartbeats } from '../../../src/devices/heartbeats/heartbeats.js';
import { PresenceStore } from '../../../src/devices/transitions/presence-store.js';
import type { Transition } from '../../../src/devices/transitions/transition-log.js';
import { bmsSessionPolicy } from '../../../src/legacy/bms/session-policy.js';
import type { Caller } from '../../../src/sessions/sessions.js';
import { callerOf, openSession } from '../../support/callers.js';
import { KnownIds, presenceInMemory, wideLimits } from '../../support/fleet.js';
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

/** Waits for `gate` before each save, and fails the save number `failAt`. */
class TestStore extends PresenceStore {
  readonly saved: number[] = [];
  gate = Promise.resolve();
  failAt = -1;
  override async saveTransitions(transitions: readonly Transition[]): Promise<void> {
    await this.gate;
    if (this.saved.length === this.failAt) {
      this.failAt = -1;
      throw new Error('The database is away.');
    }
    await super.saveTransitions(transitions);
    this.saved.push(transitions.length);
  }
}

function fleetOn(
  store: PresenceStore,
  bindings = new Bindings(gateway.services.db, wideLimits()),
): Heartbeats {
  const { events, clock } = gateway.services;
  return new Heartbeats(store, bindings, events, clock, presenceInMemory(clock));
}
const hello = (clientId: string): DeviceReport => ({ clientId, name: null, clientVersion: null });

test('a save waits for the one before it, so that the history stays in order', async () => {
  const store = new TestStore(gateway.services.db, 30_000);
  const fleet = fleetOn(store);
  const gate = Promise.withResolvers<void>();
  store.gate = gate.promise;
  const id = await fleet.beat(caller, hello('a'));
  const announced = fleet.announce();
  store.gate = Promise.resolve();
  await fleet.sessionsEnded({ ids: [caller.sessionId], reason: 'LOGOUT' });
  const asked = fleet.saveTransitions();
  setImmediate(gate.resolve);
  await asked;
  const [device] = await gateway.services.db.em
    .fork()
    .execute(
      'select online, (select array_agg(e.online order by e.id) from presence_events e where device_id = d.id) as history from devices d where id = ?',
      [id],
    );
  expect(device).toEqual({ online: false, history: [true, false] });
  await announced;
});

test('saves each transition once, though the database fails in the middle of a large save', async () => {
  const { db } = gateway.services;
  const rows: { id: number }[] = await db.em.fork().execute(
    `insert into devices (user_id, client_id, door, online, first_seen_at, last_seen_at)
     select ?, n::text, 'bms', false, now(), now() from generate_series(1, 6000) n returning id`,
    [caller.user.id],
  );
  const store = new TestStore(db, 30_000);
  const fleet = fleetOn(store, new KnownIds(db, wideLimits()));
  const { accessToken } = await openSession(gateway, 'fleet', bmsSessionPolicy);
  const again = await callerOf(gateway, accessToken);
  for (const { id } of rows) await fleet.beat(again, hello(String(id)));
  store.failAt = 1;
  await expect(fleet.saveTransitions()).rejects.toThrow('away');
  await fleet.saveTransitions();
  const [history] = await db.em
    .fork()
    .execute(
      'select count(*)::int as events, count(distinct device_id)::int as devices from presence_events where device_id >= ?',
      [rows[0]?.id],
    );
  expect(history).toEqual({ events: 6000, devices: 6000 });
});
