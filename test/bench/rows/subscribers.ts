import { type Figure, GATEHOUSE } from '../support/figure.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';
import { load } from '../support/http-load.ts';
import { pacedLoad } from '../support/paced-load.ts';
import { type Profile, type Row, scaled } from '../support/row.ts';
import { startSubscribers } from '../support/server.ts';
import { heartbeatRequest } from './heartbeat.ts';

const HEARTBEATS = 'subscription { heartbeats { at device { id name online } } }';
const MEMBERS = 600;
const FLEET = 10_000;
const SMALL_FLEET = 9000;
const LARGE_FLEET = 20_000;
const INTERVAL_S = 30;

export const subscribersRow: Row = {
  name: 'subscribers',
  description: 'What subscriptions to heartbeats cost in a fleet that beats: 600 members, and one dashboard.',
  async measure({ cluster, profile }) {
    const share = async (devices: number, subscribe: (gateway: Gateway) => Promise<readonly string[]>) => {
      await using gateway = await startGateway(cluster);
      return await shareOfCore(gateway, scaled(profile, devices, 20), await subscribe(gateway), profile);
    };
    const members = await share(FLEET, async (gateway) =>
      (await gateway.addMembers(scaled(profile, MEMBERS, 2), 'graphql')).map(({ token }) => token),
    );
    const dashboard = async ({ admin }: Gateway) => [admin.token];
    const small = await share(SMALL_FLEET, dashboard);
    const large = await share(LARGE_FLEET, dashboard);
    const smallFleet = `${SMALL_FLEET} devices`;
    return [
      {
        work: `${MEMBERS} members who follow their own devices in a fleet of ${FLEET}, with nothing to deliver`,
        unit: '% of a core',
        samples: { [GATEHOUSE]: [members] },
        goal: { atMost: 3 },
      },
      {
        work: `a dashboard on ${LARGE_FLEET} devices`,
        unit: '% of a core',
        samples: { [smallFleet]: [small], [GATEHOUSE]: [large] },
        // In proportion to the devices, with some tolerance.
        goal: { atMost: (1.1 * LARGE_FLEET) / SMALL_FLEET, times: smallFleet },
      },
    ] satisfies Figure[];
  },
};

/** The CPU of the gateway with these subscribers, less that without: percent of a core. */
async function shareOfCore(
  { server, addMembers }: Gateway,
  devices: number,
  tokens: readonly string[],
  profile: Profile,
): Promise<number> {
  const beating = await addMembers(devices);
  const next = (index: number) => heartbeatRequest(server.url, beating[index % devices]?.token ?? '');
  await load(server.url, devices, next);
  const interval = async () => {
    const perSecond = devices / INTERVAL_S;
    const count = Math.round(devices * Math.min(1, profile.scale * 2));
    const [before, started] = [await server.cpu(), performance.now()];
    await pacedLoad(server.url, { count, perSecond }, next);
    return ((await server.cpu()) - before) / (performance.now() - started) / 10;
  };
  const without = await interval();
  await using subscribers = await startSubscribers();
  const options = { url: server.url, tokens, queries: [HEARTBEATS], count: tokens.length, silent: true };
  await subscribers.ask('subscribe', options);
  return (await interval()) - without;
}
