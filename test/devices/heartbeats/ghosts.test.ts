import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { TestGroup } from '../../support/fleet.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';

const INTERVAL = 30_000;
const GHOSTS = 200;

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
  for (const username of ['mia', 'noa']) await gateway.createUser({ username });
});
afterAll(() => gateway.close());

const group = (username: string, prefix: string, count: number) =>
  TestGroup.of(
    gateway,
    username,
    Array.from({ length: count }, (_, at) => ({ clientId: `${prefix}-${at}` })),
  );
const expired = async ({ services }: TestGateway, username: string) => {
  await services.heartbeats.saveTransitions();
  const rows: { client_id: string }[] = await services.db.em.execute(
    'select d.client_id from devices d join users u on u.id = d.user_id where u.username = ? and not d.online',
    [username],
  );
  return rows.map((row) => row.client_id);
};

test('devices of one member that never return delay the expiry of no other, before and after a restart', async () => {
  const ghosts = await group('mia', 'ghost', GHOSTS);
  const beating = await group('noa', 'beating', 3);
  const silent = await group('noa', 'silent', 1);
  const late = await group('noa', 'late', 1);
  await Promise.all([ghosts, beating, silent, late].map((devices) => devices.beat()));
  await gateway.pass(INTERVAL);
  await Promise.all([beating, late].map((devices) => devices.beat()));
  await gateway.pass(1.8 * INTERVAL);
  await beating.beat();
  expect(await expired(gateway, 'noa')).toEqual(['silent-0']);
  const first = await expired(gateway, 'mia');
  // Fewer than fifty at once are not held.
  expect(first.length).toBeLessThan(50);
  expect(gateway.services.heartbeats.degraded).toBe(true);

  await gateway.services.heartbeats.announce();
  await gateway.services.heartbeats.saveLastSeen();
  const restarted = await startGateway({}, gateway);
  // Each device has an interval to reconnect in.
  await restarted.pass(2 * INTERVAL);
  expect(await expired(restarted, 'noa')).toEqual(expect.arrayContaining(['silent-0', 'late-0']));
  expect((await expired(restarted, 'mia')).length).toBeLessThan(100);
  await restarted.pass(2.2 * INTERVAL);
  expect(await expired(restarted, 'mia')).toHaveLength(GHOSTS);
  await restarted.close();
});
