import type { CurveRow } from '../support/report/curve.ts';
import { type Profile, scaled } from '../support/row.ts';
import { RedisServer } from '../support/servers/redis.ts';
import { startPeer } from '../support/servers/server.ts';

const SIZES = [10_000, 100_000, 1_000_000, 5_000_000, 10_000_000];
/** What a node can serve, see docs/scaling.md. */
const DEVICES_OF_NODE = 500_000;
const MEASURED_S = 45;
const MIB = 1024 ** 2;

/** What a fleet costs. */
export interface FleetCost {
  /** Microseconds of Redis for a lease, with what nodes read. */
  readonly redisUs: number;
  /** Microseconds of a node for a lease, with its heartbeat in memory. */
  readonly nodeUs: number;
  /** Seconds of Redis' CPU in a second of the fleet's time. */
  readonly redisCores: number;
  /** Of the data in Redis. */
  readonly redisMib: number;
}

export const leaseCurves: CurveRow = {
  name: 'curve-leases',
  description:
    'A fleet of 10,000 to 10 million devices on Redis, simulated by its nodes and the real scripts.',
  async trace({ profile }) {
    const costs: [number, FleetCost][] = [];
    for (const size of SIZES) {
      const devices = scaled(profile, size);
      costs.push([devices, await fleetCost(devices, profile)]);
    }
    const curve = (name: string, title: string, unit: string, of: keyof FleetCost) => ({
      name,
      title,
      xLabel: 'devices online',
      unit,
      series: { Redis: costs.map(([devices, cost]) => [devices, cost[of]] as const) },
    });
    return [
      curve('lease', 'CPU of Redis for a renewed lease', 'µs', 'redisUs'),
      curve('redis', 'CPU of Redis for a fleet', 'cores', 'redisCores'),
      curve('redis-memory', 'Memory of Redis', 'MiB', 'redisMib'),
    ];
  },
};

/** Simulates a fleet whose devices beat every 30 seconds, at so many nodes as they need and at least two. */
export async function fleetCost(devices: number, profile: Profile): Promise<FleetCost> {
  await using redis = await RedisServer.start();
  const nodes = Math.max(2, Math.ceil(devices / DEVICES_OF_NODE));
  await using fleet = await startPeer('fleet-nodes.ts', { redisUrl: redis.url, devices, nodes });
  await fleet.ask('comeOnline');
  const seconds = scaled(profile, MEASURED_S, 10);
  const [redisBefore, nodesBefore] = [await redis.cpu(), await fleet.cpu()];
  const leases = Number(await fleet.ask('pass', seconds));
  const [redisUs, nodeUs] = [(await redis.cpu()) - redisBefore, (await fleet.cpu()) - nodesBefore];
  return {
    redisUs: redisUs / leases,
    nodeUs: nodeUs / leases,
    redisCores: redisUs / 1e6 / seconds,
    redisMib: (await redis.memory()) / MIB,
  };
}
