import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { Bindings, type BoundDevice, type DeviceReport } from '../../src/devices/bindings.js';
import { Heartbeats } from '../../src/devices/heartbeats.js';
import { PresenceStore } from '../../src/devices/presence-store.js';
import type { Caller } from '../../src/sessions/sessions.js';
import { callerOf } from '../support/callers.js';
import { ask } from '../support/client.js';
import { wideLimits } from '../support/fleet.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import * as op from '../support/operations.js';
import { PASSWORD } from '../support/password.js';

const DEVICES = 10_000;
const INTERVAL_MS = 30_000;
const ANNOUNCE_MS = 200;
let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

/** Devices that exist already, so that only their heartbeats are counted: the client id is the id. */
class KnownIds extends Bindings {
  override async bind(_caller: Caller, { clientId }: DeviceReport): Promise<BoundDevice> {
    return { id: Number(clientId), before: null, name: null, clientVersion: null };
  }
}

test('the statements of 10,000 devices depend on the time, not on the heartbeats', async () => {
  const { services, clock } = gateway;
  const { id } = await gateway.createUser({ username: 'fleet', password: PASSWORD });
  const rows: { id: number }[] = await services.db.em.fork().execute(
    `insert into devices (user_id, client_id, door, online, first_seen_at, last_seen_at)
     select ?, n::text, 'graphql', false, now(), now() from generate_series(1, ?) n returning id`,
    [id, DEVICES],
  );
  const credentials = { input: { username: 'fleet', password: PASSWORD } };
  const { accessToken } = (await ask(gateway, op.LoginDocument, credentials)).login;
  const caller = await callerOf(gateway, accessToken);
  const store = new PresenceStore(services.db);
  const fleet = new Heartbeats(
    store,
    new KnownIds(services.db, wideLimits(gateway)),
    services.events,
    services.clock,
    INTERVAL_MS,
  );
  const statements = jest.spyOn(services.db.em.getConnection(), 'execute');
  /** An interval, in which each device beats once. @returns the number of statements. */
  const interval = async () => {
    statements.mockClear();
    const steps = INTERVAL_MS / ANNOUNCE_MS;
    for (let step = 0; step < steps; step++) {
      const share = rows.slice((step * DEVICES) / steps, ((step + 1) * DEVICES) / steps);
      for (const row of share) {
        await fleet.beat(caller, { clientId: String(row.id), name: null, clientVersion: null });
      }
      clock.advance(ANNOUNCE_MS);
      if (clock.now % fleet.tickMs < ANNOUNCE_MS) fleet.tick();
      await fleet.announce();
    }
    await fleet.saveLastSeen();
    return statements.mock.calls.length;
  };
  // Each device comes online once: one statement for those of a tick.
  expect(await interval()).toBeLessThanOrEqual(INTERVAL_MS / ANNOUNCE_MS + 3);
  // Then only the times of the latest heartbeats, in two batches, and that the gateway is alive.
  expect([await interval(), await interval()]).toEqual([3, 3]);
  expect(fleet.onlineIds()).toHaveLength(DEVICES);
  statements.mockRestore();
  const [saved] = await services.db.em
    .fork()
    .execute('select count(*)::int as online from devices where online and last_seen_at > now()');
  expect(saved).toEqual({ online: DEVICES });
});
