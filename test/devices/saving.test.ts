import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Bindings, type DeviceReport } from '../../src/devices/bindings.js';
import { Heartbeats } from '../../src/devices/heartbeats.js';
import { PresenceStore } from '../../src/devices/presence-store.js';
import type { Transition } from '../../src/devices/transition-log.js';
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

/** A database that takes its time, or is away for one saving. */
class Hesitant extends PresenceStore {
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

function fleetOn(store: PresenceStore, bindings = new Bindings(gateway.services.db)): Heartbeats {
  const { events, clock } = gateway.services;
  return new Heartbeats(store, bindings, events, clock, 30_000);
}
const hello = (clientId: string): DeviceReport => ({ clientId, name: null, clientVersion: null });

test('who asks while a saving is under way waits for it, and a later one does not overtake it', async () => {
  const store = new Hesitant(gateway.services.db);
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

/** Devices that are known already. */
class Bound extends Bindings {
  override async bind(_caller: Caller, { clientId }: DeviceReport): Promise<number> {
    return Number(clientId);
  }
}

test('a database that goes away in the middle of a large saving has each transition once in the end', async () => {
  const { db } = gateway.services;
  const rows: { id: number }[] = await db.em.fork().execute(
    `insert into devices (user_id, client_id, door, online, first_seen_at, last_seen_at)
     select ?, n::text, 'bms', false, now(), now() from generate_series(1, 6000) n returning id`,
    [caller.user.id],
  );
  const store = new Hesitant(db);
  const fleet = fleetOn(store, new Bound(db));
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
