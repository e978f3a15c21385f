import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Caller } from '../../src/sessions/sessions.js';
import { callerOf } from '../support/callers.js';
import { ask } from '../support/client.js';
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

test('no longer returns a device whose owner was deleted', async () => {
  const { services } = gateway;
  await services.administration.delete(member.user.id, { userId: admin.user.id, address: null });
  expect((await services.devices.findCached(ids)).map(({ id }) => id)).toEqual(ids.slice(0, 4));
});
