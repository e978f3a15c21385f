import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { nodeId } from '../../../src/database/node-id.js';
import { DeviceActionKind } from '../../../src/devices/actions/device-action.entity.js';
import { graphqlSessionPolicy } from '../../../src/graphql/session-policy.js';
import type { Caller } from '../../../src/sessions/caller.js';
import { callerOf, openSession } from '../../support/callers.js';
import { ask, refusal } from '../../support/clients/client.js';
import { connect, watch } from '../../support/clients/live.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';
import * as op from '../../support/operations.js';

const ACTOR = { userId: null, address: '192.0.2.1' };
let gateway: TestGateway;
let root: Caller;
let member: Caller;
let admin: string;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createUser({ username: 'root', roles: ['ADMIN'] });
  await gateway.createUser({ username: 'max' });
  admin = (await openSession(gateway, 'root', graphqlSessionPolicy)).accessToken;
  [root, member] = (await Promise.all(
    ['root', 'max'].map(async (name) =>
      callerOf(gateway, (await openSession(gateway, name, graphqlSessionPolicy)).accessToken),
    ),
  )) as [Caller, Caller];
});
afterAll(() => gateway.close());

const sql = <T>(text: string, params: unknown[] = []): Promise<T[]> =>
  gateway.services.db.em.fork().execute<T[]>(text, params);

/** The audit entries of an object, with their details. */
const audited = async (target: string) =>
  (
    await sql<{ entry: string }>(
      `select concat_ws(' ', action, detail) as entry from audit_entries where target = ? order by id`,
      [target],
    )
  ).map(({ entry }) => entry);

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
  await addDevices('one', 500);
  await sql(
    `update devices set tags = '{spare}' where id in (select id from devices where channel = 'one' limit 100)`,
  );
  const filter = { channel: 'one' };
  expect(await act(DeviceActionKind.TAG, ' Spare', filter)).toMatchObject({
    state: 'COMPLETED',
    total: 500,
    done: 500,
    changed: 400,
  });
  expect(await count(`tags = '{spare}'`)).toBe(500);
  expect(await act(DeviceActionKind.TAG, 'all', { tags: ['spare'] })).toMatchObject({ changed: 500 });
  expect(await count(`tags = '{all,spare}'`)).toBe(500);
  expect(await act(DeviceActionKind.UNTAG, 'spare', { tags: ['spare'] })).toMatchObject({ changed: 500 });
  expect(await act(DeviceActionKind.SET_CHANNEL, 'two', filter)).toMatchObject({ changed: 500 });
  expect(await count(`channel = 'two'`)).toBe(500);
});

test('reports how far a failed action came, and continues there', async () => {
  await addDevices('broken', 500);
  const { deviceActions, heartbeats } = gateway.services;
  const fault = jest.spyOn(heartbeats.edits, 'manyChanged').mockImplementationOnce(() => {
    throw new Error('No answer');
  });
  const action = await act(DeviceActionKind.TAG, 'x', { channel: 'broken' });
  fault.mockRestore();
  if (!action) throw new Error('The action is gone.');
  expect(action).toMatchObject({
    state: 'FAILED',
    failure: 'No answer',
    total: 500,
    done: 200,
    changed: 200,
  });
  expect(await count(`tags = '{x}'`)).toBe(200);
  await deviceActions.resume(root, action.id, ACTOR);
  expect(await finish(action.id)).toMatchObject({ state: 'COMPLETED', done: 500, changed: 500 });
});

test.each([
  ['before a batch', 1],
  ['within a batch', 5],
])('continues when the database answers again that failed %s', async (_when, statement) => {
  const { deviceActions, deviceActionRunner, db } = gateway.services;
  await addDevices(`outage-${statement}`, 3);
  const action = { kind: DeviceActionKind.TAG, value: 'x', filter: { channel: `outage-${statement}` } };
  const { id } = await deviceActions.start(root, action, ACTOR);
  const connection = db.em.getConnection();
  const execute = connection.execute.bind(connection);
  let statements = 0;
  const outage = jest.spyOn(connection, 'execute').mockImplementation((...args) => {
    statements += 1;
    if (statements === statement) throw Object.assign(new Error('shutting down'), { code: '57P01' });
    return execute(...(args as Parameters<typeof execute>)) as Promise<never>;
  });
  await expect(deviceActionRunner.run()).rejects.toThrow('shutting down');
  outage.mockRestore();
  expect(await read(id)).toMatchObject({ state: 'RUNNING', done: 0 });
  await deviceActionRunner.run();
  expect(await read(id)).toMatchObject({ state: 'COMPLETED', changed: 3 });
});

