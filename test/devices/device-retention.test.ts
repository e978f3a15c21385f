import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Device } from '../../src/devices/device.entity.js';
import { deleteDevicesSeenBefore } from '../../src/devices/editing/device-retention.js';
import { startJobs } from '../../src/jobs/jobs.js';
import { bmsSessionPolicy } from '../../src/legacy/bms/session-policy.js';
import type { Caller } from '../../src/sessions/sessions.js';
import { callerOf, openSession } from '../support/callers.js';
import { eventually } from '../support/eventually.js';
import { historyOf } from '../support/fleet.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

let gateway: TestGateway;
let caller: Caller;
beforeAll(async () => {
  gateway = await startGateway({ DEVICE_RETENTION: '30d', RETIRED_DEVICE_RETENTION: '2d' });
  await gateway.createUser({ username: 'mia' });
});
afterAll(() => gateway.close());

const signIn = async () => {
  caller = await callerOf(gateway, (await openSession(gateway, 'mia', bmsSessionPolicy)).accessToken);
};
const beat = async (clientId: string | null) =>
  gateway.services.heartbeats.beat(caller, { clientId, name: null, clientVersion: null });
const rows = async () =>
  (await gateway.services.db.em.fork().find(Device, {}, { orderBy: { id: 'asc' } })).map(({ id }) => id);
const deleteUnseen = () => {
  const { services, clock } = gateway;
  return deleteDevicesSeenBefore(new Date(clock.now - 30 * DAY_MS), services.db, services.heartbeats);
};
/** Saves what the jobs save meanwhile. */
const passDays = async (days: number) => {
  await gateway.services.heartbeats.saveLastSeen();
  gateway.clock.advance(days * DAY_MS);
  await gateway.pass(4 * MINUTE_MS);
};

test('a job deletes devices that were not seen for DEVICE_RETENTION, with their history, but none that is online', async () => {
  await signIn();
  const old = await beat('old');
  await passDays(10);
  await signIn();
  const recent = await beat('recent');
  await passDays(21);
  await signIn();
  const online = await beat('online');
  const stop = startJobs(gateway.services, gateway.app.log);
  await eventually(async () => (await rows()).length === 2);
  await stop();
  expect(await rows()).toEqual([recent, online]);
  expect(await historyOf(gateway, old)).toEqual([]);
  expect(await historyOf(gateway, recent)).toEqual(['online', 'TIMEOUT']);
});

test.each(['serial', null])(
  'a session of a deleted device (id %j) that beats again gets a new device',
  async (clientId) => {
    await signIn();
    const before = await beat(clientId);
    await gateway.pass(4 * MINUTE_MS);
    await gateway.services.db.em.execute("update devices set last_seen_at = '2000-01-01' where id = ?", [
      before,
    ]);
    await deleteUnseen();
    expect(await rows()).not.toContain(before);
    const after = await beat(clientId);
    expect(after).not.toBe(before);
    expect(await beat(clientId)).toBe(after);
    await gateway.services.heartbeats.announce();
    expect(await historyOf(gateway, after)).toEqual(['online']);
  },
);

test('a device that came back just before its deletion stays', async () => {
  await signIn();
  const id = await beat('back');
  await gateway.pass(4 * MINUTE_MS);
  await gateway.services.db.em.execute("update devices set last_seen_at = '2000-01-01' where id = ?", [id]);
  await beat('back');
  await deleteUnseen();
  expect(await rows()).toContain(id);
});

test('a job deletes devices that were retired for RETIRED_DEVICE_RETENTION', async () => {
  await signIn();
  const [old, recent] = [await beat('retired-long'), await beat('retired-now')];
  await gateway.pass(4 * MINUTE_MS);
  const at = (days: number) => new Date(gateway.clock.now - days * DAY_MS).toISOString();
  const retire = 'update devices set retired_at = ? where id = ?';
  await gateway.services.db.em.execute(retire, [at(3), old]);
  await gateway.services.db.em.execute(retire, [at(1), recent]);
  const stop = startJobs(gateway.services, gateway.app.log);
  await eventually(async () => !(await rows()).includes(old));
  await stop();
  expect(await rows()).toContain(recent);
});
