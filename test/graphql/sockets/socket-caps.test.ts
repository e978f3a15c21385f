import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { graphqlSessionPolicy } from '../../../src/graphql/session-policy.js';
import { createCallers, openSession } from '../../support/callers.js';
import { PROTOCOL, RawLive } from '../../support/clients/raw-live.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';

let gateway: TestGateway;
let host: string;
beforeAll(async () => {
  gateway = await startGateway({
    LIVE_SOCKETS_PER_ADDRESS: '3',
    LIVE_SOCKETS_PER_USER: '1',
    LIVE_SUBSCRIPTIONS_PER_SOCKET: '2',
  });
  host = await gateway.listen();
  await createCallers(gateway);
});
afterAll(() => gateway.close());

test('closes sockets over the limit of an address with 4429, until another one is closed', async () => {
  const open = [await RawLive.connect(host), await RawLive.connect(host), await RawLive.connect(host)];
  expect(await (await RawLive.connect(host)).closed).toBe(4429);
  for (const { socket, closed } of open) {
    socket.close();
    await closed;
  }
  const again = await RawLive.open(host);
  expect(await again.settle()).toEqual([]);
  again.socket.close();
  await again.closed;
});

test('closes sockets over the limit of a user with 4429, until another one is closed', async () => {
  const { accessToken } = await openSession(gateway, 'max', graphqlSessionPolicy);
  const first = await RawLive.open(host, accessToken);
  const second = await RawLive.connect(host);
  second.send({ type: 'connection_init', payload: { authorization: accessToken } });
  expect(await second.closed).toBe(4429);
  first.socket.close();
  await first.closed;
  const again = await RawLive.open(host, accessToken);
  expect(await again.settle()).toEqual([]);
  again.socket.close();
  await again.closed;
});

test('refuses operations over the limit of a socket, and keeps it open', async () => {
  const { accessToken } = await openSession(gateway, 'nia', graphqlSessionPolicy);
  const raw = await RawLive.open(host, accessToken);
  for (const id of ['1', '2', '3']) raw.subscribe(id, 'subscription { heartbeats { at } }');
  expect(await raw.message()).toMatchObject({
    id: '3',
    type: 'error',
    payload: [{ extensions: { code: 'THROTTLED' } }],
  });
  raw.send({ id: '1', type: 'complete' });
  expect(await raw.settle()).toEqual([]);
  expect(raw.socket.protocol).toBe(PROTOCOL);
  raw.socket.close();
  await raw.closed;
});
