import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MemoryJobLeases } from '../../../src/adapters/job-leases/memory.js';
import { RedisJobLeases } from '../../../src/adapters/job-leases/redis.js';
import type { JobLeases } from '../../../src/jobs/job-leases.js';
import { describeWithRedis } from '../../support/infrastructure/redis.js';
import { type SharedNodes, shareRedis } from '../../support/infrastructure/shared-nodes.js';

/** Longer than any test. */
const LONG_MS = 600_000;

/** Nodes of a fleet, and a way to let all of their leases expire. */
interface Fleet {
  readonly nodes: readonly JobLeases[];
  expire(names: readonly string[]): Promise<void>;
}

const step = fc.record({
  kind: fc.constantFrom('acquire', 'release', 'expire'),
  node: fc.nat(3),
  name: fc.constantFrom('sweep', 'purge'),
});

let names = 0;

function contract(open: () => Promise<Fleet>): void {
  let fleet: Fleet;
  beforeAll(async () => {
    fleet = await open();
  });

  test('behaves as the model does, whichever node acts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        names += 1;
        const held = new Map<string, { node: number; token: number }>();
        const latest = new Map<string, number>();
        for (const { kind, node: number, name: suffix } of steps) {
          const name = `${suffix} ${names}`;
          const index = number % fleet.nodes.length;
          const node = fleet.nodes[index];
          const holder = held.get(name);
          if (kind === 'expire') {
            await fleet.expire([...held.keys()]);
            held.clear();
          } else if (kind === 'release') {
            await node?.release(name);
            if (holder?.node === index) held.delete(name);
          } else {
            const token = await node?.acquire(name, LONG_MS);
            if (!holder) {
              expect(token).toBeGreaterThan(latest.get(name) ?? 0);
              held.set(name, { node: index, token: token ?? 0 });
              latest.set(name, token ?? 0);
            } else {
              expect(token).toBe(holder.node === index ? holder.token : null);
            }
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  test('gives a greater token after a release', async () => {
    const [node] = fleet.nodes;
    const first = await node?.acquire('first', LONG_MS);
    await node?.release('first');
    expect(await node?.acquire('first', LONG_MS)).toBeGreaterThan(first ?? 0);
  });
}

describe('job leases in memory', () => {
  contract(async () => {
    const clock = { now: 0 };
    return {
      nodes: [new MemoryJobLeases(() => clock.now)],
      async expire() {
        clock.now += LONG_MS;
      },
    };
  });
});

describeWithRedis.each(['server', 'cluster'] as const)('job leases in Redis, on one %s', (kind) => {
  let shared: SharedNodes;
  beforeAll(async () => {
    shared = await shareRedis(kind);
  });
  afterAll(() => shared.stop());

  contract(async () => {
    const { client } = await shared.connect();
    const nodes = [new RedisJobLeases(client)];
    for (let node = 1; node < 4; node++) nodes.push(new RedisJobLeases((await shared.connect()).client));
    return {
      nodes,
      async expire(leases) {
        for (const name of leases) await client.pexpire(`gatehouse:job-lease:{${name}}:holder`, 0);
      },
    };
  });

  test('a lease that is not renewed ends by the clock of Redis', async () => {
    const [one, other] = [await shared.connect(), await shared.connect()].map(
      ({ client }) => new RedisJobLeases(client),
    );
    const token = await one?.acquire('short', 30);
    let taken: number | null = null;
    while (taken === null) taken = (await other?.acquire('short', LONG_MS)) ?? null;
    expect(taken).toBeGreaterThan(token ?? 0);
    expect(await one?.acquire('short', LONG_MS)).toBeNull();
  });

  test('gives greater tokens after Redis has lost its data', async () => {
    const { client } = await shared.connect();
    const leases = new RedisJobLeases(client);
    const token = await leases.acquire('lost', LONG_MS);
    await client.del('gatehouse:job-lease:{lost}:holder', 'gatehouse:lease:{lost}:token');
    expect(await leases.acquire('lost', LONG_MS)).toBeGreaterThan((token ?? 0) - 1);
  });
});
