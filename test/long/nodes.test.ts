import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Fleet, INTERVAL_MS } from '../nodes/support/fleet.js';
import { databaseStops, pick, scenarios, violationsIn } from '../nodes/support/scenarios.js';
import { randomFrom } from '../support/random.js';

const ROUNDS = 200;

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
