import type { Member } from '../support/fleet.ts';
import { load } from '../support/load/http-load.ts';
import { cpuOf } from '../support/load/http-row.ts';
import { type Figure, GATEHOUSE } from '../support/report/figure.ts';
import { type Row, scaled } from '../support/row.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { PostgresCpu } from '../support/servers/postgres-cpu.ts';
import { type Server, startPeer } from '../support/servers/server.ts';
import { heartbeatRequest } from './heartbeat.ts';

const FEW = 1000;
const MANY = 100_000;
const MOST = 250_000;
/** Heartbeats whose cost is measured together. */
const BATCH = 20_000;
const MIB = 1024 ** 2;
const WARM_UPS = 2;

export const fleet: Row = {
  name: 'fleet',
  description:
    'First heartbeats of 250,000 sessions, their memory, and the cost of a heartbeat in a large fleet.',
  async measure({ cluster, profile }) {
    const few = scaled(profile, FEW, 50);
    const many = scaled(profile, MANY, 100);
    const most = scaled(profile, MOST, 150);
    const batch = scaled(profile, BATCH, 50);
    const steady = { count: batch, turns: profile.turns };
    await using gateway = await startGateway(cluster);
    const { server } = gateway;
    const postgres = await PostgresCpu.of(gateway.databaseUrl);
    const members = await gateway.addMembers(most);
    const beats = (from: number, count: number) => beatAll(server, members.slice(from, from + count));

    await beats(0, few);
    const fromFew = await steadyCosts(server, members.slice(0, few), steady);
    const before = await server.memory();
    const first: number[] = [];
    const firstInPostgres: number[] = [];
    for (let from = few; from < many; from += batch) {
      const count = Math.min(batch, many - from);
      const started = postgres.read();
      first.push(await cpuOf(server, count, () => beats(from, count)));
      firstInPostgres.push((postgres.read() - started) / count);
    }
    const { heapUsed } = await server.memory();
    const fromMany = await steadyCosts(server, members.slice(0, many), steady);
    await beats(many, most - many);
    const { rss } = await server.memory();
    const lastSeen = await lastSeenCosts(gateway.databaseUrl, postgres, profile.turns);

    const remembered = many - few;
    return [
      {
        work: 'the first heartbeat of a session',
        unit: 'µs',
        samples: { [GATEHOUSE]: first },
        goal: { atMost: 250 },
      },
      {
        work: 'the first heartbeat of a session, in PostgreSQL',
        unit: 'µs',
        samples: { [GATEHOUSE]: firstInPostgres },
        goal: { atMost: 200 },
      },
      {
        work: 'the last-seen time of a device, saved once in an interval, in PostgreSQL',
        unit: 'µs',
        samples: { [GATEHOUSE]: lastSeen },
        goal: { atMost: 20 },
      },
      {
        work: 'heap of a remembered session',
        unit: 'KiB',
        samples: { [GATEHOUSE]: [(heapUsed - before.heapUsed) / remembered / 1024] },
        goal: { atMost: 1 },
      },
      {
        work: `a heartbeat in a fleet of ${many} beside one of ${few}`,
        unit: 'µs',
        samples: { [`${few} devices`]: fromFew, [GATEHOUSE]: fromMany },
        goal: { atMost: 1.5, times: `${few} devices` },
      },
      {
        work: `resident memory with ${most} devices that beat`,
        unit: 'MiB',
        samples: { [GATEHOUSE]: [rss / MIB] },
        goal: { atMost: 900 },
      },
    ] satisfies Figure[];
  },
};

/** Microseconds of PostgreSQL for each device. */
async function lastSeenCosts(databaseUrl: string, postgres: PostgresCpu, turns: number): Promise<number[]> {
  await using store = await startPeer('last-seen.ts', { databaseUrl });
  const costs: number[] = [];
  for (let turn = -WARM_UPS; turn < turns; turn++) {
    const before = postgres.read();
    const count = Number(await store.ask('save'));
    if (turn >= 0) costs.push((postgres.read() - before) / count);
  }
  return costs;
}

/** Sends a heartbeat of each. */
export const beatAll = (server: Server, members: readonly Member[]): Promise<void> =>
  load(server.url, members.length, (index) => heartbeatRequest(server.url, members[index]?.token ?? ''));

/** Microseconds of CPU of a heartbeat of devices that have sent one before, in an order without locality. */
export function steadyCost(server: Server, members: readonly Member[], count: number): Promise<number> {
  const any = () => members[Math.floor(Math.random() * members.length)]?.token ?? '';
  return cpuOf(server, count, () => load(server.url, count, () => heartbeatRequest(server.url, any())));
}

/** After the code has been compiled. */
async function steadyCosts(
  server: Server,
  members: readonly Member[],
  { count, turns }: { count: number; turns: number },
): Promise<number[]> {
  const costs: number[] = [];
  for (let turn = -WARM_UPS; turn < turns; turn++) {
    const cost = await steadyCost(server, members, count);
    if (turn >= 0) costs.push(cost);
  }
  return costs;
}
