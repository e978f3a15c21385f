import { GATEHOUSE } from '../support/report/figure.ts';
import { type Row, scaled } from '../support/row.ts';
import { startPeer } from '../support/servers/server.ts';

export const presence: Row = {
  name: 'presence',
  description: 'The presence engine alone, with a million devices that each beat every 30 seconds.',
  async measure({ profile }) {
    await using engine = await startPeer('presence-engine.ts', { devices: scaled(profile, 1_000_000, 1000) });
    const [mib, corePercent] = await engine.numbers('memoryAndCpu');
    return [
      {
        work: 'memory of the presence of a million devices',
        unit: 'MiB',
        samples: { [GATEHOUSE]: [mib ?? 0] },
        goal: { atMost: 100 },
      },
      {
        work: 'CPU of their heartbeats in the presence engine',
        unit: '% of a core',
        samples: { [GATEHOUSE]: [corePercent ?? 0] },
        goal: { atMost: 1 },
      },
    ];
  },
};
