import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { Devices } from '../../../src/devices/devices.js';
import { KnownDevices } from '../../../src/devices/known-devices.js';
import { DeviceStatusStream } from '../../../src/devices/live/status-stream.js';
import { bmsSessionPolicy } from '../../../src/legacy/bms/session-policy.js';
import { callerOf, openSession } from '../../support/callers.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

test('publishes the transition of a device that is deleted right after it was read', async () => {
  const { db, events, sessions, heartbeats, onlineDevices, clock } = gateway.services;
  const { id } = await gateway.createUser({ username: 'leaver' });
  const { accessToken } = await openSession(gateway, 'leaver', bmsSessionPolicy);
  const caller = await callerOf(gateway, accessToken);
  class DeletedOnceRead extends KnownDevices {
    override async get(ids: readonly number[]) {
      const found = await super.get(ids);
      if (found.length > 0) await gateway.services.administration.delete(id, { userId: null, address: null });
      return found;
    }
  }
  const devices = new Devices(db, heartbeats, new DeletedOnceRead(db, events, sessions));
  const stream = new DeviceStatusStream(
    { heartbeats, devices, onlineDevices, events, clock },
    caller,
    {},
    null,
  );
  const { offset } = await stream.open();
  await heartbeats.beat(caller, { clientId: 'last', name: null, clientVersion: null });
  await heartbeats.announce();
  const { publications } = await stream.since(offset);
  expect(publications.map(({ event }) => event.kind)).toEqual(['ONLINE']);
});

test('reads no devices of others for a member', async () => {
  const { services } = gateway;
  const signIn = async (username: string) => {
    await gateway.createUser({ username });
    return callerOf(gateway, (await openSession(gateway, username, bmsSessionPolicy)).accessToken);
  };
  const [member, neighbour] = [await signIn('member'), await signIn('neighbour')];
  const stream = new DeviceStatusStream(services, member, {}, null);
  const { offset } = await stream.open();
  for (const caller of [neighbour, member]) {
    await services.heartbeats.beat(caller, {
      clientId: caller.user.username,
      name: null,
      clientVersion: null,
    });
  }
  await services.heartbeats.announce();
  const findCached = jest.spyOn(services.devices, 'findCached');
  const { publications } = await stream.since(offset);
  expect(publications.map(({ event }) => event.device?.clientId)).toEqual(['member']);
  expect(findCached.mock.calls.map(([ids]) => ids.length)).toEqual([1]);
  findCached.mockRestore();
});
