import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Devices } from '../../src/devices/devices.js';
import { KnownDevices } from '../../src/devices/known-devices.js';
import { StatusSource } from '../../src/devices/status-stream.js';
import { bmsSessionPolicy } from '../../src/legacy/bms/session-policy.js';
import { openSession } from '../support/callers.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

test('a device that is deleted at the moment in which it is told of is told of all the same', async () => {
  const { db, events, sessions, heartbeats, clock } = gateway.services;
  const { id } = await gateway.createUser({ username: 'leaver' });
  const caller = await sessions.authenticate(
    (await openSession(gateway, 'leaver', bmsSessionPolicy)).accessToken,
  );
  if (!caller) throw new Error('The session has ended.');
  class DeletedOnceRead extends KnownDevices {
    override async get(ids: readonly number[]) {
      const found = await super.get(ids);
      if (found.length > 0) await gateway.services.administration.delete(id, { userId: null, address: null });
      return found;
    }
  }
  const devices = new Devices(db, heartbeats, new DeletedOnceRead(db, events, sessions));
  const source = new StatusSource({ heartbeats, devices, events, clock }, caller, {}, null);
  const { place } = await source.open();
  await heartbeats.beat(caller, { clientId: 'last', name: null, clientVersion: null });
  await heartbeats.announce();
  const told = await source.after(place);
  expect(told.events.map(({ event }) => event.kind)).toEqual(['ONLINE']);
});
