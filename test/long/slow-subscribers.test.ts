import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { deviceScope } from '../../src/devices/devices.js';
import { callerOf } from '../support/callers.js';
import { ask } from '../support/clients/client.js';
import { RawLive } from '../support/clients/raw-live.js';
import { TestGroup } from '../support/fleet.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import * as op from '../support/operations.js';
import { PASSWORD } from '../support/password.js';

const SUBSCRIBERS = 999;
const EVENTS = 300;
const P99_MS = 1000;
const GROWTH = 16 * 1024 ** 2;
let gateway: TestGateway;
let host: string;
let token: string;

beforeAll(async () => {
  gateway = await startGateway({ LIVE_SOCKETS_PER_ADDRESS: '2000', LIVE_SOCKETS_PER_USER: '2000' });
  host = await gateway.listen();
  await gateway.createUser({ username: 'root', password: PASSWORD, roles: ['ADMIN'] });
  const credentials = { input: { username: 'root', password: PASSWORD } };
  token = (await ask(gateway, op.LoginDocument, credentials)).login.accessToken;
});
afterAll(() => gateway.close());

setFlagsFromString('--expose_gc');
const collectGarbage: () => void = runInNewContext('gc');
/** Bytes in use, without the garbage of the clients in this process. */
function inUse(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const QUERY = (fields: string) => `subscription { deviceStatus { cursor device { ${fields} } } }`;

test('a stalled subscriber among 1,000 delays the others by less than a second, and memory stays flat', async () => {
  const { heartbeats } = gateway.services;
  const scope = deviceScope(await callerOf(gateway, token));
  const subscribers: RawLive[] = [];
  while (subscribers.length < SUBSCRIBERS) {
    subscribers.push(...(await Promise.all(Array.from({ length: 111 }, () => RawLive.open(host, token)))));
  }
  for (const subscriber of subscribers) {
    subscriber.subscribe('s', QUERY('clientId'));
    await subscriber.next();
  }
  const stalled = await RawLive.open(host, token);
  stalled.subscribe('s', QUERY('clientId name'));
  await stalled.next();
  stalled.socket.pause();
  const device = await TestGroup.of(gateway, 'root', [{ clientId: 'device', name: 'x'.repeat(100_000) }]);
  const delays: number[] = [];
  let before = 0;
  for (let event = 1; event <= EVENTS; event++) {
    // With its long name, the device fills the queue of a stalled client.
    await (event % 2 === 0 ? device.goOffline() : device.beat());
    const announced = performance.now();
    await heartbeats.announce();
    await Promise.all(
      subscribers.map(async (subscriber) => {
        expect(await subscriber.next()).toContain(
          heartbeats.log.cursor(heartbeats.log.offsetsAt(event), scope),
        );
        delays.push(performance.now() - announced);
      }),
    );
    if (event === EVENTS / 3) before = inUse();
  }
  delays.sort((a, b) => a - b);
  expect(delays).toHaveLength(SUBSCRIBERS * EVENTS);
  expect(delays[Math.floor(delays.length * 0.99)]).toBeLessThan(P99_MS);
  expect(inUse() - before).toBeLessThan(GROWTH);
  stalled.socket.resume();
  // A client that does not read the close frame within half a minute is disconnected; stock clients reconnect after either.
  expect([1006, 1013]).toContain(await stalled.closed);
  await Promise.all(subscribers.map((subscriber) => subscriber.close()));
  expect(gateway.logged()).not.toMatch(/"level":[56]0/);
});
