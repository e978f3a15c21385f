import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { DeviceReport } from '../../../src/devices/device-details.js';
import { graphqlSessionPolicy } from '../../../src/graphql/session-policy.js';
import type { OpenedSession } from '../../../src/sessions/sessions.js';
import { ANONYMOUS, callerOf, openSession } from '../../support/callers.js';
import { historyOf } from '../../support/fleet.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
let gateway: TestGateway;
let session: OpenedSession;
let users = 0;
let hello: DeviceReport;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

beforeEach(async () => {
  const username = `fleet-${++users}`;
  await gateway.createUser({ username });
  session = await openSession(gateway, username, graphqlSessionPolicy);
  hello = { clientId: username, name: null, clientVersion: null };
});

const beat = async ({ accessToken }: OpenedSession, at = gateway) =>
  at.services.heartbeats.beat(await callerOf(at, accessToken), hello);
const refresh = ({ refreshToken }: OpenedSession, { services } = gateway) =>
  services.sessions.refresh(refreshToken ?? '', ANONYMOUS);

/** Beats until 15 seconds before the token, which lasts 15 minutes, expires. */
async function beatUntilTheEnd(): Promise<number> {
  await gateway.pass(15 * SECOND);
  for (let beats = 0; beats < 29; beats++) {
    await beat(session);
    await gateway.pass(30 * SECOND);
  }
  return beat(session);
}

test('a device stays online if its session is refreshed in time, though it beats only after the old token expired', async () => {
  const id = await beatUntilTheEnd();
  await gateway.pass(3 * SECOND);
  const refreshed = await refresh(session);
  await gateway.pass(27 * SECOND);
  await beat(refreshed);
  await gateway.pass(MINUTE);
  expect(await historyOf(gateway, id)).toEqual(['online']);
});

test('a heartbeat authenticated before the refresh does not restore the old expiry', async () => {
  const id = await beatUntilTheEnd();
  const before = await callerOf(gateway, session.accessToken);
  const refreshed = await refresh(session);
  await gateway.services.heartbeats.beat(before, hello);
  await gateway.pass(30 * SECOND);
  await beat(refreshed);
  expect(await historyOf(gateway, id)).toEqual(['online']);
});

test('a device that has not beaten since a restart stays online if its session is refreshed', async () => {
  const id = await beatUntilTheEnd();
  await gateway.services.heartbeats.announce();
  await gateway.services.heartbeats.saveLastSeen();
  const restarted = await startGateway({}, gateway);
  await restarted.pass(3 * SECOND);
  await refresh(session, restarted);
  await restarted.pass(50 * SECOND);
  expect(await historyOf(restarted, id)).toEqual(['online']);
  await restarted.close();
});

test('a device goes offline when its token expires without a refresh', async () => {
  const id = await beatUntilTheEnd();
  await gateway.pass(30 * SECOND);
  expect(await historyOf(gateway, id)).toEqual(['online', 'AUTH_EXPIRED']);
});

test('a refresh returns the new tokens even if the devices of the session cannot be read', async () => {
  const { sessions } = gateway.services;
  const stop = sessions.onRefresh(() => Promise.reject(new Error('The database is away.')));
  const refreshed = await refresh(session);
  stop();
  expect(await sessions.authenticate(refreshed.accessToken)).not.toBeNull();
});
