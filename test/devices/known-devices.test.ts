import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Caller } from '../../src/sessions/sessions.js';
import { callerOf } from '../support/callers.js';
import { ask } from '../support/clients/client.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import * as op from '../support/operations.js';
import { PASSWORD } from '../support/password.js';

let gateway: TestGateway;
let admin: Caller;
let member: Caller;
let token: string;
const ids: number[] = [];

async function signIn(username: string): Promise<{ caller: Caller; token: string }> {
  const credentials = { input: { username, password: PASSWORD } };
  const { accessToken } = (await ask(gateway, op.LoginDocument, credentials)).login;
  const caller = await callerOf(gateway, accessToken);
  return { caller, token: accessToken };
}

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createUser({ username: 'root', password: PASSWORD, roles: ['ADMIN'] });
  await gateway.createUser({ username: 'member', password: PASSWORD });
  ({ caller: admin } = await signIn('root'));
  ({ caller: member, token } = await signIn('member'));
  for (const caller of [admin, member]) {
    for (const name of ['Café 50% _x', 'CAFÉ\\y', '北京-七', null]) {
      const hello = { clientId: `id-${name}`, name, clientVersion: name ? '1.0' : null };
      ids.push(await gateway.services.heartbeats.beat(caller, hello));
    }
  }
  await gateway.services.heartbeats.announce();
});
afterAll(() => gateway.close());

test('reads a device once for all subscribers, and again after it or its owner changed', async () => {
  const { devices, heartbeats } = gateway.services;
  const [id] = ids.slice(4);
  const follow = async () => (await devices.findCached([id ?? 0]))[0];
  await follow();
  const statements = jest.spyOn(gateway.services.db.em.getConnection(), 'execute');
  await Promise.all([follow(), follow()]);
  expect(statements).not.toHaveBeenCalled();
  statements.mockRestore();
  const hello = { clientId: 'id-Café 50% _x', name: 'renamed', clientVersion: '2.0' };
  expect(await heartbeats.beat(member, hello)).toBe(id);
  expect(await follow()).toMatchObject({ name: 'renamed', clientVersion: '2.0' });
  await ask(gateway, op.UpdateProfileDocument, { input: { nickname: 'Nick' } }, token);
  expect((await follow())?.user.nickname).toBe('Nick');
});

test('keeps a fleet of any size in memory once it was read, each device with the same owner object', async () => {
  const { db, devices } = gateway.services;
  const rows: { id: number }[] = await db.em.fork().execute(
    `insert into devices (user_id, client_id, door, online, first_seen_at, last_seen_at)
     select ?, 'fleet-' || n, 'graphql', false, now(), now() from generate_series(1, 20000) n returning id`,
    [admin.user.id],
  );
  const fleet = rows.map(({ id }) => id);
  const statements = jest.spyOn(db.em.getConnection(), 'execute');
  const [first, second] = await Promise.all([devices.findCached(fleet), devices.findCached(fleet)]);
  expect(statements).toHaveBeenCalledTimes(2);
  expect(second).toEqual(first);
  const tick = await devices.findCached(fleet.slice(0, 133));
  expect(statements).toHaveBeenCalledTimes(2);
  expect(new Set(tick.map(({ user }) => user)).size).toBe(1);
  statements.mockRestore();
});

test('does not keep what a read under way returns of a device that changes meanwhile', async () => {
  const { devices, heartbeats } = gateway.services;
  const [id = 0] = ids.slice(5);
  const report = { clientId: 'id-CAFÉ\\y', name: 'before', clientVersion: '1.0' };
  await heartbeats.beat(member, report);
  const reading = devices.findCached([id]);
  await heartbeats.beat(member, { ...report, name: 'after' });
  await reading;
  expect((await devices.findCached([id]))[0]?.name).toBe('after');
});

test('no longer returns a device whose owner was deleted', async () => {
  const { services } = gateway;
  await services.administration.delete(member.user.id, { userId: admin.user.id, address: null });
  expect((await services.devices.findCached(ids)).map(({ id }) => id)).toEqual(ids.slice(0, 4));
});
