import { expect, test } from '@jest/globals';
import { FleetRuns } from '../adapters/presence/fleet-runs.js';
import { skipGaps, TestFleet } from '../adapters/presence/test-fleet.js';
import { describeWithRedis } from '../support/infrastructure/redis.js';
import { shareRedis } from '../support/infrastructure/shared-nodes.js';

const RUNS = 200;

describeWithRedis.each(['server', 'cluster'] as const)('presence in Redis, on one %s', (kind) => {
  test(`knows each transition once and in order in ${RUNS} random runs`, async () => {
    const shared = await shareRedis(kind);
    const runs = await FleetRuns.open();
    const gaps = skipGaps();
    try {
      await runs.repeat(RUNS, (db, run) => TestFleet.open(db, shared, `fleet-${run}`));
      expect(runs.count).toBe(RUNS);
    } finally {
      gaps.restore();
      await runs.close();
      await shared.stop();
    }
  });
});
