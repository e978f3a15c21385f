import { withClient } from '../../support/database.ts';
import { load } from '../support/load/http-load.ts';
import { pacedLoad } from '../support/load/paced-load.ts';
import { waitsWhile } from '../support/load/waits.ts';
import { type Figure, GATEHOUSE } from '../support/report/figure.ts';
import { percentile } from '../support/report/statistics.ts';
import { type Row, scaled } from '../support/row.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { heartbeatRequest } from './heartbeat.ts';

const DEVICES = 100_000;
const INTERVAL_S = 30;
/** Until then, a gateway that has just started may answer late. */
const SETTLING_MS = 15_000;

export const restart: Row = {
  name: 'restart',
  description:
    'A fleet of 100,000 devices that beat every 30 s: stalls of other requests, and a kill and restart.',
  async measure({ cluster, profile }) {
    const count = scaled(profile, DEVICES, 100);
    const perSecond = count / Math.max(1, INTERVAL_S * Math.min(1, profile.scale * 4));
    await using gateway = await startGateway(cluster);
    const members = await gateway.addMembers(count);
    const next = (index: number) => heartbeatRequest(gateway.server.url, members[index % count]?.token ?? '');
    await load(gateway.server.url, count, next);

    const waits = await waitsWhile(gateway.server.url, async () => {
      await pacedLoad(gateway.server.url, { count, perSecond }, next);
    });
    const killedAt = new Date();
    await gateway.killAndRestart();
    const outcomes = await pacedLoad(gateway.server.url, { count, perSecond }, next);
    const settled = outcomes.filter(({ due }) => due > Math.min(SETTLING_MS, (count / perSecond) * 500));
    const unanswered = outcomes.filter(({ waited }) => waited === Number.POSITIVE_INFINITY).length;
    const offline = await withClient(gateway.databaseUrl, async (client) => {
      // The first heartbeats of so many devices take longer than a device may be silent.
      const text = 'select 1 from presence_events where not online and at >= $1';
      const { rows } = await client.query(text, [killedAt]);
      return rows.length;
    });
    return [
      {
        work: `p99 of other requests while ${count} devices beat`,
        unit: 'ms',
        samples: { [GATEHOUSE]: [percentile(waits, 0.99)] },
        goal: { atMost: 50 },
      },
      {
        work: 'the longest of them',
        unit: 'ms',
        samples: { [GATEHOUSE]: [Math.max(...waits)] },
        goal: { atMost: 200 },
      },
      {
        work: `p99 of heartbeats from 15 s after a restart under ${count} devices`,
        unit: 'ms',
        samples: {
          [GATEHOUSE]: [
            percentile(
              settled.map(({ waited }) => waited),
              0.99,
            ),
          ],
        },
        goal: { atMost: 1000 },
      },
      {
        work: 'heartbeats without an answer after that restart',
        unit: 'heartbeats',
        samples: { [GATEHOUSE]: [unanswered] },
        goal: { atMost: 0 },
      },
      {
        work: 'devices that went offline by mistake at that restart',
        unit: 'devices',
        samples: { [GATEHOUSE]: [offline] },
        goal: { atMost: 0 },
      },
    ] satisfies Figure[];
  },
};
