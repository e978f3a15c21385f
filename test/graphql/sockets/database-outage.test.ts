import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { BINDINGS } from '../../../src/devices/known-devices.js';
import { bmsSessionPolicy } from '../../../src/legacy/bms/session-policy.js';
import { callerOf, openSession } from '../../support/callers.js';
import { RawLive } from '../../support/clients/raw-live.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';
import { startTcpProxy, type TcpProxy } from '../../support/infrastructure/tcp-proxy.js';

const MINUTE = 60_000;
const STATUS = 'subscription { deviceStatus { kind device { clientId } } }';
let direct: TestGateway;
let gateway: TestGateway;
let proxy: TcpProxy;
let host: string;

beforeAll(async () => {
  direct = await startGateway();
  await direct.createUser({ username: 'fleet', password: 'correct horse' });
  const url = new URL(direct.databaseUrl);
  proxy = await startTcpProxy(url.host);
  url.host = proxy.host;
  gateway = await startGateway({}, { ...direct, databaseUrl: url.href });
  host = await gateway.listen();
});
afterEach(() => proxy.reconnect());
afterAll(async () => {
  await gateway.close();
  await proxy.close();
  await direct.close();
});

test('subscribers receive missed transitions once the database is back, without a further event', async () => {
  const { events, heartbeats } = gateway.services;
  const { accessToken } = await openSession(gateway, 'fleet', bmsSessionPolicy);
  const caller = await callerOf(gateway, accessToken);
  const subscriber = await RawLive.open(host, accessToken);
  subscriber.subscribe('s', STATUS);
  expect(await subscriber.next()).toContain('SNAPSHOT');
  const id = await heartbeats.beat(caller, { clientId: 'd', name: null, clientVersion: null });
  await heartbeats.announce();
  expect(await subscriber.next()).toContain('ONLINE');
  // Drops the device from the cache.
  events.publish(BINDINGS, id);
  proxy.disconnect();
  await expect(gateway.pass(4 * MINUTE)).rejects.toThrow();
  while (!gateway.logged().includes('could not be read')) await new Promise(setImmediate);
  proxy.reconnect();
  expect(await subscriber.next()).toContain('OFFLINE');
  await heartbeats.saveTransitions();
  await subscriber.close();
});

test('a socket that cannot sign in during an outage is closed with 1013', async () => {
  const { accessToken } = await openSession(direct, 'fleet', bmsSessionPolicy);
  proxy.disconnect();
  const subscriber = await RawLive.open(host, accessToken);
  expect(await subscriber.closed).toBe(1013);
});
