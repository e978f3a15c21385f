import { fanOutCost } from '../rows/events.ts';
import type { CurveRow } from '../support/report/curve.ts';
import { median } from '../support/report/statistics.ts';
import { scaled } from '../support/row.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { startPeer, startSubscribers } from '../support/servers/server.ts';

const SUBSCRIBERS = [10, 100, 1000, 5000];
const DOCUMENTS = [1, 10, 100, 1000];
const WARM_UPS = 3;
/** Messages of one turn, and its changes at most: two advance the clock by two minutes, and a token is valid for a day. */
const MESSAGES = 6000;
const MAX_ROUNDS = 20;

/** A document that differs from the others, and selects as much. */
const documentOf = (index: number): string =>
  `subscription { deviceStatus { kind cursor at reason device { id online${index}: online } } }`;

export const eventCurve: CurveRow = {
  name: 'curve-events',
  description: 'A message of an event to 10 to 5,000 subscribers, with 1 to 1,000 distinct documents.',
  async trace({ cluster, profile }) {
    const series: Record<string, [number, number][]> = {};
    await using gateway = await startGateway(cluster);
    for (const documents of DOCUMENTS) {
      const points: [number, number][] = [];
      const queries = Array.from({ length: documents }, (_, index) => documentOf(index));
      await using server = await startPeer('gatehouse-live.ts', gateway.liveOptions());
      await using subscribers = await startSubscribers();
      let count = 0;
      for (const subscribed of SUBSCRIBERS.filter((subscribers) => subscribers >= documents)) {
        const added = scaled(profile, subscribed, 2) - count;
        const tokens = [gateway.admin.token];
        await subscribers.ask('subscribe', { url: server.url, tokens, queries, count: added });
        count += added;
        const rounds = Math.ceil(Math.min(MAX_ROUNDS, scaled(profile, MESSAGES) / count));
        const costs: number[] = [];
        for (let turn = -WARM_UPS; turn < profile.turns; turn++) {
          const cost = await fanOutCost({ server, subscribers, count }, { events: 1, rounds });
          if (turn >= 0) costs.push(cost);
        }
        points.push([count, median(costs)]);
      }
      series[documents === 1 ? '1 document' : `${documents} documents`] = points;
    }
    return [
      { name: 'events', title: 'CPU of a message of an event', xLabel: 'subscribers', unit: 'µs', series },
    ];
  },
};
