import { isDeepStrictEqual } from 'node:util';
import { expect } from '@jest/globals';
import { withClient } from '../../support/database.js';
import { eventually } from '../../support/eventually.js';
import * as op from '../../support/operations.js';
import { BeatingDevice } from './beating-device.js';
import { type Fleet, INTERVAL_MS } from './fleet.js';
import { execute, post, signIn } from './fleet-api.js';
import { type ReceivedEvent, violationsOf } from './invariants.js';
import { LiveSubscriber } from './live-subscriber.js';

const SESSIONS = 3;
const DEVICES_PER_SESSION = 4;
const SUBSCRIBERS = 3;
/** Without a heartbeat, a device is offline after so many intervals. */
const PATIENCE = 2.5;

/** Devices that share a session. */
export interface DeviceSession {
  readonly id: string;
  readonly token: string;
  readonly devices: readonly BeatingDevice[];
}

let rounds = 0;

/** Devices of a fleet that send heartbeats, and its subscribers, while something goes wrong. */
export class Round {
  /** When Redis may have lost data. */
  lossAt: number | null = null;

  private constructor(
    readonly fleet: Fleet,
    /** The access token of the administrator. */
    readonly token: string,
    readonly sessions: readonly DeviceSession[],
    private readonly subscribers: readonly LiveSubscriber[],
  ) {}

  /**
   * Waits until all devices are online for all subscribers.
   * @param subscribedHosts where each subscriber connects; by default, all connect to the proxy.
   */
  static async start(
    fleet: Fleet,
    subscribedHosts: readonly string[] = Array(SUBSCRIBERS).fill(fleet.nginx.host),
  ): Promise<Round> {
    rounds += 1;
    const { host } = fleet.nginx;
    const { token } = await signIn(host);
    const subscribers = subscribedHosts.map((subscribed) => new LiveSubscriber(subscribed, token));
    await eventually(async () => subscribers.every(({ isReady }) => isReady));
    const sessions: DeviceSession[] = [];
    for (let session = 0; session < SESSIONS; session++) {
      const { token: ownToken, sessionId } = await signIn(host);
      const devices = Array.from({ length: DEVICES_PER_SESSION }, (_, device) => {
        const clientId = `round ${rounds}, session ${session}, device ${device}`;
        return new BeatingDevice(host, ownToken, clientId, INTERVAL_MS);
      });
      sessions.push({ id: sessionId, token: ownToken, devices });
    }
    const round = new Round(fleet, token, sessions, subscribers);
    await round.settle();
    return round;
  }

  get devices(): BeatingDevice[] {
    return this.sessions.flatMap(({ devices }) => devices);
  }

  /** Waits until each device that still beats has sent so many further heartbeats successfully. */
  async pass(beats: number): Promise<void> {
    const waiting = this.devices
      .filter(({ ends }) => ends.length === 0)
      .map((device) => ({ device, until: device.acknowledged + beats }));
    const late = () => waiting.filter(({ device, until }) => device.acknowledged < until);
    await eventually(async () => late().length === 0).catch((cause: unknown) => {
      const answers = late().map(({ device: { clientId, lastAnswer } }) => `${clientId}: ${lastAnswer}`);
      throw new Error(`Heartbeats failed:\n${answers.join('\n')}`, { cause });
    });
  }

  /** Each device sends a heartbeat to each node: a node that does not know its session yet must read it. */
  async beatAtAllNodes(): Promise<void> {
    for (const { host } of this.fleet.nodes) {
      for (const { token, devices } of this.sessions) {
        for (const { clientId } of devices) {
          const headers = { authorization: token, 'x-device-id': clientId };
          expect(await post(host, '/api/heart/check', {}, headers)).toMatchObject({ status: 201 });
        }
      }
    }
  }

  /** Ends a session at a node, and its devices with it. */
  async revoke({ id, devices }: DeviceSession, host: string): Promise<void> {
    const at = performance.now();
    for (const { ends } of devices) ends.push({ at, reason: 'REVOKED' });
    await execute(host, op.RevokeSessionDocument, { input: { id } }, this.token);
    for (const device of devices) await device.stop();
  }

  /** Waits until all subscribers, a new one at each node and the database agree on which devices are online. */
  async settle(): Promise<void> {
    const expected = this.devices
      .filter(({ ends }) => ends.length === 0)
      .map(({ clientId }) => clientId)
      .toSorted();
    const own = new Set(this.devices.map(({ clientId }) => clientId));
    const isExpected = (online: Iterable<string>) =>
      isDeepStrictEqual([...online].filter((clientId) => own.has(clientId)).toSorted(), expected);
    await eventually(async () => this.subscribers.every(({ online }) => isExpected(online)));
    await eventually(async () => isExpected(await this.#savedOnline()));
    for (const { host } of this.fleet.nodes) {
      const snapshot = new LiveSubscriber(host, this.token);
      await eventually(async () => snapshot.isReady && isExpected(snapshot.online));
      await snapshot.stop();
    }
  }

  /** Ends all sessions. @returns what is wrong with the transitions. */
  async end(): Promise<string[]> {
    for (const session of this.sessions) {
      if (session.devices.some(({ ends }) => ends.length === 0)) {
        await this.revoke(session, this.fleet.nginx.host);
      }
    }
    await this.settle();
    for (const subscriber of this.subscribers) await subscriber.stop();
    const subscribers = Object.fromEntries(
      this.subscribers.map(({ events }, index): [string, readonly ReceivedEvent[]] => [
        `Subscriber ${index}`,
        events,
      ]),
    );
    const patienceMs = PATIENCE * INTERVAL_MS;
    const { devices, lossAt } = this;
    return violationsOf({ devices, subscribers, saved: await this.#savedTransitions(), patienceMs, lossAt });
  }

  #savedOnline(): Promise<string[]> {
    return withClient(this.fleet.postgres.url, async (client) => {
      const { rows } = await client.query<{ id: string }>('select client_id as id from devices where online');
      return rows.map(({ id }) => id);
    });
  }

  #savedTransitions(): Promise<Record<string, string[]>> {
    return withClient(this.fleet.postgres.url, async (client) => {
      const { rows } = await client.query<{ id: string; names: string[] }>(
        `select client_id as id, array_agg(coalesce(reason, 'ONLINE') order by presence_events.id) as names
         from presence_events join devices on devices.id = device_id group by client_id`,
      );
      return Object.fromEntries(rows.map(({ id, names }) => [id, names]));
    });
  }
}
