import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Fleet, INTERVAL_MS } from '../nodes/support/fleet.js';
import { signIn } from '../nodes/support/fleet-api.js';
import { Requests } from '../nodes/support/requests.js';
import { databaseStops, pick, scenarios, violationsIn } from '../nodes/support/scenarios.js';
import { randomFrom } from '../support/random.js';

const ROUNDS = 200;
/** Of the proxy, during a rolling restart. */
const CLIENTS = 8;

/** Of the first round. GATEHOUSE_TEST_SEED repeats the rounds from that one on. */
const firstSeed = Number(process.env.GATEHOUSE_TEST_SEED ?? Date.now());

let fleet: Fleet;
beforeAll(async () => {
  fleet = await Fleet.start();
});
afterAll(() => fleet.stop());

/** Each scenario is drawn from its seed. */
const rounds = Array.from({ length: ROUNDS }, (_, round) => {
  const seed = firstSeed + round;
  const [name, scenario] = pick(scenarios, randomFrom(seed));
  return { name, scenario, seed };
});

test.each(rounds)(
  'no transition is lost, doubled or false when $name (seed $seed)',
  async ({ scenario, seed }) => {
    expect(await violationsIn(fleet, scenario, seed)).toEqual([]);
  },
);

test('no transition is lost, doubled or false when PostgreSQL stops for a minute', async () => {
  const beats = Math.ceil(60_000 / INTERVAL_MS);
  expect(await violationsIn(fleet, databaseStops(beats), firstSeed)).toEqual([]);
});

test('every request is answered while nodes are replaced one by one', async () => {
  const { host } = fleet.nginx;
  const tokens: string[] = [];
  for (let client = 0; client < CLIENTS; client++) tokens.push((await signIn(host)).token);
  const requests = new Requests(host, tokens);
  for (const node of fleet.nodes) {
    expect(await node.end('SIGTERM')).toBe(0);
    await node.start();
  }
  await requests.stop();
  expect(requests.failures).toEqual([]);
  expect(requests.succeeded).toBeGreaterThan(0);
});
