import { beatAll, steadyCost } from '../rows/fleet.ts';
import type { CurveRow } from '../support/report/curve.ts';
import { median } from '../support/report/statistics.ts';
import { scaled } from '../support/row.ts';
import { startGateway } from '../support/servers/gateway.ts';

const SIZES = [1000, 10_000, 100_000, 1_000_000];
const BEATS = 20_000;
const WARM_UPS = 2;
const MIB = 1024 ** 2;

export const beatCurve: CurveRow = {
  name: 'curve-beats',
  description: 'A heartbeat, and the memory of the process, with 1,000 to 1,000,000 devices online.',
  async trace({ cluster, profile }) {
    await using gateway = await startGateway(cluster);
    const members = await gateway.addMembers(scaled(profile, Math.max(...SIZES)));
    const costs: [number, number][] = [];
    const memory: [number, number][] = [];
    let beating = 0;
    for (const size of SIZES.map((devices) => scaled(profile, devices))) {
      await beatAll(gateway.server, members.slice(beating, size));
      beating = size;
      const turns: number[] = [];
      for (let turn = -WARM_UPS; turn < profile.turns; turn++) {
        const cost = await steadyCost(gateway.server, members.slice(0, size), scaled(profile, BEATS, 10));
        if (turn >= 0) turns.push(cost);
      }
      costs.push([size, median(turns)]);
      memory.push([size, (await gateway.server.memory()).rss / MIB]);
    }
    const xLabel = 'devices online';
    return [
      { name: 'beats', title: 'CPU of a heartbeat', xLabel, unit: 'µs', series: { heartbeat: costs } },
      { name: 'memory', title: 'Resident memory', xLabel, unit: 'MiB', series: { gateway: memory } },
    ];
  },
};
