import { afterAll, afterEach, beforeAll, beforeEach, describe, test } from '@jest/globals';
import { describeWithRedis } from '../../support/infrastructure/redis.js';
import { type SharedNodes, shareRedis } from '../../support/infrastructure/shared-nodes.js';
import { FleetRuns } from './fleet-runs.js';
import { MemoryFleet } from './memory-fleet.js';
import { skipGaps, TestFleet } from './test-fleet.js';

const TITLE = 'knows each transition once and in order, whatever fails';
/** `test/long` has other steps each time. */
const SEED = 13;

describe('the presence of the only node', () => {
  let runs: FleetRuns;
  beforeAll(async () => {
    runs = await FleetRuns.open();
  });
  afterAll(() => runs.close());

  test(TITLE, () => runs.repeat(40, async (db) => new MemoryFleet(db), SEED));
});

describeWithRedis.each([
  ['server', 4],
  ['cluster', 1],
] as const)('presence in Redis, on one %s', (kind, count) => {
  let shared: SharedNodes;
  let runs: FleetRuns;
  let gaps: ReturnType<typeof skipGaps>;
  beforeAll(async () => {
    shared = await shareRedis(kind);
    runs = await FleetRuns.open();
  });
  beforeEach(() => {
    gaps = skipGaps();
  });
  afterEach(() => gaps.restore());
  afterAll(async () => {
    await runs.close();
    await shared.stop();
  });

  test(TITLE, () => runs.repeat(count, (db, run) => TestFleet.open(db, shared, `fleet-${run}`), SEED));
});
