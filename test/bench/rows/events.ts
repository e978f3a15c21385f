import { compare } from '../support/load/compare.ts';
import { type Figure, GATEHOUSE } from '../support/report/figure.ts';
import { type Profile, type Row, scaled } from '../support/row.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { live } from '../support/servers/live-peer.ts';
import { type Server, startPeer, startSubscribers } from '../support/servers/server.ts';

const STATUS =
  'subscription { deviceStatus { kind cursor at reason device { id online } devices { id online } } }';
const SUBSCRIBERS = 1000;
/** Events of one tick, how many ticks a turn has, and what an event may cost beside raw `ws`. */
const TICKS = [
  { events: 1, ticks: 40, atMost: 0.95 },
  { events: 10, ticks: 10, atMost: 0.15 },
];

export const events: Row = {
  name: 'events',
  description: 'A deviceStatus event to a thousand subscribers, beside raw ws and graphql-ws.',
  async measure({ cluster, profile }) {
    const figures: Figure[] = [];
    for (const { events, ticks, atMost } of TICKS) {
      await using gateway = await startGateway(cluster);
      await using ours = await startPeer('gatehouse-live.ts', gateway.liveOptions());
      await using raw = await startPeer('raw-ws.ts');
      await using plain = await startPeer('graphql-ws.ts');
      const measured = { 'raw ws': raw, 'graphql-ws': plain, [GATEHOUSE]: ours };
      const samples = await compareFanOut(measured, gateway.admin.token, { events, ticks }, profile);
      const work = `an event to ${SUBSCRIBERS} subscribers, ${events} in a tick, for each message`;
      figures.push({ work, unit: 'µs', samples, goal: { atMost, times: 'raw ws' } });
    }
    return figures;
  },
};

/** Microseconds of server CPU for each message, without noticing and saving the change: the peers do not do that. */
async function compareFanOut(
  servers: Record<string, Server>,
  token: string,
  { events, ticks }: { events: number; ticks: number },
  profile: Profile,
): Promise<Record<string, number[]>> {
  await using stack = new AsyncDisposableStack();
  // Fewer would cost more for each message, since an event is also executed once.
  const count = Math.min(SUBSCRIBERS, scaled(profile, 4 * SUBSCRIBERS, 10));
  const rounds = scaled(profile, ticks);
  const measurements: Record<string, () => Promise<number>> = {};
  for (const [name, server] of Object.entries(servers)) {
    const subscribers = stack.use(await startSubscribers());
    await subscribers.ask('subscribe', { url: server.url, tokens: [token], queries: [STATUS], count });
    measurements[name] = () => fanOutCost({ server, subscribers, count }, { events, rounds });
  }
  // Awaited, since the subscribers are stopped at the return.
  return await compare(measurements, { turns: profile.turns, warmUps: 5 });
}

/** Microseconds of server CPU for each message. */
export async function fanOutCost(
  { server, subscribers, count }: { server: Server; subscribers: Server; count: number },
  { events, rounds }: { events: number; rounds: number },
): Promise<number> {
  const before = await server.cpu();
  let changing = 0;
  for (let round = 0; round < rounds; round++) {
    changing += await live(server).change(events);
    const all = subscribers.ask('receive', events * count);
    await live(server).publish();
    await all;
  }
  return ((await server.cpu()) - before - changing) / (rounds * events * count);
}
