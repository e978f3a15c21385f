import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { deviceScope } from '../../src/devices/devices.js';
import * as op from '../generated/graphql.js';
import { callerOf } from '../support/callers.js';
import { ask } from '../support/client.js';
import { TestGroup } from '../support/fleet.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { PASSWORD } from '../support/password.js';
import { RawLive } from '../support/raw-live.js';

const READERS = 999;
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
/** What is in use, in bytes: what clients of this test were sent is in the same process, and garbage by then. */
function inUse(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const QUERY = (fields: string) => `subscription { deviceStatus { cursor device { ${fields} } } }`;

test('one stalled reader among 1,000: the others get each event within a second, and memory stays flat', async () => {
  const { heartbeats } = gateway.services;
  const scope = deviceScope(await callerOf(gateway, token));
  const readers: RawLive[] = [];
  while (readers.length < READERS) {
    readers.push(...(await Promise.all(Array.from({ length: 111 }, () => RawLive.open(host, token)))));
  }
  for (const reader of readers) {
    reader.subscribe('s', QUERY('clientId'));
    await reader.next();
  }
  const stalled = await RawLive.open(host, token);
  stalled.subscribe('s', QUERY('clientId name'));
  await stalled.next();
  stalled.socket.pause();
  const device = await TestGroup.of(gateway, 'root', [{ clientId: 'device', name: 'x'.repeat(100_000) }]);
  const delays: number[] = [];
  let before = 0;
  for (let event = 1; event <= EVENTS; event++) {
    // A device with a long name comes and goes: such events fill the queue of who stalls.
    await (event % 2 === 0 ? device.goOffline() : device.beat());
    const told = performance.now();
    await heartbeats.announce();
    await Promise.all(
      readers.map(async (reader) => {
        expect(await reader.next()).toContain(heartbeats.log.cursor(event, scope));
        delays.push(performance.now() - told);
      }),
    );
    if (event === EVENTS / 3) before = inUse();
  }
  delays.sort((a, b) => a - b);
  expect(delays).toHaveLength(READERS * EVENTS);
  expect(delays[Math.floor(delays.length * 0.99)]).toBeLessThan(P99_MS);
  expect(inUse() - before).toBeLessThan(GROWTH);
  stalled.socket.resume();
  // Who does not read the close frame within half a minute is cut off; stock clients come back after either.
  expect([1006, 1013]).toContain(await stalled.closed);
  await Promise.all(readers.map((reader) => reader.close()));
  expect(gateway.logged()).not.toMatch(/"level":[56]0/);
});
