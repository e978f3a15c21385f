import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { deviceScope } from '../../../src/devices/devices.js';
import * as op from '../../generated/graphql.js';
import { callerOf } from '../../support/callers.js';
import { ask } from '../../support/client.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';
import { PASSWORD } from '../../support/password.js';
import { RawLive } from '../../support/raw-live.js';

const STATUS =
  'subscription ($since: Cursor) { deviceStatus(since: $since) { kind cursor device { clientId } } }';

let gateway: TestGateway;
let host: string;
let root: string;
const readers: RawLive[] = [];

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
  await Promise.all(readers.splice(0).map((reader) => reader.close()));
});

const beat = (deviceId: string) => ask(gateway, op.HeartbeatDocument, { input: { deviceId } }, root);

async function reader(): Promise<RawLive> {
  const live = await RawLive.open(host, root);
  readers.push(live);
  return live;
}

interface Told {
  readonly payload: {
    readonly data: {
      readonly deviceStatus: { readonly kind: string; readonly device: { readonly clientId: string } | null };
    };
  };
}

/** `kind clientId` of the next event. */
async function told(live: RawLive): Promise<string> {
  const { payload } = (await live.message()) as Told;
  const { kind, device } = payload.data.deviceStatus;
  return `${kind} ${device?.clientId ?? ''}`.trim();
}

/** Where a reader stands that has been told all that there was so far. */
async function cursorNow(): Promise<string> {
  const { log } = gateway.services.heartbeats;
  return log.cursor(log.offset, deviceScope(await callerOf(gateway, root)));
}

test('who comes back beside a snapshot of what cannot be told yet waits for it, and holds up nobody', async () => {
  await beat('seen before');
  await gateway.services.heartbeats.announce();
  const since = await cursorNow();
  await beat('not announced');
  const beginner = await reader();
  beginner.subscribe('s', STATUS);
  expect(await told(beginner)).toBe('SNAPSHOT');
  const reads = jest.spyOn(gateway.services.devices, 'recall');
  const back = await reader();
  back.subscribe('s', STATUS, { since });
  expect(await back.settle()).toEqual([]);
  expect(reads.mock.calls.length).toBeLessThan(5);
  await gateway.services.heartbeats.announce();
  expect(await told(back)).toBe('ONLINE not announced');
  await beat('later');
  await gateway.services.heartbeats.announce();
  expect([await told(back), await told(beginner)]).toEqual(['ONLINE later', 'ONLINE later']);
});

test('a cursor that is not given at all has its default, one that is null has none', async () => {
  const since = await cursorNow();
  await beat('by default');
  await gateway.services.heartbeats.announce();
  const live = await reader();
  const document = `subscription ($since: Cursor = "${since}") { deviceStatus(since: $since) { kind device { clientId } } }`;
  live.subscribe('absent', document, {});
  live.subscribe('null', document, { since: null });
  expect(new Set([await told(live), await told(live)])).toEqual(new Set(['ONLINE by default', 'SNAPSHOT']));
});

test('who is far behind is told in batches, between which others have their turn', async () => {
  const deviceId = Number((await beat('restless')).heartbeat.deviceId);
  await gateway.services.heartbeats.announce();
  const cursor = await cursorNow();
  const { log } = gateway.services.heartbeats;
  const transition = { deviceId, reason: null, at: gateway.clock.now };
  for (let at = 0; at < 5000; at++) log.append({ ...transition, online: at % 2 === 1 });
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
  const live = await reader();
  live.subscribe('s', STATUS, { since: cursor });
  for (let told = 0; told < 5000; told++) await live.next();
  clearImmediate(turning);
  expect(turns.size).toBeGreaterThanOrEqual(9);
});

test('a subscription that asks for nothing is refused, and the others of its socket go on', async () => {
  const live = await reader();
  live.subscribe('other', STATUS);
  expect(await told(live)).toBe('SNAPSHOT');
  live.subscribe('nothing', 'subscription { deviceStatus @skip(if: true) { kind } }');
  expect(await live.message()).toMatchObject({ id: 'nothing', payload: { errors: [{}] } });
  expect(await live.message()).toMatchObject({ id: 'nothing', type: 'complete' });
  await beat('still followed');
  await gateway.services.heartbeats.announce();
  expect(await told(live)).toBe('ONLINE still followed');
});
