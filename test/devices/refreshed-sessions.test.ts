import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { DeviceReport } from '../../src/devices/bindings.js';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import type { OpenedSession } from '../../src/sessions/sessions.js';
import { callerOf, openSession } from '../support/callers.js';
import { historyOf } from '../support/fleet.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

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
  services.sessions.refresh(refreshToken ?? '');

/** Beats until 15 seconds before the token of 15 minutes ends. */
async function beatUntilTheEnd(): Promise<number> {
  await gateway.pass(15 * SECOND);
  for (let beats = 0; beats < 29; beats++) {
    await beat(session);
    await gateway.pass(30 * SECOND);
  }
  return beat(session);
}

test('a device whose session is refreshed in time stays online, though it beats only once the old token is over', async () => {
  const id = await beatUntilTheEnd();
  await gateway.pass(3 * SECOND);
  const refreshed = await refresh(session);
  await gateway.pass(27 * SECOND);
  await beat(refreshed);
  await gateway.pass(MINUTE);
  expect(await historyOf(gateway, id)).toEqual(['online']);
});

test('a beat that was let in before the refresh does not bring the old end back', async () => {
  const id = await beatUntilTheEnd();
  const before = await callerOf(gateway, session.accessToken);
  const refreshed = await refresh(session);
  await gateway.services.heartbeats.beat(before, hello);
  await gateway.pass(30 * SECOND);
  await beat(refreshed);
  expect(await historyOf(gateway, id)).toEqual(['online']);
});

test('so does one that has not beaten since the gateway started', async () => {
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

test('a device that is not refreshed goes offline when its token expires', async () => {
  const id = await beatUntilTheEnd();
  await gateway.pass(30 * SECOND);
  expect(await historyOf(gateway, id)).toEqual(['online', 'AUTH_EXPIRED']);
});

test('new tokens are handed out though it cannot be told whose they are: the old ones are spent', async () => {
  const { sessions } = gateway.services;
  const stop = sessions.onRefresh(() => Promise.reject(new Error('The database is away.')));
  const refreshed = await refresh(session);
  stop();
  expect(await sessions.authenticate(refreshed.accessToken)).not.toBeNull();
});
