import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { bmsSessionPolicy } from '../../../src/legacy/bms/session-policy.js';
import { Turns } from '../../../src/streams/turns.js';
import { callerOf, openSession } from '../../support/callers.js';
import { ask } from '../../support/clients/client.js';
import { RawLive } from '../../support/clients/raw-live.js';
import { eventually } from '../../support/eventually.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';
import * as op from '../../support/operations.js';
import { PASSWORD } from '../../support/password.js';

const FLEET = 500;
const NAME = '机'.repeat(128);
const copies = Array.from({ length: 130 }, (_, copy) => `n${copy}: name`).join(' ');
/** Of devices: more than the buffers of a socket hold. */
const LONG_NAMES = `subscription ($since: Cursor) { deviceStatus(since: $since) { kind cursor complete devices { id ${copies} } device { id } } }`;
const STATUS =
  'subscription ($since: Cursor, $filter: DeviceFilter) { deviceStatus(since: $since, filter: $filter) { kind cursor complete devices { id online } device { id } } }';
let first: TestGateway;
let gateway: TestGateway;
let host: string;
let token: string;
/** Parts that were read since the test began. */
let reads = 0;

beforeAll(async () => {
  first = await startGateway();
  const { id } = await first.createUser({ username: 'root', password: PASSWORD, roles: ['ADMIN'] });
  const seen = new Date(first.clock.now).toISOString();
  const { session } = await openSession(first, 'root', bmsSessionPolicy);
  await first.services.db.em.execute(
    `insert into devices (user_id, client_id, name, door, online, first_seen_at, last_seen_at, session_id)
     select ?, 'fleet-' || number, ?, 'bms', true, ?, ?, ? from generate_series(1, ?) number`,
    [id, NAME, seen, seen, session.id, FLEET],
  );
  gateway = await startGateway(
    {
      GRAPHQL_COMPLEXITY_PER_MINUTE: '100000000',
      GRAPHQL_MAX_COMPLEXITY: '1000000',
      GRAPHQL_MAX_ALIASES: '1000',
    },
    first,
  );
  host = await gateway.listen();
  const credentials = { input: { username: 'root', password: PASSWORD } };
  token = (await ask(gateway, op.LoginDocument, credentials)).login.accessToken;
});
afterAll(async () => {
  await gateway.close();
  await first.close();
});
beforeEach(() => {
  reads = 0;
  const take = Turns.prototype.take;
  jest.spyOn(Turns.prototype, 'take').mockImplementation(function (this: Turns, task) {
    reads += 1;
    return take.call(this, task) as ReturnType<typeof task>;
  });
});
afterEach(() => void jest.restoreAllMocks());

type Status = Pick<op.DeviceStatusSubscription['deviceStatus'], 'kind' | 'cursor' | 'complete'> & {
  readonly devices: { readonly id: string }[] | null;
  readonly device: { readonly id: string } | null;
};
const event = async (live: RawLive): Promise<Status> =>
  JSON.parse((await live.next()) ?? '').payload.data.deviceStatus;

/** The events up to the last part of a snapshot. */
async function snapshot(live: RawLive): Promise<Status[]> {
  const events: Status[] = [];
  do events.push(await event(live));
  while (!events.at(-1)?.complete);
  return events;
}
const kinds = (events: Status[]) => events.map(({ kind }) => kind);
const PARTS = ['SNAPSHOT', 'SNAPSHOT_CONTINUED', 'SNAPSHOT_CONTINUED'];

async function bringOnline(clientId: string): Promise<string> {
  const { heartbeats } = gateway.services;
  const caller = await callerOf(gateway, token);
  const id = await heartbeats.beat(caller, { clientId, name: null, clientVersion: null });
  await heartbeats.announce();
  return `device_${id}`;
}

test('a large snapshot comes in parts that hold each device once, and the next events follow', async () => {
  const live = await RawLive.open(host, token);
  live.subscribe('s', STATUS);
  const events = await snapshot(live);
  expect(kinds(events)).toEqual(PARTS);
  const ids = events.flatMap(({ devices }) => devices?.map(({ id }) => id) ?? []);
  expect(new Set(ids).size).toBe(FLEET);
  expect(ids).toHaveLength(FLEET);
  const id = await bringOnline('after the snapshot');
  expect(await event(live)).toMatchObject({ kind: 'ONLINE', complete: true, device: { id } });
  await live.close();
});

test('the parts are those of one moment: what happens meanwhile follows as an event', async () => {
  const live = await RawLive.open(host, token);
  live.subscribe('s', STATUS);
  await eventually(async () => reads > 0);
  const id = await bringOnline('meanwhile');
  const ids = (await snapshot(live)).flatMap(({ devices }) => devices?.map(({ id }) => id) ?? []);
  expect(ids).not.toContain(id);
  expect(await event(live)).toMatchObject({ kind: 'ONLINE', device: { id } });
  await live.close();
});

test('subscribers share the parts of a snapshot', async () => {
  const lives = await Promise.all(Array.from({ length: 20 }, () => RawLive.open(host, token)));
  for (const live of lives) live.subscribe('s', STATUS, { filter: {} });
  for (const live of lives) expect(kinds(await snapshot(live))).toEqual(PARTS);
  expect(reads).toBeLessThanOrEqual(PARTS.length);
  await Promise.all(lives.map((live) => live.close()));
});

test('the cursor of a part leads to RESET and a new snapshot', async () => {
  const live = await RawLive.open(host, token);
  live.subscribe('s', STATUS);
  const { cursor } = await event(live);
  await live.close();
  const again = await RawLive.open(host, token);
  again.subscribe('s', STATUS, { since: cursor });
  expect(kinds(await snapshot(again))).toEqual(['RESET', ...PARTS]);
  await again.close();
});

test('subscribers whose missed events are gone receive RESET and the parts of a new snapshot', async () => {
  const other = await gateway.createUser({ username: 'leaver', password: PASSWORD });
  const lives = await Promise.all([1, 2, 3].map(() => RawLive.open(host, token)));
  for (const live of lives) {
    live.subscribe('s', STATUS);
    await snapshot(live);
  }
  const query = new URLSearchParams({ username: 'leaver', password: PASSWORD, device: 'm', version: '1' });
  const { data } = (await gateway.post(`/sys/login-phone?${query}`)).json();
  await gateway.post('/api/heart/check', {}, { authorization: data.access_token, 'x-device-id': 'gone' });
  await gateway.services.administration.delete(other.id, { userId: null, address: null });
  const before = reads;
  await gateway.services.heartbeats.announce();
  for (const live of lives) expect(kinds(await snapshot(live))).toEqual(['RESET', ...PARTS]);
  expect(reads - before).toBe(PARTS.length);
  const id = await bringOnline('after RESET');
  for (const live of lives) expect(await event(live)).toMatchObject({ kind: 'ONLINE', device: { id } });
  await Promise.all(lives.map((live) => live.close()));
});

test('a client that does not read its snapshot is sent no more parts, and stays connected', async () => {
  const stalled = await RawLive.open(host, token);
  stalled.socket.pause();
  stalled.subscribe('s', LONG_NAMES);
  await eventually(async () => reads > 0);
  const live = await RawLive.open(host, token);
  live.subscribe('s', STATUS, { filter: { ids: ['device_1'] } });
  expect(kinds(await snapshot(live))).toEqual(['SNAPSHOT']);
  expect(reads).toBeLessThan(1 + PARTS.length);
  stalled.socket.resume();
  expect(kinds(await snapshot(stalled))).toEqual(PARTS);
  await Promise.all([live.close(), stalled.close()]);
});