test('leaves devices alone that were added after its start, and can be stopped and continued', async () => {
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
  await addDevices('twice', 1000);
  const { deviceActions, deviceActionRunner } = gateway.services;
  const { id } = await deviceActions.start(
    root,
    { kind: DeviceActionKind.TAG, value: 'z', filter: { channel: 'twice' } },
    ACTOR,
  );
  while ((await read(id))?.state === 'RUNNING') {
    await Promise.all([deviceActionRunner.run(), deviceActionRunner.run()]);
  }
  expect(await read(id)).toMatchObject({ state: 'COMPLETED', done: 1000, changed: 1000 });
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
  expect(await audited(nodeId('device', id))).toEqual(['device.retire', 'device.delete']);
});

test('retires devices of several accounts that a search finds, and leaves the sessions of their other devices', async () => {
  const { heartbeats, sessions } = gateway.services;
  const signIn = async (username: string, deviceId: string) => {
    const client = { address: '127.0.0.1', deviceId, version: null, model: null };
    const { accessToken } = await openSession(gateway, username, graphqlSessionPolicy, client);
    await heartbeats.beat(await callerOf(gateway, accessToken), {
      clientId: deviceId,
      name: 'Kiosk',
      clientVersion: null,
    });
    return accessToken;
  };
  // Both accounts use the same ids for their devices.
  const [lobby, own] = [await signIn('root', 'lobby'), await signIn('root', 'own')];
  const [attic, roof] = [await signIn('max', 'attic'), await signIn('max', 'lobby')];
  await heartbeats.announce();
  await addDevices('searched', 300);
  await sql(`update devices set name = 'Kiosk' where channel = 'searched'`);
  await sql(`update devices set name = 'Other' where client_id = 'lobby' and user_id = ?`, [member.user.id]);
  await sql(`update devices set name = 'Other' where client_id = 'own'`);
  const filter = { search: 'kiosk' };
  expect(await act(DeviceActionKind.RETIRE, null, filter)).toMatchObject({ total: 302, changed: 302 });
  const callers = await Promise.all([lobby, own, attic, roof].map((token) => sessions.authenticate(token)));
  expect(callers.map((caller) => caller !== null)).toEqual([false, true, false, true]);
});

test('an action fails once its user has lost the permission, and another user continues it', async () => {
  const { id: userId } = await gateway.createUser({ username: 'ada', roles: ['ADMIN'] });
  await addDevices('entrusted', 3);
  const { deviceActions, deviceActionRunner } = gateway.services;
  const action = { kind: DeviceActionKind.TAG, value: 'x', filter: { channel: 'entrusted' } };
  const { id } = await deviceActions.start(root, action, { ...ACTOR, userId });
  await sql('delete from user_roles where user_id = ?', [userId]);
  await deviceActionRunner.run();
  expect(await read(id)).toMatchObject({
    state: 'FAILED',
    failure: 'Its user may no longer manage these devices',
    done: 0,
  });
  await deviceActions.resume(root, id, { ...ACTOR, userId: root.user.id });
  expect(await finish(id)).toMatchObject({ state: 'COMPLETED', changed: 3 });
});

test('continuing a deletion requires a step-up', async () => {
  const { id } = await gateway.services.deviceActions.start(
    root,
    { kind: DeviceActionKind.DELETE, value: null, filter: { ids: [] } },
    ACTOR,
  );
  await gateway.services.deviceActions.stop(root, id, ACTOR);
  const { accessToken, session } = await openSession(gateway, 'root', graphqlSessionPolicy);
  await sql('update sessions set proven_at = null where id = ?', [session.id]);
  const input = { id: nodeId('deviceAction', id) };
  const refused = await refusal(gateway, op.ResumeDeviceActionDocument, { input }, accessToken);
  expect([refused, (await read(id))?.state]).toEqual(['STEP_UP_REQUIRED', 'STOPPED']);
  await ask(gateway, op.ResumeDeviceActionDocument, { input }, admin);
  expect((await read(id))?.state).toBe('RUNNING');
});

