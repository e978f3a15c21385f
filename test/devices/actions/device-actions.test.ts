import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { DeviceActionKind } from '../../../src/devices/actions/device-action.entity.js';
import { graphqlSessionPolicy } from '../../../src/graphql/session-policy.js';
import type { Caller } from '../../../src/sessions/caller.js';
import { callerOf, openSession } from '../../support/callers.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';

const ACTOR = { userId: null, address: '192.0.2.1' };
let gateway: TestGateway;
let root: Caller;
let member: Caller;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createUser({ username: 'root', roles: ['ADMIN'] });
  await gateway.createUser({ username: 'max' });
  [root, member] = (await Promise.all(
    ['root', 'max'].map(async (name) =>
      callerOf(gateway, (await openSession(gateway, name, graphqlSessionPolicy)).accessToken),
    ),
  )) as [Caller, Caller];
});
afterAll(() => gateway.close());

const sql = <T>(text: string, params: unknown[] = []): Promise<T[]> =>
  gateway.services.db.em.fork().execute<T[]>(text, params);

/** Adds devices of the member with a channel of their own. */
const addDevices = (channel: string, count: number) =>
  sql(
    `insert into devices (user_id, client_id, door, channel, online, first_seen_at, last_seen_at)
     select ?, gen_random_uuid()::text, 'bms', ?, false, now(), now() from generate_series(1, ?)`,
    [member.user.id, channel, count],
  );
const count = async (where: string) =>
  (await sql<{ devices: number }>(`select count(*)::int as devices from devices where ${where}`))[0]?.devices;

/** Runs actions as the job does. */
async function finish(id: number) {
  while ((await read(id))?.state === 'RUNNING') await gateway.services.deviceActionRunner.run();
  return read(id);
}

async function read(id: number) {
  const properties = ['state', 'total', 'done', 'changed', 'failure'] as const;
  return (await gateway.services.deviceActions.findVisible(root, [id], properties))[0];
}

async function act(kind: DeviceActionKind, value: string | null, filter: object) {
  const { deviceActions } = gateway.services;
  const { id } = await deviceActions.start(root, { kind, value, filter }, ACTOR);
  return finish(id);
}

test('tags, untags and moves the devices of a filter, and counts what it has changed', async () => {
  await addDevices('one', 1200);
  await sql(
    `update devices set tags = '{spare}' where id in (select id from devices where channel = 'one' limit 100)`,
  );
  const filter = { channel: 'one' };
  expect(await act(DeviceActionKind.TAG, ' Spare', filter)).toMatchObject({
    state: 'COMPLETED',
    total: 1200,
    done: 1200,
    changed: 1100,
  });
  expect(await count(`tags = '{spare}'`)).toBe(1200);
  expect(await act(DeviceActionKind.TAG, 'all', { tags: ['spare'] })).toMatchObject({ changed: 1200 });
  expect(await count(`tags = '{all,spare}'`)).toBe(1200);
  expect(await act(DeviceActionKind.UNTAG, 'spare', { tags: ['spare'] })).toMatchObject({ changed: 1200 });
  expect(await act(DeviceActionKind.SET_CHANNEL, 'two', filter)).toMatchObject({ changed: 1200 });
  expect(await count(`channel = 'two'`)).toBe(1200);
});

test('says how far an action came that failed, and continues there', async () => {
  await addDevices('broken', 1200);
  const { deviceActions, heartbeats } = gateway.services;
  const fault = jest.spyOn(heartbeats, 'manyChanged').mockImplementationOnce(() => {
    throw new Error('No answer');
  });
  const action = await act(DeviceActionKind.TAG, 'x', { channel: 'broken' });
  fault.mockRestore();
  if (!action) throw new Error('The action is gone.');
  expect(action).toMatchObject({
    state: 'FAILED',
    failure: 'No answer',
    total: 1200,
    done: 200,
    changed: 200,
  });
  expect(await count(`tags = '{x}'`)).toBe(200);
  await deviceActions.resume(root, action.id, ACTOR);
  expect(await finish(action.id)).toMatchObject({ state: 'COMPLETED', done: 1200, changed: 1200 });
});

test('leaves devices alone that were added after its start, and stops when it is told to', async () => {
  await addDevices('late', 10);
  const { deviceActions, deviceActionRunner } = gateway.services;
  const start = () =>
    deviceActions.start(root, { kind: DeviceActionKind.TAG, value: 'y', filter: { channel: 'late' } }, ACTOR);
  const stopped = await start();
  await deviceActions.stop(root, stopped.id, ACTOR);
  await addDevices('late', 10);
  await deviceActionRunner.run();
  expect(await read(stopped.id)).toMatchObject({ state: 'STOPPED', done: 0 });
  await deviceActions.resume(root, stopped.id, ACTOR);
  await finish(stopped.id);
  expect(await count(`tags = '{y}'`)).toBe(10);
});

test('two nodes that run an action at once change each device once', async () => {
  await addDevices('twice', 3000);
  const { deviceActions, deviceActionRunner } = gateway.services;
  const { id } = await deviceActions.start(
    root,
    { kind: DeviceActionKind.TAG, value: 'z', filter: { channel: 'twice' } },
    ACTOR,
  );
  while ((await read(id))?.state === 'RUNNING') {
    await Promise.all([deviceActionRunner.run(), deviceActionRunner.run()]);
  }
  expect(await read(id)).toMatchObject({ state: 'COMPLETED', done: 3000, changed: 3000 });
});

test('retires and deletes devices, and ends their sessions', async () => {
  await addDevices('leaving', 150);
  const { heartbeats } = gateway.services;
  const session = await openSession(gateway, 'max', graphqlSessionPolicy);
  const caller = await callerOf(gateway, session.accessToken);
  const id = await heartbeats.beat(caller, { clientId: 'leaver', name: null, clientVersion: null });
  await heartbeats.announce();
  await sql(`update devices set channel = 'leaving' where id = ?`, [id]);
  const filter = { channel: 'leaving' };
  expect(await act(DeviceActionKind.RETIRE, null, filter)).toMatchObject({ done: 151, changed: 151 });
  expect([
    heartbeats.isOnline(id),
    await gateway.services.sessions.authenticate(session.accessToken),
  ]).toEqual([false, null]);
  const retired = { ...filter, retired: true };
  expect(await act(DeviceActionKind.DELETE, null, retired)).toMatchObject({ done: 151, changed: 151 });
  expect(await count(`channel = 'leaving'`)).toBe(0);
});

test.each([
  [DeviceActionKind.TAG, 'two words'],
  [DeviceActionKind.UNTAG, null],
  [DeviceActionKind.SET_CHANNEL, 'No'],
  [DeviceActionKind.RETIRE, 'x'],
])('rejects %s with the value %s', async (kind, value) => {
  const started = gateway.services.deviceActions.start(root, { kind, value, filter: {} }, ACTOR);
  await expect(started).rejects.toMatchObject({ code: 'INVALID_INPUT', details: { field: 'value' } });
});
