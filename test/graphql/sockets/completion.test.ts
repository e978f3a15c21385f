import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { graphqlSessionPolicy } from '../../../src/graphql/session-policy.js';
import { callerOf, createCallers, openSession } from '../../support/callers.js';
import { RawLive } from '../../support/clients/raw-live.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';

let gateway: TestGateway;
let host: string;
let token: string;

beforeAll(async () => {
  gateway = await startGateway();
  host = await gateway.listen();
  await createCallers(gateway);
  token = (await openSession(gateway, 'max', graphqlSessionPolicy)).accessToken;
});
afterAll(() => gateway.close());

let devices = 0;
/** A new device comes online. */
async function beat(): Promise<void> {
  const caller = await callerOf(gateway, token);
  devices += 1;
  await gateway.services.heartbeats.beat(caller, {
    clientId: `device-${devices}`,
    name: null,
    clientVersion: null,
  });
  await gateway.services.heartbeats.announce();
}

describe('a complete message', () => {
  test('for an unknown or a finished operation is ignored', async () => {
    const raw = await RawLive.open(host, token);
    raw.send({ id: 'never', type: 'complete' });
    raw.subscribe('hello', '{ __typename }');
    expect(await raw.message()).toMatchObject({ type: 'next' });
    expect(await raw.message()).toMatchObject({ type: 'complete' });
    raw.send({ id: 'hello', type: 'complete' });
    raw.send({ id: 'hello', type: 'complete' });
    expect(await raw.settle()).toEqual([]);
    raw.socket.close();
  });

  test('right after its subscription ends it, and frees its id', async () => {
    const raw = await RawLive.open(host, token);
    for (let times = 0; times < 50; times++) {
      raw.subscribe('short', 'subscription { deviceStatus { kind } }');
      raw.send({ id: 'short', type: 'complete' });
    }
    const seen = await raw.settle();
    expect(seen.filter((message) => message !== 'short next')).toEqual([]);
    expect(await raw.settle()).toEqual([]);
    raw.socket.close();
  });

  test('ends only the subscription before it, though the next one has the same id', async () => {
    const raw = await RawLive.open(host, token);
    // Messages sent in the same turn arrive together.
    raw.send({ type: 'pong' });
    for (let times = 0; times < 50; times++) {
      raw.subscribe('same', 'subscription { deviceStatus { kind } }');
      raw.send({ id: 'same', type: 'complete' });
    }
    raw.subscribe('same', 'subscription { latest: deviceStatus { kind } }');
    const message = (kind: string) => ({ id: 'same', type: 'next', payload: { data: { latest: { kind } } } });
    expect(await raw.message()).toEqual(message('SNAPSHOT'));
    for (let times = 0; times < 3; times++) {
      await beat();
      expect(await raw.message()).toEqual(message('ONLINE'));
    }
    raw.send({ id: 'same', type: 'complete' });
    expect(await raw.settle()).toEqual([]);
    raw.socket.close();
  });

  test.each([
    ['a query', '{ me { id } }'],
    ['a refused operation', 'subscription { nothing }'],
  ])('frees its id for %s, even before its subscription has started', async (_what, query) => {
    const raw = await RawLive.open(host, token);
    raw.send({ type: 'pong' });
    raw.subscribe('same', 'subscription { deviceStatus { kind } }');
    raw.send({ id: 'same', type: 'complete' });
    raw.subscribe('same', query);
    raw.subscribe('same 2', query);
    const seen: string[] = [];
    while (!seen.some((message) => /^same 2 (complete|error)$/.test(message))) {
      const { id, type } = await raw.message();
      seen.push(`${id} ${type}`);
    }
    const types = query.startsWith('{') ? ['next', 'complete'] : ['error'];
    expect(seen.toSorted()).toEqual(
      ['same', 'same 2'].flatMap((id) => types.map((type) => `${id} ${type}`)).toSorted(),
    );
    await beat();
    expect(await raw.settle()).toEqual([]);
    raw.socket.close();
  });

  test('right after a query leaves the socket open', async () => {
    const raw = await RawLive.open(host, token);
    raw.subscribe('query', '{ me { id } }');
    raw.send({ id: 'query', type: 'complete' });
    const seen = await raw.settle();
    expect(['', 'query next']).toContain(seen.join());
    raw.socket.close();
  });

  test('does not follow the error message of a refused operation', async () => {
    const raw = await RawLive.open(host, token);
    raw.subscribe('wrong', 'subscription { nothing }');
    expect(await raw.message()).toMatchObject({ id: 'wrong', type: 'error' });
    expect(await raw.settle()).toEqual([]);
    raw.socket.close();
  });
});
