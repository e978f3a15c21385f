import { rm } from 'node:fs/promises';
import { GATEHOUSE } from '../support/report/figure.ts';
import type { Row } from '../support/row.ts';
import { openFolder } from '../support/servers/cluster.ts';
import { startGatehouse } from '../support/servers/server.ts';

export const start: Row = {
  name: 'start',
  description:
    'From the start of the process until it listens, with its embedded database: fresh, and again.',
  async measure({ profile }) {
    const fresh: number[] = [];
    const warm: number[] = [];
    for (let turn = 0; turn < Math.min(5, profile.turns); turn++) {
      const dataDir = await openFolder();
      fresh.push(await secondsToStart(dataDir));
      warm.push(await secondsToStart(dataDir));
      await rm(dataDir, { recursive: true, force: true });
    }
    return [
      {
        work: 'a start on an empty folder',
        unit: 's',
        samples: { [GATEHOUSE]: fresh },
        goal: { atMost: 1.3 },
      },
      { work: 'another start', unit: 's', samples: { [GATEHOUSE]: warm }, goal: { atMost: 0.7 } },
    ];
  },
};

async function secondsToStart(dataDir: string): Promise<number> {
  const started = performance.now();
  await using server = await startGatehouse({ DATA_DIR: dataDir });
  const seconds = (performance.now() - started) / 1000;
  await server.stop();
  return seconds;
}
