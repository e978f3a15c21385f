import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { RedisJobLeases } from '../../../src/adapters/job-leases/redis.js';
import { keysOfShard, PresenceShard } from '../../../src/adapters/presence/redis/presence-shard.js';
import { PresenceSweep } from '../../../src/adapters/presence/redis/presence-sweep.js';
import { DeviceTable } from '../../../src/devices/presence/device-table.js';
import { describeWithRedis } from '../../support/infrastructure/redis.js';
import { type SharedNodes, shareRedis } from '../../support/infrastructure/shared-nodes.js';

const INTERVAL_MS = 30_000;
const TICK_MS = 3000;
/** Longer than any test, so that no device is late. */
const LONG_MS = 600_000;
const EPOCH = 'epoch';
const SHARDS = 4;
const OWNERS = 20;

describeWithRedis('the sweep of a fleet', () => {
  let shared: SharedNodes;
  let fleets = 0;
  beforeAll(async () => {
    shared = await shareRedis('server');
  });
  afterAll(() => shared.stop());

  /** Two nodes, and 400 online devices of 20 owners. */
  async function openFleet() {
    fleets += 1;
    const fleet = `fleet-${fleets}`;
    const clock = { now: 0 };
    /** As the database has it. */
    const seen = new Map<number, number>();
    const store = { lastSeenOf: async () => seen };
    const { client } = await shared.connect();
    await client.del('gatehouse:job-lease:{presence sweep}:holder');
    const keys = Array.from({ length: SHARDS }, (_, shard) => keysOfShard(fleet, shard));
    for (const [, , state = ''] of keys) await client.hset(state, 'epoch', EPOCH);
    const shards = keys.map((of) => new PresenceShard(client, of, EPOCH));
    const devices = new DeviceTable();
    const nodes = Array.from({ length: 2 }, () => {
      const leases = new RedisJobLeases(client);
      const options = {
        leases,
        devices,
        store,
        clock: () => clock.now,
        intervalMs: INTERVAL_MS,
        tickMs: TICK_MS,
      };
      const sweep = new PresenceSweep(options);
      return { leases, sweep, run: () => sweep.run(shards) };
    });
    const ids = Array.from({ length: 400 }, (_, id) => id + 1);
    for (const id of ids) devices.setOwner(devices.intern(id), (id % OWNERS) + 1);
    const keyOf = (id: number, name: string) => `gatehouse:{${fleet}:s${id % SHARDS}}:${name}`;
    const lease = { remainingMs: LONG_MS, session: 1, endsWithSession: false };
    for (const [shard, target] of shards.entries()) {
      const own = ids.filter((id) => id % SHARDS === shard);
      await target.renew(own.map((deviceId) => ({ ...lease, deviceId, owner: 1 })));
    }
    return {
      client,
      clock,
      devices,
      seen,
      store,
      nodes,
      keyOf,
      /** Lets the leases of devices end in so many milliseconds. */
      async shorten(ids: readonly number[], remainingMs = -1) {
        for (const id of ids) await client.zincrby(keyOf(id, 'leases'), remainingMs - LONG_MS, id);
      },
      /** As if no node had swept for three periods. */
      async skipSweeps() {
        const gap = -3 * TICK_MS;
        for (let shard = 0; shard < SHARDS; shard++) {
          await client.hincrby(keyOf(shard, 'state'), 'swept', gap);
        }
      },
      async online() {
        const counts = shards.map((_, shard) => client.zcard(keyOf(shard, 'leases')));
        return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
      },
    };
  }

  test('expires overdue devices of all shards on the node that has the lease', async () => {
    const { nodes, shorten, online, client, keyOf } = await openFleet();
    const [one, other] = nodes;
    await one?.run();
    await shorten([1, 2, 3, 4]);
    await other?.run();
    expect(await online()).toBe(400);
    await one?.run();
    expect(await online()).toBe(396);
    const [[, [, device, , , , reason] = []] = []] = await client.xrevrange(
      keyOf(3, 'transitions'),
      '+',
      '-',
    );
    expect([device, reason]).toEqual(['3', 'TIMEOUT']);
    await shorten([5]);
    await one?.leases.release('presence sweep');
    await other?.run();
    expect(await online()).toBe(395);
  });

  test('keeps devices online that were seen by a node without a connection to Redis', async () => {
    const { nodes, shorten, online, clock, seen } = await openFleet();
    const [one] = nodes;
    await one?.run();
    await shorten([1, 2]);
    clock.now = 10 * INTERVAL_MS;
    seen.set(1, clock.now - INTERVAL_MS).set(2, clock.now - 3 * INTERVAL_MS);
    await one?.run();
    expect(await online()).toBe(399);
    await one?.run();
    expect(await online()).toBe(399);
  });

  test('holds devices with longer intervals for two of these', async () => {
    const { nodes, devices, shorten, online, clock, seen, skipSweeps } = await openFleet();
    const [one] = nodes;
    devices.setInterval(devices.intern(1), (10 * INTERVAL_MS) / 1000);
    await one?.run();
    await shorten([1]);
    await skipSweeps();
    clock.now = 100 * INTERVAL_MS;
    seen.set(1, clock.now - 30 * INTERVAL_MS);
    await one?.run();
    await one?.run();
    clock.now += 3 * INTERVAL_MS;
    await one?.run();
    expect(await online()).toBe(400);
    await shorten([1]);
    clock.now += 20 * INTERVAL_MS;
    await one?.run();
    expect(await online()).toBe(399);
  });

  test('does not wait for a database that hangs, and asks it once', async () => {
    const { nodes, shorten, online, store } = await openFleet();
    const [one] = nodes;
    await one?.run();
    let asked = 0;
    store.lastSeenOf = () => {
      asked += 1;
      return new Promise(() => {});
    };
    await shorten([1]);
    await one?.run();
    await shorten([2]);
    await one?.run();
    expect([await online(), asked]).toEqual([398, 1]);
  });

  test('holds many expiries of all shards for two intervals if most other devices are late', async () => {
    const { nodes, shorten, online, clock } = await openFleet();
    const [one] = nodes;
    await one?.run();
    const ids = Array.from({ length: 400 }, (_, id) => id + 1);
    await shorten(ids.slice(0, 60));
    await shorten(ids.slice(60), INTERVAL_MS);
    await one?.run();
    expect([await online(), one?.sweep.degraded]).toEqual([400, true]);
    clock.now += 2 * INTERVAL_MS - 1;
    await one?.run();
    expect([await online(), one?.sweep.degraded]).toEqual([400, true]);
    clock.now += 1;
    await one?.run();
    expect([await online(), one?.sweep.degraded]).toEqual([340, false]);
  });

  test('holds all expiries after a time without sweeps, on whichever node sweeps next', async () => {
    const { nodes, shorten, online, skipSweeps, clock } = await openFleet();
    const [one, other] = nodes;
    await one?.run();
    await shorten([1]);
    await skipSweeps();
    await one?.leases.release('presence sweep');
    await other?.run();
    expect([await online(), other?.sweep.degraded]).toEqual([400, true]);
    clock.now += 3 * INTERVAL_MS;
    await other?.run();
    expect([await online(), other?.sweep.degraded]).toEqual([399, false]);
  });

  test('continues the hold of a node that has ended', async () => {
    const { nodes, shorten, online, skipSweeps, clock } = await openFleet();
    const [one, other] = nodes;
    await one?.run();
    await shorten([1]);
    await skipSweeps();
    for (let sweeps = 0; sweeps < 2; sweeps++) await one?.run();
    await one?.leases.release('presence sweep');
    await other?.run();
    expect([await online(), other?.sweep.degraded]).toEqual([400, true]);
    clock.now += 3 * INTERVAL_MS;
    await other?.run();
    expect([await online(), other?.sweep.degraded]).toEqual([399, false]);
  });

  test('holds more expiries than it finds in one sweep', async () => {
    const { nodes, online, client, keyOf } = await openFleet();
    const [one] = nodes;
    await one?.run();
    // The largest number that is found is less than a twentieth of all.
    const overdue = 5000;
    const addLeases = `
      local now = redis.call('time')[1] * 1000
      for id = ARGV[2], ARGV[2] + 4999 do
        local remaining = id < 1000 + ${overdue} and -1 or ${INTERVAL_MS}
        redis.call('zadd', KEYS[1], now + remaining, id * ${SHARDS} + ARGV[1])
      end`;
    for (let shard = 0; shard < SHARDS; shard++) {
      for (let id = 1000; id < 66_000; id += 5000) {
        await client.eval(addLeases, 1, keyOf(shard, 'leases'), shard, id);
      }
    }
    const before = await online();
    await one?.run();
    expect([await online(), one?.sweep.degraded]).toEqual([before, true]);
  });
});
