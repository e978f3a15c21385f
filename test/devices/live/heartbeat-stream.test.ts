import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import type { DeviceFilter } from '../../../src/devices/device-filter.js';
import { HeartbeatStream, MAX_HEARTBEATS } from '../../../src/devices/live/heartbeat-stream.js';
import { graphqlSessionPolicy } from '../../../src/graphql/session-policy.js';
import type { Caller } from '../../../src/sessions/sessions.js';
import { callerOf, createCallers, openSession } from '../../support/callers.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';

let gateway: TestGateway;
let member: Caller;
let neighbour: Caller;
let administrator: Caller;
const closing: (() => void)[] = [];

beforeAll(async () => {
  gateway = await startGateway();
  await createCallers(gateway);
  const signIn = async (username: string) =>
    callerOf(gateway, (await openSession(gateway, username, graphqlSessionPolicy)).accessToken);
  [member, neighbour, administrator] = [await signIn('max'), await signIn('nia'), await signIn('root')];
});
afterEach(() => {
  for (const close of closing.splice(0)) close();
});
afterAll(() => gateway.close());

const beat = (caller: Caller, clientId: string) =>
  gateway.services.heartbeats.beat(caller, { clientId, name: null, clientVersion: null });
/** A stream with a subscriber. */
function follow(caller: Caller, filter: DeviceFilter = {}, listener = () => {}): HeartbeatStream {
  const stream = new HeartbeatStream(gateway.services, caller, filter);
  closing.push(stream.onAppend(listener));
  return stream;
}
const clientIds = async (stream: HeartbeatStream, offset: number) =>
  (await stream.since(offset)).publications.flatMap(({ event }) =>
    event.map(({ device }) => device.clientId),
  );

test('a late subscriber receives the latest heartbeat of each device, oldest first', async () => {
  const stream = follow(member);
  const { offset } = await stream.open();
  for (const clientId of ['a', 'b', 'a']) {
    gateway.clock.advance(1000);
    await beat(member, clientId);
  }
  const { publications, offset: reached } = await stream.since(offset);
  expect(publications.map(({ event }) => event.map(({ device, at }) => [device.clientId, at]))).toEqual([
    [
      ['b', new Date(gateway.clock.now - 1000)],
      ['a', new Date(gateway.clock.now)],
    ],
  ]);
  expect((await stream.since(reached)).publications).toEqual([]);
});

test('heartbeats of many devices come in several events, each device once', async () => {
  const stream = follow(administrator);
  let { offset } = await stream.open();
  const expected: string[] = [];
  for (let device = 0; device <= MAX_HEARTBEATS; device++) {
    expected.push(`many-${device}`);
    await beat(administrator, `many-${device}`);
  }
  const events: (string | null)[][] = [];
  for (let status = 'behind'; status === 'behind'; ) {
    const batch = await stream.since(offset);
    for (const { event } of batch.publications) events.push(event.map(({ device }) => device.clientId));
    ({ offset, status } = batch);
  }
  expect(events.map(({ length }) => length)).toEqual([MAX_HEARTBEATS, 1]);
  expect(events.flat()).toEqual(expected);
});

test('subscribers receive only devices that they may see and that the filter selects', async () => {
  const id = await beat(neighbour, 'of the neighbour');
  const all = follow(administrator);
  const own = follow(member);
  const filters = [{ userId: neighbour.user.id }, { ids: [id] }, { search: 'NEIGHBOUR' }];
  const filtered = filters.map((filter) => follow(administrator, filter));
  const { offset } = await all.open();
  await beat(neighbour, 'of the neighbour');
  await beat(member, 'of the member');
  expect(await clientIds(all, offset)).toEqual(['of the neighbour', 'of the member']);
  expect(await clientIds(own, offset)).toEqual(['of the member']);
  for (const stream of filtered) expect(await clientIds(stream, offset)).toEqual(['of the neighbour']);
});

test('a heartbeat notifies only those who follow all devices or those of its owner', async () => {
  const notified: string[] = [];
  follow(administrator, {}, () => notified.push('all'));
  follow(administrator, { userId: neighbour.user.id }, () => notified.push('of the neighbour'));
  follow(member, {}, () => notified.push('of the member'));
  for (const caller of [member, member, neighbour]) {
    await beat(caller, 'a');
    await gateway.services.heartbeats.announce();
  }
  await gateway.services.heartbeats.announce();
  expect(notified).toEqual(['all', 'of the member', 'all', 'of the member', 'all', 'of the neighbour']);
});

test("a member's heartbeats are read without a query", async () => {
  const stream = follow(member);
  const { offset } = await stream.open();
  await beat(member, 'a');
  await stream.since(offset);
  const statements = jest.spyOn(gateway.services.db.em.getConnection(), 'execute');
  await beat(member, 'a');
  expect(await clientIds(stream, offset)).toEqual(['a']);
  expect(statements).not.toHaveBeenCalled();
  statements.mockRestore();
});