test('GraphQL starts an action, shows its progress and what was skipped, and stops and resumes it', async () => {
  await addDevices('shown', 300);
  await sql(
    `update devices set tags = '{known}' where id in (select id from devices where channel = 'shown' limit 7)`,
  );
  const input = { kind: 'TAG', value: 'known', filter: { channel: 'shown' } } as const;
  const { deviceAction } = (await ask(gateway, op.StartDeviceActionDocument, { input }, admin))
    .startDeviceAction;
  expect(deviceAction).toMatchObject({ state: 'RUNNING', total: 300, done: 0, actor: { username: 'root' } });
  const { id } = deviceAction;
  const client = connect(await gateway.listen(), admin);
  const progress = watch(client, op.DeviceActionProgressDocument, { id });
  expect(await progress.next()).toMatchObject({ deviceActionProgress: { done: 0, state: 'RUNNING' } });
  await ask(gateway, op.StopDeviceActionDocument, { input: { id } }, admin);
  expect(await progress.next()).toMatchObject({ deviceActionProgress: { done: 0, state: 'STOPPED' } });
  expect(await progress.next()).toBeNull();
  await ask(gateway, op.ResumeDeviceActionDocument, { input: { id } }, admin);
  await finish(Number(id.replace('deviceAction_', '')));
  expect((await ask(gateway, op.DeviceActionDocument, { id }, admin)).deviceAction).toMatchObject({
    state: 'COMPLETED',
    changed: 293,
    skipped: 7,
    finishedAt: expect.any(String),
  });
  const [latest] = (await ask(gateway, op.DeviceActionsDocument, { first: 1 }, admin)).deviceActions.edges;
  expect(latest?.node.id).toBe(id);
  expect(await audited(id)).toEqual(['device.bulk TAG known 300', 'device.bulk_stop', 'device.bulk_resume']);
  await client.dispose();
});

test('rejects more than 5,000 ids', async () => {
  const ids = Array.from({ length: 5001 }, (_, at) => at + 1);
  const action = { kind: DeviceActionKind.TAG, value: 'x', filter: { ids } };
  await expect(gateway.services.deviceActions.start(root, action, ACTOR)).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    details: { field: 'ids' },
  });
});

test('a caller who may not read the devices of others changes and sees only their own', async () => {
  await sql(
    `insert into roles (id, code, name, permissions) values (900, 'KEEPER', 'k', '{devices:manage}')`,
  );
  const { id: userId } = await gateway.createUser({ username: 'kim', roles: ['KEEPER'] });
  await addDevices('others', 3);
  await sql(
    `update devices set user_id = ? where id in (select id from devices where channel = 'others' limit 1)`,
    [userId],
  );
  const keeper = await callerOf(
    gateway,
    (await openSession(gateway, 'kim', graphqlSessionPolicy)).accessToken,
  );
  const { deviceActions } = gateway.services;
  const action = { kind: DeviceActionKind.TAG, value: 'mine', filter: { channel: 'others' } };
  const own = await deviceActions.start(keeper, action, { ...ACTOR, userId });
  expect(await finish(own.id)).toMatchObject({ total: 1, changed: 1 });
  const foreign = await deviceActions.start(root, action, ACTOR);
  await finish(foreign.id);
  await expect(deviceActions.resume(keeper, foreign.id, ACTOR)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(await deviceActions.count(keeper)).toBe(1);
});

test('refuses an action while twenty are under way', async () => {
  const action = { kind: DeviceActionKind.RETIRE, value: null, filter: { ids: [] } };
  const start = () => gateway.services.deviceActions.start(root, action, ACTOR);
  for (let running = 0; running < 20; running++) await start();
  await expect(start()).rejects.toMatchObject({ code: 'LIMIT_REACHED' });
  await gateway.services.deviceActionRunner.run();
  await finish((await start()).id);
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
