import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { HeartbeatStream, MAX_HEARTBEATS } from '../../src/devices/heartbeat-stream.js';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import type { Caller } from '../../src/sessions/sessions.js';
import { callerOf, createCallers, openSession } from '../support/callers.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
let member: Caller;
let neighbour: Caller;
let administrator: Caller;

beforeAll(async () => {
  gateway = await startGateway();
  await createCallers(gateway);
  const signIn = async (username: string) =>
    callerOf(gateway, (await openSession(gateway, username, graphqlSessionPolicy)).accessToken);
  [member, neighbour, administrator] = [await signIn('max'), await signIn('nia'), await signIn('root')];
});
afterAll(() => gateway.close());

const beat = (caller: Caller, clientId: string) =>
  gateway.services.heartbeats.beat(caller, { clientId, name: null, clientVersion: null });
const clientIds = async (stream: HeartbeatStream, offset: number) =>
  (await stream.since(offset)).publications.flatMap(({ event }) =>
    event.map(({ device }) => device.clientId),
  );

test('a late subscriber receives the latest heartbeat of each device, oldest first', async () => {
  const stream = new HeartbeatStream(gateway.services, member, {});
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
  const stream = new HeartbeatStream(gateway.services, administrator, {});
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
  const { services } = gateway;
  const all = new HeartbeatStream(services, administrator, {});
  const { offset } = await all.open();
  const id = await beat(neighbour, 'of the neighbour');
  await beat(member, 'of the member');
  expect(await clientIds(all, offset)).toEqual(['of the neighbour', 'of the member']);
  expect(await clientIds(new HeartbeatStream(services, member, {}), offset)).toEqual(['of the member']);
  for (const filter of [{ userId: neighbour.user.id }, { ids: [id] }, { search: 'NEIGHBOUR' }]) {
    expect(await clientIds(new HeartbeatStream(services, administrator, filter), offset)).toEqual([
      'of the neighbour',
    ]);
  }
});

test("a member's heartbeats are read without a query", async () => {
  const stream = new HeartbeatStream(gateway.services, member, {});
  const { offset } = await stream.open();
  await beat(member, 'a');
  await stream.since(offset);
  const statements = jest.spyOn(gateway.services.db.em.getConnection(), 'execute');
  await beat(member, 'a');
  expect(await clientIds(stream, offset)).toEqual(['a']);
  expect(statements).not.toHaveBeenCalled();
  statements.mockRestore();
});
