import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { FleetHistory, HistoryRange } from '../../../src/devices/history/fleet-history.js';
import { FleetSampler } from '../../../src/devices/history/fleet-sampler.js';
import { graphqlSessionPolicy } from '../../../src/graphql/session-policy.js';
import { openSession } from '../../support/callers.js';
import { ask } from '../../support/clients/client.js';
import { TestGroup } from '../../support/fleet.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';
import { FleetHistoryDocument } from '../../support/operations.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const SAMPLE_MS = 10 * SECOND;
/** Midnight in UTC. */
const START = Date.UTC(2026, 10, 2);

let gateway: TestGateway;
let now: number;
const clock = () => now;
let history: FleetHistory;

beforeAll(async () => {
  gateway = await startGateway();
  history = new FleetHistory(gateway.services.db, clock);
});
afterAll(() => gateway.close());
beforeEach(async () => {
  now = START;
  await run('truncate fleet_minutes, fleet_hours');
});

const run = <T>(sql: string): Promise<T[]> => gateway.services.db.em.fork().execute<T[]>(sql);

/** What a process counts, and its samples. */
class TestProcess {
  readonly counts = { online: 0, known: 0, heartbeats: 0, waiting: 0, transitions: noTransitions };
  readonly sampler = new FleetSampler(gateway.services.db, this, clock);

  /** Receives heartbeats evenly, and is sampled every ten seconds. */
  async receive(heartbeatsPerSecond: number, online: number, ms: number): Promise<void> {
    this.counts.online = online;
    for (const end = now + ms; now < end; ) {
      now += SAMPLE_MS;
      this.counts.heartbeats += (heartbeatsPerSecond * SAMPLE_MS) / SECOND;
      await this.sampler.sample();
    }
  }
}
const noTransitions = { online: 0, offline: 0, unsaved: 0 };

/** The points of a range: how long after the start, heartbeats, and online devices. */
async function points(range: HistoryRange) {
  const { points } = await history.read(range);
  return points.map(({ at, heartbeats, onlineMin, onlineAvg, onlineMax }) => [
    at.getTime() - START,
    heartbeats,
    onlineMin,
    onlineAvg,
    onlineMax,
  ]);
}

test('shows the heartbeats of each minute, and the fewest and most devices online', async () => {
  const node = new TestProcess();
  await node.receive(2, 8, 30 * SECOND);
  await node.receive(2, 10, 60 * SECOND);
  // The sample at the end of a minute is the first one of the next.
  expect(await points(HistoryRange.HOUR)).toEqual([
    [0, 120, 8, 8.8, 10],
    [MINUTE, 60, 10, 10, 10],
  ]);
});

test('spreads heartbeats over the minutes that they were received in', async () => {
  const node = new TestProcess();
  now += 45 * SECOND;
  await node.sampler.sample();
  now += 20 * SECOND;
  node.counts.heartbeats = 200;
  await node.sampler.sample();
  expect((await points(HistoryRange.HOUR)).map(([, heartbeats]) => heartbeats)).toEqual([150, 50]);
});

test('adds up the heartbeats of several nodes, which see the same devices online', async () => {
  const nodes = [new TestProcess(), new TestProcess()];
  for (const node of nodes) {
    now = START;
    await node.receive(1, 7, 50 * SECOND);
  }
  expect(await points(HistoryRange.HOUR)).toEqual([[0, 100, 7, 7, 7]]);
});

test('adds up the heartbeats before and after a restart, and leaves a gap where no gateway ran', async () => {
  await new TestProcess().receive(1, 3, 20 * SECOND);
  await new TestProcess().receive(1, 3, 30 * SECOND);
  now += 5 * MINUTE;
  await new TestProcess().receive(1, 3, 30 * SECOND);
  expect(await points(HistoryRange.HOUR)).toEqual([
    [0, 50, 3, 3, 3],
    [6 * MINUTE, 30, 3, 3, 3],
  ]);
});

