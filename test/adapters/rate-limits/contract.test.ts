import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MemoryLimiters } from '../../../src/adapters/rate-limits/memory.js';
import { RedisLimiters } from '../../../src/adapters/rate-limits/redis.js';
import { FailureBudget } from '../../../src/rate-limits/failure-budget.js';
import type { Limiters } from '../../../src/rate-limits/limiters.js';
import { describeWithRedis } from '../../support/infrastructure/redis.js';
import { type SharedNodes, shareRedis } from '../../support/infrastructure/shared-nodes.js';

const POINTS = 10;

const step = fc.record({
  kind: fc.constantFrom('consume', 'penalty', 'reward', 'delete'),
  node: fc.nat(3),
  key: fc.constantFrom('192.0.2.1', '2001:db8::/64'),
  points: fc.integer({ min: 1, max: 4 }),
});

let names = 0;
const options = () => {
  names += 1;
  return { name: `test-${names}`, points: POINTS, windowSeconds: 600 };
};

/** @returns whether a key had so many points left. */
const consume = (limiter: ReturnType<Limiters['create']>, key: string, points = 1): Promise<boolean> =>
  limiter.consume(key, points).then(
    () => true,
    ({ msBeforeNext }: { msBeforeNext: number }) => {
      expect(msBeforeNext).toBeGreaterThan(0);
      return false;
    },
  );

function contract(open: () => Promise<readonly Limiters[]>): void {
  test.each([false, true])(
    'behaves as the model does, whichever node acts (with many keys: %s)',
    async (hasManyKeys) => {
      const nodes = await open();
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
          const shared = { ...options(), hasManyKeys };
          const limiters = nodes.map((node) => node.create(shared));
          const consumed = new Map<string, number>();
          for (const { kind, node, key, points } of steps) {
            const limiter = limiters[node % limiters.length];
            if (!limiter) continue;
            const before = consumed.get(key) ?? 0;
            if (kind === 'consume') {
              consumed.set(key, before + points);
              expect(await consume(limiter, key, points)).toBe(before + points <= POINTS);
            } else if (kind === 'delete') {
              consumed.delete(key);
              await limiter.delete(key);
            } else {
              consumed.set(key, before + (kind === 'penalty' ? points : -points));
              await limiter[kind](key, points);
            }
            expect((await limiter.get(key))?.consumedPoints ?? 0).toBe(consumed.get(key) ?? 0);
          }
        }),
        { numRuns: 50 },
      );
    },
  );

  test('admits no more of a hundred parallel attempts than of sequential ones', async () => {
    const shared = options();
    const limiters = (await open()).map((node) => node.create(shared));
    const attempts = Array.from({ length: 100 }, (_, index) => limiters[index % limiters.length]);
    const admitted = await Promise.all(attempts.map((limiter) => limiter && consume(limiter, 'one')));
    expect(admitted.filter(Boolean)).toHaveLength(POINTS);
  });

  test('counts each limiter by itself', async () => {
    const [node] = await open();
    const [one, other] = [node?.create(options()), node?.create(options())];
    await one?.penalty('key', POINTS);
    expect(other && (await consume(other, 'key'))).toBe(true);
  });
}

describe('limits in memory', () => {
  contract(async () => [new MemoryLimiters()]);
});

describeWithRedis.each(['server', 'cluster'] as const)('limits in Redis, on one %s', (kind) => {
  let shared: SharedNodes;
  beforeAll(async () => {
    shared = await shareRedis(kind);
  });
  afterAll(() => shared.stop());

  contract(async () => {
    const nodes = [];
    for (let node = 0; node < 4; node++) nodes.push(new RedisLimiters((await shared.connect()).client));
    return nodes;
  });
});

describeWithRedis('the failures of one name', () => {
  const MAX = 10;
  const fail = () => Promise.reject(new Error('wrong password'));
  const budget = (limiters: Limiters, name: string) =>
    new FailureBudget(limiters, { name, max: MAX, windowSeconds: 600 }, () => true);

  /** @returns how many of so many parallel attempts began before the budget was spent. */
  async function failures(budgets: readonly FailureBudget[], attempts: number): Promise<number> {
    let checked = 0;
    const attempt = (one: FailureBudget | undefined) =>
      one
        ?.spend('name', async () => {
          if (await one.isSpent('name')) return;
          checked += 1;
          await fail();
        })
        .catch(() => {});
    await Promise.all(Array.from({ length: attempts }, (_, at) => attempt(budgets[at % budgets.length])));
    return checked;
  }

  test('on two nodes at once are not twice the limit, and on each while Redis is away its share', async () => {
    const shared = await shareRedis('server');
    const nodes: RedisLimiters[] = [];
    for (let node = 0; node < 2; node++) nodes.push(new RedisLimiters((await shared.connect()).client));
    for (const node of nodes) node.nodes = 2;
    const { name } = options();
    const together = await failures(
      nodes.map((node) => budget(node, name)),
      200,
    );
    expect(together).toBeGreaterThanOrEqual(MAX);
    expect(together).toBeLessThan(2 * MAX);
    const others = nodes.map((node) => budget(node, options().name));
    for (const server of shared.servers) await server.kill();
    for (const other of others) expect(await failures([other], 100)).toBe(MAX / 2);
    await shared.stop();
  });
});

describeWithRedis('while Redis is away', () => {
  test('each node admits its share, and counts with the others again afterwards', async () => {
    const shared = await shareRedis('server');
    const [server] = shared.servers;
    const { client } = await shared.connect();
    const limiters = new RedisLimiters(client);
    const limiter = limiters.create(options());
    limiters.nodes = 3;
    await server?.kill();
    const admit = () => Promise.all(Array.from({ length: POINTS + 1 }, () => consume(limiter, 'key')));
    expect((await admit()).filter(Boolean)).toHaveLength(Math.floor(POINTS / 3));
    await server?.restart();
    await new Promise((resolve) => client.once('ready', resolve));
    expect((await admit()).filter(Boolean)).toHaveLength(POINTS);
    await shared.stop();
  });
});
