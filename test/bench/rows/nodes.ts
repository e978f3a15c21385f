import { setTimeout } from 'node:timers/promises';
import { fleetCost } from '../curves/leases.ts';
import { compare } from '../support/load/compare.ts';
import { type Figure, GATEHOUSE } from '../support/report/figure.ts';
import { type Profile, type Row, scaled } from '../support/row.ts';
import type { Cluster } from '../support/servers/cluster.ts';
import { type Gateway, startGateway } from '../support/servers/gateway.ts';
import { RedisServer } from '../support/servers/redis.ts';
import { startSubscribers } from '../support/servers/server.ts';
import { beatAll, steadyCost } from './fleet.ts';

const MANY_DEVICES = 1_000_000;
const FEW_DEVICES = 1000;
const BEATS = 20_000;
/** Devices that come online in a turn. */
const COMING = 200;
const WARM_UPS = 2;
const IDLE_MS = 20_000;
const SINGLE = 'a single gateway';
const STATUS = 'subscription { deviceStatus { kind cursor device { id online } devices { id online } } }';

export const nodes: Row = {
  name: 'nodes',
  description: 'A heartbeat and an event on two gateways on Redis, and the leases of a million devices.',
  async measure({ cluster, profile }) {
    return [
      await heartbeatFigure(cluster, profile),
      ...(await leaseFigures(profile)),
      ...(await eventFigures(cluster, profile)),
    ];
  },
};

async function heartbeatFigure(cluster: Cluster, profile: Profile): Promise<Figure> {
  await using redis = await RedisServer.start();
  await using single = await startGateway(cluster);
  await using node = await startGateway(cluster, { REDIS_URL: redis.url });
  const count = scaled(profile, BEATS, 50);
  const costOf = async ({ server, addMembers }: Gateway) => {
    const members = await addMembers(scaled(profile, FEW_DEVICES, 50));
    await beatAll(server, members);
    return () => steadyCost(server, members, count);
  };
  const samples = await compare(
    { [SINGLE]: await costOf(single), [GATEHOUSE]: await costOf(node) },
    { turns: profile.turns, warmUps: WARM_UPS },
  );
  return {
    work: 'a heartbeat on one of several nodes, without its lease',
    unit: 'µs',
    samples,
    goal: { atMost: 1.1, times: SINGLE },
  };
}

async function leaseFigures(profile: Profile): Promise<Figure[]> {
  const { nodeUs, redisUs, redisMib } = await fleetCost(scaled(profile, MANY_DEVICES), profile);
  const figure = (work: string, unit: string, sample: number, atMost: number): Figure => ({
    work,
    unit,
    samples: { [GATEHOUSE]: [sample] },
    goal: { atMost },
  });
  return [
    figure('a renewed lease of a million devices, on their nodes', 'µs', nodeUs, 5),
    figure('a renewed lease of a million devices, in Redis', 'µs', redisUs, 5),
    figure('memory of the presence of a million devices in Redis', 'MiB', redisMib, 150),
  ];
}

/** What the second of two nodes does. */
async function eventFigures(cluster: Cluster, profile: Profile): Promise<Figure[]> {
  await using redis = await RedisServer.start();
  await using first = await startGateway(cluster, { REDIS_URL: redis.url });
  await using second = await first.startNode();
  await using subscribers = await startSubscribers();
  const subscription = { tokens: [first.admin.token], queries: [STATUS], count: 1 };
  await subscribers.ask('subscribe', { url: second.url, ...subscription });

  /** Microseconds of the second node and of Redis during some work, and its time. */
  const measured = async (work: () => Promise<unknown>) => {
    const [node, engine, started] = [await second.cpu(), await redis.cpu(), performance.now()];
    await work();
    const us = 1000 * (performance.now() - started);
    return { node: (await second.cpu()) - node, engine: (await redis.cpu()) - engine, us };
  };
  const come = async () => {
    const members = await first.addMembers(scaled(profile, COMING, 10));
    return async () => {
      const all = subscribers.ask('receive', members.length);
      await beatAll(first.server, members);
      await all;
    };
  };
  for (let turn = 0; turn < WARM_UPS; turn++) await (await come())();
  const idle = await measured(() => setTimeout(scaled(profile, IDLE_MS, 100)));
  const [ofNode, ofRedis]: [number[], number[]] = [[], []];
  for (let turn = 0; turn < profile.turns; turn++) {
    const coming = await come();
    const { node, engine, us } = await measured(coming);
    const events = scaled(profile, COMING, 10);
    ofNode.push((node - idle.node * (us / idle.us)) / events);
    ofRedis.push((engine - idle.engine * (us / idle.us)) / events);
  }
  return [
    {
      work: 'an event of another node, for one subscriber',
      unit: 'µs',
      samples: { [GATEHOUSE]: ofNode },
      goal: { atMost: 250 },
    },
    {
      work: 'an event of another node, in Redis',
      unit: 'µs',
      samples: { [GATEHOUSE]: ofRedis },
      goal: { atMost: 200 },
    },
    {
      work: 'a node without requests',
      unit: '% of a core',
      samples: { [GATEHOUSE]: [(100 * idle.node) / idle.us] },
      goal: { atMost: 3 },
    },
    {
      work: 'two nodes without requests, in Redis',
      unit: '% of a core',
      samples: { [GATEHOUSE]: [(100 * idle.engine) / idle.us] },
      goal: { atMost: 3 },
    },
  ];
}