test('counts nothing twice after a failure, and saves the rest later', async () => {
  const node = new TestProcess();
  await node.receive(1, 3, 50 * SECOND);
  await run('alter table fleet_minutes rename to away');
  await expect(node.receive(1, 3, 10 * SECOND)).rejects.toThrow('fleet_minutes');
  now += 10 * SECOND;
  await expect(node.sampler.sample()).rejects.toThrow('fleet_minutes');
  await run('alter table away rename to fleet_minutes');
  await node.sampler.sample();
  await node.sampler.sample();
  expect((await points(HistoryRange.HOUR)).map(([, heartbeats]) => heartbeats)).toEqual([60, 0]);
});

test('sums up five minutes for a day, and an hour for a month', async () => {
  const node = new TestProcess();
  await node.receive(1, 4, HOUR);
  await node.receive(1, 6, HOUR);
  const day = await history.read(HistoryRange.DAY);
  expect(day.stepSeconds).toBe(300);
  expect(day.points).toHaveLength(25);
  expect(day.points[1]).toMatchObject({ heartbeats: 300, onlineAvg: 4 });
  await history.rollUp();
  expect(await points(HistoryRange.MONTH)).toEqual([
    [0, 3600, 4, 4, 4],
    [HOUR, 3600, 4, expect.closeTo(6, 1), 6],
    [2 * HOUR, 0, 6, 6, 6],
  ]);
});

test('rolls an hour up again when a minute of it is saved late', async () => {
  const node = new TestProcess();
  await node.receive(1, 4, 30 * MINUTE);
  await history.rollUp();
  await node.receive(1, 4, 29 * MINUTE);
  now += 3 * HOUR;
  await history.rollUp();
  await history.rollUp();
  expect(await points(HistoryRange.MONTH)).toEqual([[0, 59 * 60, 4, 4, 4]]);
});

test('a range ends with the current step', async () => {
  now = START + 90 * SECOND;
  expect(await history.read(HistoryRange.HOUR)).toEqual({
    from: new Date(START - 58 * MINUTE),
    to: new Date(now),
    stepSeconds: 60,
    points: [],
  });
  const longest = { HOUR, DAY, MONTH: 30 * DAY };
  for (const range of Object.values(HistoryRange)) {
    const { from, to } = await history.read(range);
    expect(to.getTime() - from.getTime()).toBeLessThanOrEqual(longest[range]);
  }
});

test('shows the heartbeats and the devices that a gateway has counted', async () => {
  const { services, clock: time } = gateway;
  await gateway.createUser({ username: 'root', roles: ['ADMIN'] });
  const group = await TestGroup.of(gateway, 'root', [{ clientId: 'a' }, { clientId: 'b' }]);
  await group.beat();
  await group.beat([{ clientId: 'a' }]);
  await services.heartbeats.announce();
  await services.fleetSampler.sample();
  const { accessToken } = await openSession(gateway, 'root', graphqlSessionPolicy);
  const { fleetHistory } = await ask(gateway, FleetHistoryDocument, { range: 'HOUR' }, accessToken);
  expect(fleetHistory).toEqual({
    from: new Date(minuteOf(time.now) - 59 * MINUTE).toISOString(),
    to: new Date(time.now).toISOString(),
    stepSeconds: 60,
    points: [
      {
        at: new Date(minuteOf(time.now)).toISOString(),
        heartbeats: 3,
        onlineMin: 2,
        onlineAvg: 2,
        onlineMax: 2,
        devices: 2,
      },
    ],
  });
});

test('counts once the heartbeat of a session that a restarted gateway reads from the database', async () => {
  await gateway.createUser({ username: 'pump' });
  const { accessToken } = await openSession(gateway, 'pump', graphqlSessionPolicy);
  const restarted = await startGateway({}, gateway);
  const headers = { authorization: `Bearer ${accessToken}`, 'x-device-id': 'pump' };
  for (const count of [1, 2]) {
    await restarted.post('/api/heart/check', {}, headers);
    expect(restarted.services.heartbeats.counts.heartbeats).toBe(count);
  }
  await restarted.close();
});

const minuteOf = (at: number): number => at - (at % MINUTE);
