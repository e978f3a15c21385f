import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { nodeId } from '../../../src/database/node-id.js';
import { graphqlSessionPolicy } from '../../../src/graphql/session-policy.js';
import { openSession } from '../../support/callers.js';
import { ask } from '../../support/clients/client.js';
import { TestGroup } from '../../support/fleet.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';
import { DeviceDetailDocument } from '../../support/operations.js';

const SECOND = 1000;
let gateway: TestGateway;
let token: string;
let devices = 0;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createUser({ username: 'root', roles: ['ADMIN'] });
  token = (await openSession(gateway, 'root', graphqlSessionPolicy)).accessToken;
});
afterAll(() => gateway.close());

/** A device, and how it sends heartbeats. */
async function newDevice() {
  const clientId = `device-${++devices}`;
  const group = await TestGroup.of(gateway, 'root', [{ clientId }]);
  return {
    group,
    clientId,
    /** Sends a heartbeat after each of these pauses, in seconds. */
    async beatAfter(...pauses: number[]): Promise<void> {
      for (const seconds of pauses) {
        gateway.clock.advance(seconds * SECOND);
        await group.beat();
      }
    },
    save: () => gateway.services.heartbeats.saveLastSeen(),
    async history() {
      const [row] = await run<{ id: number }>(`select id from devices where client_id = '${clientId}'`);
      const id = nodeId('device', row?.id ?? 0);
      return (await ask(gateway, DeviceDetailDocument, { id }, token)).device;
    },
  };
}

const run = <T>(sql: string): Promise<T[]> => gateway.services.db.em.fork().execute<T[]>(sql);

test('a device is expected to keep the interval of the gateway, or its own', async () => {
  const device = await newDevice();
  await device.beatAfter(0);
  expect((await device.history())?.timing).toEqual({
    expectedSeconds: 30,
    observedSeconds: null,
    jitterSeconds: null,
  });
  await run(`update devices set own_interval_seconds = 120 where client_id = '${device.clientId}'`);
  expect((await device.history())?.timing?.expectedSeconds).toBe(120);
});

test('observes the interval of a device and its jitter, from saves in any rhythm', async () => {
  const device = await newDevice();
  await device.beatAfter(0);
  await device.save();
  await device.beatAfter(20, 20, 20);
  await device.save();
  await device.beatAfter(20);
  await device.save();
  expect((await device.history())?.timing).toMatchObject({ observedSeconds: 20, jitterSeconds: 0 });
  // A sample counts for an eighth.
  await device.beatAfter(36);
  await device.save();
  expect((await device.history())?.timing).toMatchObject({ observedSeconds: 22, jitterSeconds: 2 });
});

test('a pause of more than ten intervals is an absence, and a shorter one is an interval', async () => {
  const device = await newDevice();
  await device.beatAfter(0, 30);
  await device.save();
  await device.beatAfter(301);
  await device.save();
  expect((await device.history())?.timing).toMatchObject({ observedSeconds: 30 });
  await device.beatAfter(110);
  await device.save();
  expect((await device.history())?.timing).toMatchObject({ observedSeconds: 40 });
});

test('a heartbeat that the row of the device has already is not counted again', async () => {
  const device = await newDevice();
  await device.beatAfter(0, 30);
  await device.save();
  expect((await device.history())?.timing).toMatchObject({ observedSeconds: 30 });
});

test('keeps the versions that a device reports, however often it reports them', async () => {
  const device = await newDevice();
  const { clientId } = device;
  const changes = async () =>
    (await device.history())?.versionChanges.edges.map(({ node: { previousVersion, version } }) => [
      previousVersion,
      version,
    ]);
  await device.beatAfter(0);
  for (const clientVersion of ['1.0', '1.0', '1.1', '1.1']) {
    gateway.clock.advance(SECOND);
    await device.group.beat([{ clientId, clientVersion }]);
  }
  expect(await changes()).toEqual([
    [null, '1.0'],
    ['1.0', '1.1'],
  ]);
  const at = new Date(gateway.clock.now - SECOND).toISOString();
  expect((await device.history())?.versionChanges.edges.at(-1)?.node.at).toBe(at);
});

test('keeps the latest hundred changes of a version', async () => {
  const device = await newDevice();
  await device.beatAfter(0);
  await run(
    `do $$ begin for n in 1..110 loop
       update devices set client_version = n where client_id = '${device.clientId}'; end loop; end $$`,
  );
  const edges = (await device.history())?.versionChanges.edges ?? [];
  expect(edges.at(-1)?.node.version).toBe('110');
  expect((await device.history())?.versionChanges.totalCount).toBe(100);
});
