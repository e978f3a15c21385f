import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { DeviceReport } from '../../../src/devices/device-details.js';
import { Bindings, type BoundDevice } from '../../../src/devices/heartbeats/bindings.js';
import { Heartbeats } from '../../../src/devices/heartbeats/heartbeats.js';
import { PresenceStore } from '../../../src/devices/transitions/presence-store.js';
import { graphqlSessionPolicy } from '../../../src/graphql/session-policy.js';
import { bmsSessionPolicy } from '../../../src/legacy/bms/session-policy.js';
import type { SessionPolicy } from '../../../src/sessions/session-policy.js';
import type { Caller } from '../../../src/sessions/sessions.js';
import { callerOf, openSession } from '../../support/callers.js';
import { historyOf, presenceInMemory, wideLimits } from '../../support/fleet.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
let gateway: TestGateway;
let users = 0;
let hello: DeviceReport;
/** A session whose token lasts 15 minutes. */
let short: Caller;
/** A session whose token lasts 48 hours. */
let long: Caller;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

beforeEach(async () => {
  const username = `fleet-${++users}`;
  await gateway.createUser({ username });
  hello = { clientId: username, name: null, clientVersion: null };
  const signIn = async (policy: SessionPolicy) =>
    callerOf(gateway, (await openSession(gateway, username, policy)).accessToken);
  [short, long] = [await signIn(graphqlSessionPolicy), await signIn(bmsSessionPolicy)];
});

const beat = async (caller: Caller) => gateway.services.heartbeats.beat(caller, hello);
const logout = ({ user, sessionId }: Caller, { services } = gateway) =>
  services.sessions.endings.revoke(user.id, sessionId, 'LOGOUT');
const history = (id: number) => historyOf(gateway, id);

describe('a device with heartbeats of two sessions', () => {
  test('stays online when one ends after a heartbeat of the other', async () => {
    const id = await beat(short);
    await beat(long);
    await gateway.pass(10 * SECOND);
    await beat(short);
    await logout(long);
    expect(await history(id)).toEqual(['online']);
  });

  test('goes offline with the session of its latest heartbeat, whichever came first', async () => {
    const id = await beat(short);
    await beat(long);
    for (let beats = 0; beats < 4; beats++) {
      await gateway.pass(30 * SECOND);
      await beat(short);
    }
    await logout(short);
    expect(await history(id)).toEqual(['online', 'LOGOUT']);
  });

  test('goes offline with the session of its latest heartbeat, though that is not saved yet', async () => {
    const id = await beat(short);
    await beat(long);
    await beat(short);
    await logout(short);
    expect(await history(id)).toEqual(['online', 'LOGOUT']);
  });

  test('stays online when one token expires and the other session beats in time', async () => {
    const id = await beat(long);
    const end = short.expiresAt;
    while (gateway.clock.now < end) {
      await beat(long);
      for (let beats = 0; beats < 2; beats++) {
        await gateway.pass(20 * SECOND);
        if (gateway.clock.now < end) await beat(short);
      }
      await gateway.pass(20 * SECOND);
    }
    await beat(long);
    await gateway.pass(MINUTE);
    expect(await history(id)).toEqual(['online']);
  });

  test('goes offline when one token expires and the other session is silent', async () => {
    const id = await beat(long);
    const end = short.expiresAt;
    for (; gateway.clock.now < end; await gateway.pass(20 * SECOND)) await beat(short);
    await gateway.pass(10 * SECOND);
    expect(await history(id)).toEqual(['online', 'AUTH_EXPIRED']);
  });

  test('belongs to the session of its latest heartbeat also after a crash a moment later', async () => {
    const id = await beat(short);
    await beat(long);
    await beat(short);
    await gateway.services.heartbeats.announce();
    const restarted = await startGateway({}, gateway);
    await logout(long, restarted);
    await restarted.pass(10 * SECOND);
    expect(await historyOf(restarted, id)).toEqual(['online']);
    await logout(short, restarted);
    expect(await historyOf(restarted, id)).toEqual(['online', 'LOGOUT']);
    await restarted.close();
  });

  test('shows the session and the API of its latest heartbeat, once they are saved', async () => {
    const id = await beat(short);
    await beat(long);
    const { devices, heartbeats, sessions } = gateway.services;
    const shown = async () => (await devices.findCached([id]))[0];
    expect(await shown()).toMatchObject({ sessionId: long.sessionId, api: 'bms' });
    await beat(short);
    await heartbeats.announce();
    expect(await shown()).toMatchObject({ sessionId: short.sessionId, api: 'graphql' });
    await sessions.endings.revokeAll(short.user.id);
  });
});

/** Calls `atEnd` after the device is bound. */
class HookedBindings extends Bindings {
  atEnd: () => Promise<void> = async () => {};
  override async bind(...args: Parameters<Bindings['bind']>): Promise<BoundDevice> {
    const bound = await super.bind(...args);
    await this.atEnd();
    return bound;
  }
}

test('a session that ends during its first heartbeat does not take the device from another session', async () => {
  const { db, events, clock, sessions } = gateway.services;
  const bindings = new HookedBindings(db, wideLimits());
  const fleet = new Heartbeats(
    new PresenceStore(db, 30_000),
    bindings,
    events,
    clock,
    presenceInMemory(clock),
  );
  sessions.endings.onEnd((ended) => fleet.sessionsEnded(ended));
  const id = await fleet.beat(short, hello);
  bindings.atEnd = () => logout(long);
  await expect(fleet.beat(long, hello)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  expect(fleet.isOnline(id)).toBe(true);
  await logout(short);
  expect(fleet.isOnline(id)).toBe(false);
});
