import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { deviceScope } from '../../../src/devices/devices.js';
import { callerOf } from '../../support/callers.js';
import { ask } from '../../support/clients/client.js';
import { RawLive } from '../../support/clients/raw-live.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';
import * as op from '../../support/operations.js';
import { PASSWORD } from '../../support/password.js';

const STATUS =
  'subscription ($since: Cursor) { deviceStatus(since: $since) { kind cursor device { clientId } } }';

let gateway: TestGateway;
let host: string;
let root: string;
const sockets: RawLive[] = [];

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createUser({ username: 'root', password: PASSWORD, roles: ['ADMIN'] });
  const credentials = { input: { username: 'root', password: PASSWORD } };
  root = (await ask(gateway, op.LoginDocument, credentials)).login.accessToken;
  host = await gateway.listen();
});
afterAll(() => gateway.close());
afterEach(async () => {
  jest.restoreAllMocks();
  await Promise.all(sockets.splice(0).map((socket) => socket.close()));
});

const beat = (deviceId: string) => ask(gateway, op.HeartbeatDocument, { input: { deviceId } }, root);

async function open(): Promise<RawLive> {
  const live = await RawLive.open(host, root);
  sockets.push(live);
  return live;
}

interface StatusMessage {
  readonly payload: {
    readonly data: {
      readonly deviceStatus: { readonly kind: string; readonly device: { readonly clientId: string } | null };
    };
  };
}

/** `kind clientId` of the next event. */
async function nextEvent(live: RawLive): Promise<string> {
  const { payload } = (await live.message()) as StatusMessage;
  const { kind, device } = payload.data.deviceStatus;
  return `${kind} ${device?.clientId ?? ''}`.trim();
}

/** The cursor of a subscriber that has received everything so far. */
async function cursorNow(): Promise<string> {
  const { log } = gateway.services.heartbeats;
  return log.cursor(log.offsetsAt(log.offset), deviceScope(await callerOf(gateway, root)));
}

test('a subscriber that reconnects before a transition is published waits for it, without polling', async () => {
  await beat('seen before');
  await gateway.services.heartbeats.announce();
  const since = await cursorNow();
  await beat('not announced');
  const newSubscriber = await open();
  newSubscriber.subscribe('s', STATUS);
  expect(await nextEvent(newSubscriber)).toBe('SNAPSHOT');
  const reads = jest.spyOn(gateway.services.devices, 'findCached');
  const reconnected = await open();
  reconnected.subscribe('s', STATUS, { since });
  expect(await reconnected.settle()).toEqual([]);
  expect(reads.mock.calls.length).toBeLessThan(5);
  await gateway.services.heartbeats.announce();
  expect(await nextEvent(reconnected)).toBe('ONLINE not announced');
  await beat('later');
  await gateway.services.heartbeats.announce();
  expect([await nextEvent(reconnected), await nextEvent(newSubscriber)]).toEqual([
    'ONLINE later',
    'ONLINE later',
  ]);
});

test('an omitted cursor takes its default, and null does not', async () => {
  const since = await cursorNow();
  await beat('by default');
  await gateway.services.heartbeats.announce();
  const live = await open();
  const document = `subscription ($since: Cursor = "${since}") { deviceStatus(since: $since) { kind device { clientId } } }`;
  live.subscribe('absent', document, {});
  live.subscribe('null', document, { since: null });
  expect(new Set([await nextEvent(live), await nextEvent(live)])).toEqual(
    new Set(['ONLINE by default', 'SNAPSHOT']),
  );
});

test('a subscriber that is far behind reads in batches, between which the event loop turns', async () => {
  const { heartbeats } = gateway.services;
  const caller = await callerOf(gateway, root);
  const deviceId = await heartbeats.beat(caller, { clientId: 'restless', name: null, clientVersion: null });
  await gateway.services.heartbeats.announce();
  const cursor = await cursorNow();
  const { log } = gateway.services.heartbeats;
  const transition = { deviceId, reason: null, at: gateway.clock.now };
  for (let at = 0; at < 5000; at++) log.append({ ...transition, online: at % 2 === 1 }, 0);
  log.publish(log.offset);
  const since = log.since.bind(log);
  let turn = 0;
  let turning = setImmediate(function next() {
    turn += 1;
    turning = setImmediate(next);
  });
  const turns = new Set<number>();
  jest.spyOn(log, 'since').mockImplementation((...place) => {
    turns.add(turn);
    return since(...place);
  });
  const live = await open();
  live.subscribe('s', STATUS, { since: cursor });
  for (let event = 0; event < 5000; event++) await live.next();
  clearImmediate(turning);
  expect(turns.size).toBeGreaterThanOrEqual(9);
});

test('refuses a subscription whose only field is skipped, and leaves the others of its socket open', async () => {
  const live = await open();
  live.subscribe('other', STATUS);
  expect(await nextEvent(live)).toBe('SNAPSHOT');
  live.subscribe('nothing', 'subscription { deviceStatus @skip(if: true) { kind } }');
  expect(await live.message()).toMatchObject({ id: 'nothing', payload: { errors: [{}] } });
  expect(await live.message()).toMatchObject({ id: 'nothing', type: 'complete' });
  await beat('afterwards');
  await gateway.services.heartbeats.announce();
  expect(await nextEvent(live)).toBe('ONLINE afterwards');
});
