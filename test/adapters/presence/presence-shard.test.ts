import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sessionTag } from '../../../src/adapters/presence/redis/lease-score.js';
import { keysOfShard, PresenceShard } from '../../../src/adapters/presence/redis/presence-shard.js';
import { OfflineReason } from '../../../src/devices/presence-event.entity.js';
import type { RedisClient } from '../../../src/redis/client.js';
import { describeWithRedis } from '../../support/infrastructure/redis.js';
import { type SharedNodes, shareRedis } from '../../support/infrastructure/shared-nodes.js';

/** Longer than any test. */
const LONG_MS = 600_000;
const EPOCH = 'epoch';

const device = fc.nat(9);
const step = fc.oneof(
  fc.record({
    kind: fc.constant('renew' as const),
    node: fc.nat(3),
    ids: fc.uniqueArray(device, { minLength: 1 }),
    session: fc.nat(1),
    endsWithSession: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('leave' as const),
    node: fc.nat(3),
    id: device,
    session: fc.option(fc.nat(1)),
  }),
  fc.record({
    kind: fc.constant('expire' as const),
    node: fc.nat(3),
    ids: fc.uniqueArray(device),
    /** A device that is renewed after the sweep has found it. */
    renewed: device,
    isFenced: fc.boolean(),
  }),
);

interface Expected {
  readonly device: string;
  readonly reason: string;
}

describeWithRedis.each(['server', 'cluster'] as const)('a shard of presence in Redis, on one %s', (kind) => {
  let shared: SharedNodes;
  let clients: RedisClient[];
  let shards = 0;

  beforeAll(async () => {
    shared = await shareRedis(kind);
    clients = [];
    for (let node = 0; node < 4; node++) clients.push((await shared.connect()).client);
  });
  afterAll(() => shared.stop());

  test('tells each transition once, as the model does, whichever nodes act', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        shards += 1;
        const nodes = clients.map((client) => new PresenceShard(client, keysOfShard('fleet', shards), EPOCH));
        const [client] = clients;
        const [leases = '', transitions = '', state = ''] = keysOfShard('fleet', shards);
        await client?.hset(state, 'epoch', EPOCH);
        /** The session of the latest heartbeat of each online device, and whether its lease ends with it. */
        const online = new Map<number, { session: number; endsWithSession: boolean }>();
        const left = new Set<string>();
        const expected: Expected[] = [];
        let token = 1;
        await nodes[0]?.expire(token, []);
        let remainingMs = LONG_MS;
        const renew = async (
          node: number,
          ids: readonly number[],
          session: number,
          endsWithSession: boolean,
        ) => {
          // Later heartbeats have later deadlines.
          remainingMs += 1000;
          await nodes[node]?.renew(
            ids.map((deviceId) => ({ deviceId, remainingMs, session, endsWithSession, owner: 1 })),
          );
          for (const id of ids) {
            if (!online.has(id) && left.has(`${id}:${session}`)) continue;
            if (!online.has(id)) expected.push({ device: `${id}`, reason: '' });
            online.set(id, { session, endsWithSession });
          }
        };
        for (const s of steps) {
          if (s.kind === 'renew') {
            await renew(s.node, s.ids, s.session, s.endsWithSession);
          } else if (s.kind === 'leave') {
            await nodes[s.node]?.leave([
              { deviceId: s.id, session: s.session, reason: OfflineReason.LOGOUT },
            ]);
            if (s.session !== null) left.add(`${s.id}:${s.session}`);
            const latest = online.get(s.id);
            if (latest && (s.session === null || s.session === latest.session)) {
              online.delete(s.id);
              expected.push({ device: `${s.id}`, reason: 'LOGOUT' });
            }
          } else {
            const due = s.ids.filter((id) => online.has(id));
            for (const id of due) await client?.zincrby(leases, -2 * remainingMs, id);
            const found = await nodes[s.node]?.find(token, false);
            expect(found?.online).toBe(online.size);
            expect(new Set(found?.ended.map(({ deviceId }) => deviceId))).toEqual(new Set(due));
            await renew(s.node, [s.renewed], 0, false);
            if (!s.isFenced) token += 1;
            const sweep = s.isFenced ? token - 1 : token;
            expect(await nodes[s.node]?.expire(sweep, found?.ended ?? [])).toBe(!s.isFenced);
            for (const { deviceId } of found?.ended ?? []) {
              const latest = online.get(deviceId);
              if (deviceId === s.renewed || !latest) continue;
              if (s.isFenced) await nodes[s.node]?.renew([{ deviceId, remainingMs, owner: 1, ...latest }]);
              else {
                online.delete(deviceId);
                expected.push({
                  device: `${deviceId}`,
                  reason: latest.endsWithSession ? 'AUTH_EXPIRED' : 'TIMEOUT',
                });
              }
            }
          }
        }
        const entries = (await client?.xrange(transitions, '-', '+')) ?? [];
        expect(entries.map(([id]) => id)).toEqual(entries.map((_, index) => `${index + 1}-0`));
        const told = entries.map(([, [, of = '', , , name, reason = '']]) => ({
          device: of,
          reason: name === 'reason' ? reason : '',
        }));
        const byDevice = (all: readonly Expected[], id: string) => all.filter((one) => one.device === id);
        for (let id = 0; id < 10; id++) expect(byDevice(told, `${id}`)).toEqual(byDevice(expected, `${id}`));
        expect(told).toHaveLength(expected.length);
      }),
      { numRuns: 50 },
    );
  });

  test('keeps the longer lease when heartbeats arrive out of order', async () => {
    const { client } = await shared.connect();
    const keys = keysOfShard('order', 0);
    await client.hset(keys[2] ?? '', 'epoch', EPOCH);
    const shard = new PresenceShard(client, keys, EPOCH);
    const lease = { deviceId: 1, session: sessionTag('0f3'), endsWithSession: false, owner: 1 };
    await shard.renew([{ ...lease, remainingMs: LONG_MS }]);
    await shard.renew([{ ...lease, remainingMs: -1, session: 5 }]);
    expect(await shard.find(1, false)).toMatchObject({ online: 1, ended: [] });
    await shard.leave([{ deviceId: 1, session: 5, reason: OfflineReason.LOGOUT }]);
    expect((await shard.find(1, false))?.online).toBe(1);
    await shard.leave([{ deviceId: 1, session: lease.session, reason: OfflineReason.LOGOUT }]);
    expect((await shard.find(1, false))?.online).toBe(0);
  });

  test('keeps a device offline whose session has just ended, but not for another session', async () => {
    const { client } = await shared.connect();
    const keys = keysOfShard('ended', 0);
    await client.hset(keys[2] ?? '', 'epoch', EPOCH);
    const shard = new PresenceShard(client, keys, EPOCH);
    const lease = { deviceId: 1, remainingMs: LONG_MS, session: 1, endsWithSession: false, owner: 1 };
    expect(await shard.renew([lease])).toEqual([]);
    await shard.leave([{ deviceId: 1, session: 1, reason: OfflineReason.REVOKED }]);
    expect(await shard.renew([lease, { ...lease, deviceId: 2 }])).toEqual([1]);
    expect((await shard.find(1, false))?.online).toBe(1);
    expect(await shard.renew([{ ...lease, session: 2 }])).toEqual([]);
    expect((await shard.find(1, false))?.online).toBe(2);
  });
});
