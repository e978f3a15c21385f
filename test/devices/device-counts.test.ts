import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { mergeDeviceCounts } from '../../src/devices/counts/device-counts.js';
import { bmsSessionPolicy } from '../../src/legacy/bms/session-policy.js';
import { callerOf, openSession } from '../support/callers.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
let owner: number;
beforeAll(async () => {
  gateway = await startGateway();
  ({ id: owner } = await gateway.createUser({
    username: 'ops',
    password: 'correct horse',
    roles: ['ADMIN'],
  }));
});
afterAll(() => gateway.close());

const run = <T>(sql: string, params: unknown[] = []): Promise<T[]> =>
  gateway.services.db.em.fork().execute<T[]>(sql, params);

/** Adds devices of three versions, every third one online. */
const addDevices = (userId: number, count: number) =>
  run(
    `insert into devices (user_id, client_id, door, client_version, online, first_seen_at, last_seen_at)
     select ?, gen_random_uuid()::text, 'bms', nullif(n % 3, 0)::text, n % 3 = 1, now(), now()
     from generate_series(1, ?) n`,
    [userId, count],
  );

/** Expects the counts to be those of the rows in `devices`. */
async function expectTrueCounts(): Promise<void> {
  const grouped = (number: string, table: string) =>
    run(
      `select door, client_version, online, ${number}::int as devices from ${table}
       group by 1, 2, 3 having ${number} <> 0 order by 1, 2, 3`,
    );
  const inUse = '(select * from devices where retired_at is null) d';
  expect(await grouped('sum(devices)', 'device_counts')).toEqual(await grouped('count(*)', inUse));
}

test('counts devices that are added, changed and deleted by any statement', async () => {
  await addDevices(owner, 30);
  await expectTrueCounts();
  await run(
    `update devices set online = not online, client_version = coalesce(client_version, '9') where id % 2 = 0`,
  );
  await run(`update devices set door = 'uims' where id % 5 = 0`);
  await run('update devices set retired_at = now(), online = false where id % 7 = 0');
  await run('update devices set online = true where id % 14 = 0');
  await expectTrueCounts();
  const { id } = await gateway.createUser({ username: 'leaver', password: 'correct horse' });
  await addDevices(id, 9);
  await gateway.services.administration.delete(id, { userId: owner, address: null });
  await run('delete from devices where id % 7 = 0');
  await expectTrueCounts();
});

test('counts nothing of a statement that is rolled back', async () => {
  const em = gateway.services.db.em.fork();
  await em.begin();
  await em.execute('update devices set online = not online');
  await em.rollback();
  await expectTrueCounts();
});

test('adds no row to the counts when devices are seen again', async () => {
  const [before] = await run('select count(*) from device_counts');
  await run('update devices set last_seen_at = now(), session_id = gen_random_uuid()');
  expect(await run('select count(*) from device_counts')).toEqual([before]);
});

test('keeps counts true while writers and merges run at the same time', async () => {
  const writers = Array.from({ length: 8 }, async (_, writer) => {
    for (let round = 0; round < 5; round++) {
      await run('update devices set online = not online where id % 8 = ?', [writer]);
      await mergeDeviceCounts(gateway.services.db);
    }
  });
  await Promise.all(writers);
  await expectTrueCounts();
});

test('merges the rows of a count into one, and removes those without devices', async () => {
  await addDevices(owner, 5);
  await run(
    `insert into device_counts (door, client_version, online, devices) values ('upgrade', null, true, 2), ('upgrade', null, true, -2)`,
  );
  await mergeDeviceCounts(gateway.services.db);
  const rows = await run<{ rows: number; devices: number }>(
    'select count(*)::int as rows, sum(devices)::int as devices from device_counts group by door, client_version, online',
  );
  expect(rows.filter((row) => row.rows !== 1 || row.devices <= 0)).toEqual([]);
  await expectTrueCounts();
});

test('summarises the fleet and its adoption without reading devices', async () => {
  const { devices, db } = gateway.services;
  const { accessToken } = await openSession(gateway, 'ops', { ...bmsSessionPolicy, restricted: false });
  const caller = await callerOf(gateway, accessToken);
  const statements = jest.spyOn(db.em.getConnection(), 'execute');
  const filters = [{}, { online: true }, { api: 'uims' as const, clientVersion: '1' }];
  const summaries = [];
  for (const filter of filters) summaries.push(await devices.summary(caller, filter));
  const adoption = await devices.adoption();
  expect(statements.mock.calls.filter(([sql]) => /\bdevices"? (as|group|where)\b/.test(String(sql)))).toEqual(
    [],
  );
  statements.mockRestore();
  const [truth] = await run<object>(
    `select count(*)::int as "all", (count(*) filter (where online))::int as online,
       (count(*) filter (where door = 'uims' and client_version = '1'))::int as uims from devices`,
  );
  const [all, online, uims] = summaries.map(({ total }) => total);
  expect({ all, online, uims }).toEqual(truth);
  expect(summaries[1]).toMatchObject({ online, offline: 0 });
  expect(adoption).toEqual(
    await run(
      `select client_version as "clientVersion", count(*)::int as devices from devices
       group by 1 order by 2 desc, 1`,
    ),
  );
});
