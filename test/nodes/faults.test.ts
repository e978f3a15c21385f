import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { RawLive } from '../support/clients/raw-live.js';
import { eventually } from '../support/eventually.js';
import { describeWithNginx } from '../support/infrastructure/nginx.js';
import { describeWithRedis } from '../support/infrastructure/redis.js';
import * as op from '../support/operations.js';
import { Fleet } from './support/fleet.js';
import { execute, post, signIn } from './support/fleet-api.js';
import { LiveSubscriber } from './support/live-subscriber.js';
import { scenarios, violationsIn } from './support/scenarios.js';

/** Draws the node of a scenario. Another one is given with GATEHOUSE_TEST_SEED. */
const seed = Number(process.env.GATEHOUSE_TEST_SEED ?? 1);

/** The others are among those that test/long/nodes.test.ts draws. */
const frequent = new Set(['a node is killed, and starts again', 'a session is revoked', 'Redis restarts']);

describeWithRedis('three gateways', () => {
  describeWithNginx('behind nginx', () => {
    let fleet: Fleet;
    beforeAll(async () => {
      fleet = await Fleet.start();
    });
    afterAll(() => fleet.stop());

    /** Of several, since this machine may be busy. */
    async function quickest(measure: (attempt: number) => Promise<number>): Promise<number> {
      const times: number[] = [];
      for (let attempt = 0; attempt < 5; attempt++) times.push(await measure(attempt));
      return Math.min(...times);
    }

    test('another node shows a device within 500 ms of its first heartbeat', async () => {
      const [here, there] = fleet.nodes.map(({ host }) => host) as [string, string];
      const { token } = await signIn(here);
      const subscriber = new LiveSubscriber(there, token);
      await eventually(async () => subscriber.isReady);
      const time = await quickest(async (attempt) => {
        const clientId = `new ${attempt}`;
        const sentAt = performance.now();
        await post(here, '/api/heart/check', {}, { authorization: token, 'x-device-id': clientId });
        await eventually(async () => subscriber.online.has(clientId));
        return (subscriber.events.findLast(({ devices }) => devices.includes(clientId))?.at ?? 0) - sentAt;
      });
      expect(time).toBeLessThan(500);
      await subscriber.stop();
    });

    test('all nodes refuse a session and close its sockets within a second of its revocation', async () => {
      const hosts = fleet.nodes.map(({ host }) => host);
      const [here = '', , there = ''] = hosts;
      const administrator = await signIn(here);
      const time = await quickest(async () => {
        const { token, sessionId } = await signIn(here);
        const sockets = await Promise.all(hosts.map((host) => RawLive.open(host, token)));
        const revokedAt = performance.now();
        const input = { id: sessionId };
        await execute(there, op.RevokeSessionDocument, { input }, administrator.token);
        expect(await Promise.all(sockets.map(({ closed }) => closed))).toEqual([4403, 4403, 4403]);
        for (const host of hosts) {
          await eventually(
            async () => (await post(host, '/api/heart/check', {}, { authorization: token })).status === 401,
          );
        }
        return performance.now() - revokedAt;
      });
      expect(time).toBeLessThan(1000);
    });

    test.each(scenarios.filter(([name]) => frequent.has(name)))(
      `no transition is lost, doubled or false when %s (seed ${seed})`,
      async (_name, scenario) => {
        expect(await violationsIn(fleet, scenario, seed)).toEqual([]);
      },
    );
  });
});
