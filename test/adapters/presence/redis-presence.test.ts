import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type Database, openDatabase } from '../../../src/database/database.js';
import { entities } from '../../../src/entities.js';
import { createMigratedDatabase, type TestDatabase } from '../../support/database.js';
import { describeWithRedis } from '../../support/infrastructure/redis.js';
import { type SharedNodes, shareRedis } from '../../support/infrastructure/shared-nodes.js';
import { INTERVAL_MS } from './presence-fleet.js';
import { addRows, clearRows, deviceIds, sessionIdOf } from './presence-rows.js';
import { skipGaps, TestFleet } from './test-fleet.js';
import type { TestNode } from './test-node.js';
import { TestSubscriber } from './test-subscriber.js';

const NEVER = 4_000_000_000_000;

describeWithRedis('presence in Redis', () => {
  let shared: SharedNodes;
  let database: TestDatabase;
  let db: Database;
  let fleet: TestFleet;
  let ids: number[];
  let gaps: ReturnType<typeof skipGaps>;

  beforeAll(async () => {
    shared = await shareRedis('server');
    database = await createMigratedDatabase();
    db = await openDatabase(database.url, entities);
    await addRows(db, 2, [1, 2].map(sessionIdOf));
    ids = await deviceIds(db);
  });
  beforeEach(async () => {
    gaps = skipGaps();
    await clearRows(db);
    fleet = await TestFleet.open(db, shared, expect.getState().currentTestName ?? '');
  });
  afterEach(() => gaps.restore());
  afterAll(async () => {
    await db.close(true);
    await database.drop();
    await shared.stop();
  });

  const [first, second] = [sessionIdOf(1), sessionIdOf(2)];
  const deviceAt = (index: number): number => ids[index] ?? 0;
  async function beat(node: TestNode, index = 0, sessionId = first): Promise<void> {
    await db.em.execute('update devices set session_id = ? where id = ?', [sessionId, deviceAt(index)]);
    node.beat(deviceAt(index), sessionId, NEVER);
    await node.tick();
  }
  const history = async (index = 0) => {
    const rows = await db.em.execute<{ reason: string | null }[]>(
      'select reason from presence_events where device_id = ? order by id',
      [deviceAt(index)],
    );
    return rows.map(({ reason }) => reason);
  };

  test('nodes that start at once share an epoch, without a warning', async () => {
    const nodes = await Promise.all([fleet.join(), fleet.join(), fleet.join()]);
    await beat(nodes[0]);
    for (const node of nodes) {
      await node.tick();
      expect(node.online()).toEqual([deviceAt(0)]);
    }
    expect(fleet.warnings).toEqual([]);
  });

  test('a device stays offline after a logout though it has beaten on another node before', async () => {
    const [one, other] = [await fleet.join(), await fleet.join()];
    await beat(one);
    await beat(other, 0, second);
    await other.logout(second);
    await fleet.pass(INTERVAL_MS);
    for (const node of fleet.nodes) expect(node.online()).toEqual([]);
    expect(await fleet.transitions()).toEqual([
      { deviceId: deviceAt(0), reason: null },
      { deviceId: deviceAt(0), reason: 'LOGOUT' },
    ]);
  });

  test('a logout ends the session that beats now, even while its lease is the shorter one', async () => {
    const one = await fleet.join();
    await beat(one);
    await fleet.lengthen(deviceAt(0), INTERVAL_MS);
    await beat(one, 0, second);
    await one.logout(first);
    await one.tick();
    expect(one.online()).toEqual([deviceAt(0)]);
    await one.logout(second);
    await one.tick();
    expect(one.online()).toEqual([]);
  });

  test('a node that has slept until the next entry is gone starts again, and its subscribers too', async () => {
    const [one, sleeper] = [await fleet.join(), await fleet.join()];
    const subscriber = new TestSubscriber(sleeper);
    await beat(one);
    await one.logout(first);
    await one.tick();
    await beat(one, 0, second);
    await one.presence.save();
    await fleet.drop(deviceAt(0), 2);
    for (let tick = 0; tick < 2; tick++) await sleeper.tick();
    expect(sleeper.online()).toEqual([deviceAt(0)]);
    subscriber.read();
    expect([subscriber.resets, subscriber.online()]).toEqual([1, [deviceAt(0)]]);
    expect(fleet.warnings).toEqual([]);
  });

  test('a node that has slept does not bring devices back that have left since', async () => {
    const [one, sleeper] = [await fleet.join(), await fleet.join()];
    await beat(sleeper);
    await one.tick();
    await one.logout(first);
    await one.tick();
    await beat(one, 1, second);
    await one.presence.save();
    await fleet.drop(deviceAt(0), 1);
    for (let tick = 0; tick < 2; tick++) for (const node of fleet.nodes) await node.tick();
    for (const node of fleet.nodes) expect(node.online()).toEqual([deviceAt(1)]);
  });

  test.each([
    ['an epoch of its own', `epoch = 'another'`],
    ['no epoch, since a node has run alone', 'epoch = null'],
  ])('starts an epoch if the database has %s', async (_name, change) => {
    const one = await fleet.join();
    await beat(one);
    await one.presence.save();
    await db.em.execute(`update presence_position set ${change}`);
    for (let tick = 0; tick < 3; tick++) {
      await one.presence.save();
      await one.tick();
    }
    await beat(one, 1);
    await one.presence.save();
    expect([await history(0), await history(1)]).toEqual([[null], [null]]);
    expect(fleet.warnings).toHaveLength(1);
  });

  test('saves transitions again that a restored database lacks', async () => {
    const one = await fleet.join();
    await beat(one);
    await one.presence.save();
    await db.em.execute(`update presence_position set offsets = array_fill(0::bigint, array[16])`);
    await db.em.execute('update devices set online = false');
    await db.em.execute('delete from presence_events');
    const other = await fleet.join();
    await other.presence.save();
    expect([other.online(), await history()]).toEqual([[deviceAt(0)], [null]]);
    expect(fleet.warnings).toEqual([]);
  });

  test('nodes that copy at once save each transition once', async () => {
    const nodes = [await fleet.join(), await fleet.join(), await fleet.join()];
    for (let round = 0; round < 5; round++) {
      const session = sessionIdOf(round);
      await beat(nodes[0] as TestNode, 0, session);
      await Promise.all(nodes.map(({ presence }) => presence.save()));
      await nodes[0]?.logout(session);
      await Promise.all(nodes.map(({ presence }) => presence.save()));
    }
    for (const { presence } of nodes) await presence.save();
    expect(await history()).toEqual(Array.from({ length: 5 }, () => [null, 'LOGOUT']).flat());
  });

  test('repeats only what has failed', async () => {
    const one = await fleet.join();
    await beat(one);
    one.rename(deviceAt(0), 'former');
    await one.logout(first);
    one.failure = 'before';
    await one.tick();
    one.failure = null;
    for (let tick = 0; tick < 2; tick++) await one.tick();
    expect(await fleet.entryCount()).toBe(3);
  });

  test('takes a device offline whose node has ended between its first heartbeat and the lease', async () => {
    const one = await fleet.join();
    await beat(one);
    await db.em.execute(`update devices set online = true, last_seen_at = now() - interval '1 hour'`);
    const other = await fleet.join();
    expect(other.online()).toEqual(ids);
    gaps.skip(600_000);
    for (let tick = 0; tick < 2; tick++) {
      await other.presence.save();
      await other.tick();
      await one.tick();
    }
    await one.presence.save();
    for (const node of fleet.nodes) expect(node.online()).toEqual([deviceAt(0)]);
    expect([await history(0), await history(1)]).toEqual([[], ['TIMEOUT']]);
  });

  test('ends without an error while Redis is away', async () => {
    const one = await fleet.join();
    await beat(one);
    one.failure = 'before';
    await fleet.close(one);
    const other = await fleet.join();
    expect(other.online()).toEqual([deviceAt(0)]);
  });
});
