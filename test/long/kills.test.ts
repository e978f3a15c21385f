import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Installation } from '../kills/support/installation.js';
import { drawTarget, violationsAfter } from '../kills/support/round.js';

const ROUNDS = Number(process.env.KILL_ROUNDS ?? 500);

/** Of the first round. KILL_SEED repeats the rounds from that one on. */
const firstSeed = Number(process.env.KILL_SEED ?? Date.now());

let installation: Installation;
beforeAll(async () => {
  installation = await Installation.create();
});
afterAll(() => installation.remove());

/** Each target is drawn from its seed. */
const rounds = Array.from({ length: ROUNDS }, (_, round) => {
  const seed = firstSeed + round;
  return { target: drawTarget(seed), seed };
});

test.each(rounds)(
  'nothing is lost, doubled or half done when $target (seed $seed)',
  async ({ target, seed }) => {
    expect(await violationsAfter(installation, target, seed)).toEqual([]);
  },
);
