import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Installation, type TargetName } from './support/installation.js';
import { violationsAfter } from './support/round.js';

/** Draws the moment. Another one is given with KILL_SEED. */
const seed = Number(process.env.KILL_SEED ?? 1);

let installation: Installation;
beforeAll(async () => {
  installation = await Installation.create();
});
afterAll(() => installation.remove());

/** test/long/kills.test.ts draws from all. */
const quickest: TargetName[] = [
  'the gateway is killed',
  'a process of the database is killed',
  'the gateway and its database are killed',
  'all processes are asked to end',
];

test.each(quickest)(`nothing is lost, doubled or half done when %s (seed ${seed})`, async (target) => {
  expect(await violationsAfter(installation, target, seed)).toEqual([]);
});
