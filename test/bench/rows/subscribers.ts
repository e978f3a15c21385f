import type { Member } from '../support/fleet.ts';
import { load } from '../support/load/http-load.ts';
import { pacedLoad } from '../support/load/paced-load.ts';
import { type Figure, GATEHOUSE } from '../support/report/figure.ts';
import { type Profile, type Row, scaled } from '../support/row.ts';
import { type Gateway, startGateway } from '../support/servers/gateway.ts';
import { startSubscribers } from '../support/servers/server.ts';
import { heartbeatRequest } from './heartbeat.ts';

/** Documents that differ share no message. */
const documentOf = (index: number) =>
  `subscription { heartbeats { at device { id name online${index}: online } } }`;
const MEMBERS = 600;
const FLEET = 10_000;
const SMALL_FLEET = 9000;
const LARGE_FLEET = 20_000;
/** Measured together: one costs less than a process that does nothing varies. */
const DASHBOARDS = 20;
/** Between two heartbeats of a device, and for how long they are sent to measure. */
const INTERVAL_S = 30;
const MEASURED_S = 10;

export const subscribersRow: Row = {
  name: 'subscribers',
  description: 'What subscriptions to heartbeats cost in a fleet that beats: 600 members, and a dashboard.',
  async measure({ cluster, profile }) {
    await using gateway = await startGateway(cluster);
    const fleet = new Fleet(gateway, profile);
    const dashboards = Array.from({ length: DASHBOARDS }, () => gateway.admin);
    await fleet.growTo(SMALL_FLEET);
    const small = (await fleet.costOf(dashboards)) / DASHBOARDS;
    await fleet.growTo(FLEET);
    const following = await gateway.addMembers(scaled(profile, MEMBERS, 2), 'graphql');
    const members = await fleet.costOf(following);
    await fleet.growTo(LARGE_FLEET);
    const large = (await fleet.costOf(dashboards)) / DASHBOARDS;
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

  /** The CPU of the gateway while these members subscribe, less that without: percent of a core. */
  async costOf(members: readonly Member[]): Promise<number> {
    const without = await this.#measure();
    await using subscribers = await startSubscribers();
    await subscribers.ask('subscribe', {
      url: this.#gateway.server.url,
      tokens: members.map(({ token }) => token),
      queries: members.map((_, index) => documentOf(index)),
      count: members.length,
      silent: true,
    });
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
