import { type Figure, GATEHOUSE } from '../support/figure.ts';
import type { Member } from '../support/fleet.ts';
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
/** Between two heartbeats of a device, and for how long they are sent to measure. */
const INTERVAL_S = 30;
const MEASURED_S = 10;

export const subscribersRow: Row = {
  name: 'subscribers',
  description: 'What subscriptions to heartbeats cost in a fleet that beats: 600 members, and one dashboard.',
  async measure({ cluster, profile }) {
    await using gateway = await startGateway(cluster);
    const fleet = new Fleet(gateway, profile);
    const dashboard = [gateway.admin.token];
    await fleet.growTo(SMALL_FLEET);
    const small = await fleet.costOf(dashboard);
    await fleet.growTo(FLEET);
    const following = await gateway.addMembers(scaled(profile, MEMBERS, 2), 'graphql');
    const members = await fleet.costOf(following.map(({ token }) => token));
    await fleet.growTo(LARGE_FLEET);
    const large = await fleet.costOf(dashboard);
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

/** Devices that beat. */
class Fleet {
  readonly #gateway: Gateway;
  readonly #profile: Profile;
  readonly #members: Member[] = [];
  #sent = 0;

  constructor(gateway: Gateway, profile: Profile) {
    this.#gateway = gateway;
    this.#profile = profile;
  }

  async growTo(devices: number): Promise<void> {
    const added = scaled(this.#profile, devices, 20) - this.#members.length;
    const start = this.#members.length;
    this.#members.push(...(await this.#gateway.addMembers(added)));
    await load(this.#gateway.server.url, added, (index) => this.#heartbeat(start + index));
  }

  /** The CPU of the gateway with subscribers of these tokens, less that without: percent of a core. */
  async costOf(tokens: readonly string[]): Promise<number> {
    const { url } = this.#gateway.server;
    const without = await this.#measure();
    await using subscribers = await startSubscribers();
    const options = { url, tokens, queries: [HEARTBEATS], count: tokens.length, silent: true };
    await subscribers.ask('subscribe', options);
    return (await this.#measure()) - without;
  }

  async #measure(): Promise<number> {
    const { server } = this.#gateway;
    const perSecond = this.#members.length / INTERVAL_S;
    const count = Math.ceil(perSecond * MEASURED_S * Math.min(1, this.#profile.scale * 2));
    const [before, started] = [await server.cpu(), performance.now()];
    await pacedLoad(server.url, { count, perSecond }, () => this.#heartbeat(this.#sent++));
    return ((await server.cpu()) - before) / (performance.now() - started) / 10;
  }

  #heartbeat(index: number): Buffer {
    const { token = '' } = this.#members[index % this.#members.length] ?? {};
    return heartbeatRequest(this.#gateway.server.url, token);
  }
}
