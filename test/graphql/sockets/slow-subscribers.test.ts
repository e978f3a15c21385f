import { afterAll, beforeAll, expect, test } from '@jest/globals';
import WebSocket from 'ws';
import { MAX_QUEUE_BYTES } from '../../../src/graphql/sockets/socket-writer.js';
import { callerOf } from '../../support/callers.js';
import { trackAcceptedSockets } from '../../support/clients/accepted-sockets.js';
import { ask } from '../../support/clients/client.js';
import { connect, watch } from '../../support/clients/live.js';
import { RawLive } from '../../support/clients/raw-live.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';
import * as op from '../../support/operations.js';
import { PASSWORD } from '../../support/password.js';

const SUBSCRIBERS = 50;
const EVENTS = 60;
/** A device's name, and how often an event has it, so that few events fill the queue of a stalled client. */
const NAME = '机'.repeat(128);
const COPIES = 600;
const EVENT_BYTES = COPIES * Buffer.byteLength(NAME);
const accepted = trackAcceptedSockets();
let gateway: TestGateway;
let host: string;
let token: string;

beforeAll(async () => {
  gateway = await startGateway({
    LIVE_SOCKETS_PER_USER: '1000',
    GRAPHQL_MAX_ALIASES: '1000',
    GRAPHQL_MAX_COMPLEXITY: '1000000',
  });
  host = await gateway.listen();
  await gateway.createUser({ username: 'root', password: PASSWORD, roles: ['ADMIN'] });
  const credentials = { input: { username: 'root', password: PASSWORD } };
  token = (await ask(gateway, op.LoginDocument, credentials)).login.accessToken;
});
afterAll(() => gateway.close());

let devices = 0;
/** A new device comes online. */
async function happen(): Promise<void> {
  const caller = await callerOf(gateway, token);
  devices += 1;
  const hello = { clientId: `device-${devices}`, name: NAME, clientVersion: null };
  await gateway.services.heartbeats.beat(caller, hello);
  await gateway.services.heartbeats.announce();
}
const SMALL = 'subscription { deviceStatus { kind cursor device { clientId } } }';
const COPIED = Array.from({ length: COPIES }, (_, copy) => `n${copy}: name`).join(' ');
const LARGE = `subscription ($since: Cursor) { deviceStatus(since: $since) { kind cursor device { clientId ${COPIED} } } }`;
const status = (message: string | null) => JSON.parse(message ?? '{}').payload?.data.deviceStatus;

test('a stalled subscriber is closed with 1013, keeps its cursor, and delays nobody', async () => {
  const subscribers = await Promise.all(Array.from({ length: SUBSCRIBERS }, () => RawLive.open(host, token)));
  const stalled = await RawLive.open(host, token);
  for (const subscriber of subscribers) subscriber.subscribe('s', SMALL);
  for (const subscriber of subscribers) await subscriber.next();
  stalled.subscribe('s', LARGE);
  const names = [];
  let { cursor } = status(await stalled.next());
  stalled.socket.pause();
  for (let event = 1; event <= EVENTS; event++) {
    await happen();
    for (const subscriber of subscribers)
      expect(status(await subscriber.next()).device.clientId).toBe(`device-${event}`);
    const queued = accepted.reduce((sum, socket) => sum + socket.writableLength, 0);
    expect(queued).toBeLessThan(MAX_QUEUE_BYTES + 2 * EVENT_BYTES);
  }
  stalled.socket.resume();
  for (let message = await stalled.next(); message !== null; message = await stalled.next()) {
    names.push(status(message).device.clientId);
    cursor = status(message).cursor;
  }
  expect(await stalled.closed).toBe(1013);
  expect(names.length).toBeLessThan(EVENTS);
  const again = await RawLive.open(host, token);
  again.subscribe('s', LARGE, { since: cursor });
  while (names.length < EVENTS) names.push(status(await again.next()).device.clientId);
  expect(names).toEqual(Array.from({ length: EVENTS }, (_, at) => `device-${at + 1}`));
  await Promise.all([...subscribers, again].map((subscriber) => subscriber.close()));
  expect(gateway.logged()).not.toMatch(/"level":[56]0/);
});

test('a stock client reconnects after 1013', async () => {
  const sockets: WebSocket[] = [];
  class Watched extends WebSocket {
    constructor(...args: ConstructorParameters<typeof WebSocket>) {
      super(...args);
      sockets.push(this);
    }
  }
  const client = connect(host, token, {
    webSocketImpl: Watched,
    retryAttempts: 3,
    retryWait: async () => {},
  });
  const codes: unknown[] = [];
  client.on('closed', (event) => codes.push(event instanceof Object && 'code' in event ? event.code : null));
  const events = watch(client, op.DeviceStatusDocument, { filter: { search: 'nothing' } });
  expect((await events.next())?.deviceStatus.kind).toBe('SNAPSHOT');
  const large = client.iterate<op.DeviceStatusSubscription>({ query: LARGE });
  await large.next();
  sockets[0]?.pause();
  for (let event = 0; event < EVENTS; event++) await happen();
  sockets[0]?.resume();
  expect((await events.next())?.deviceStatus.kind).toBe('SNAPSHOT');
  expect([codes, sockets.length]).toEqual([[1013], 2]);
  await client.dispose();
});

test('a stalled subscriber does not delay the stop of the gateway', async () => {
  const other = await startGateway({}, gateway);
  const stalled = await RawLive.open(await other.listen(), token);
  stalled.socket.pause();
  const started = performance.now();
  // The WebSocket library would wait half a minute for the answer to its close frame.
  await other.close();
  expect(performance.now() - started).toBeLessThan(20_000);
  stalled.socket.resume();
  await stalled.close();
});
