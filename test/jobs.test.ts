import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { PresenceEvent } from '../src/devices/presence-event.entity.js';
import { startJobs } from '../src/jobs.js';
import { bmsSessionPolicy } from '../src/legacy/bms/session-policy.js';
import { callerOf, createCallers, openSession } from './support/callers.js';
import { eventually } from './support/eventually.js';
import { startGateway, type TestGateway } from './support/gateway.js';
import { holdIntervals } from './support/intervals.js';
import { lockTable, lockWaiters } from './support/locks.js';

/** How often revoked sessions are looked for; its job stands for all here. */
const NOTICE_MS = 500;
const HOUR = 3_600_000;
let gateway: TestGateway;
let stop: () => Promise<void>;

beforeEach(async () => {
  gateway = await startGateway();
  await createCallers(gateway);
  holdIntervals();
});
afterEach(async () => {
  await stop();
  jest.useRealTimers();
  jest.restoreAllMocks();
  await gateway.close();
});

/** Its runs are watched, not changed. */
function start() {
  const polling = jest.spyOn(gateway.services.sessions, 'pollRevocations');
  stop = startJobs(gateway.services, gateway.app.log);
  return polling;
}

/** For what a run leads to once it is done. */
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

test('a session that another process revoked has ended half a second later', async () => {
  const { session, accessToken } = await openSession(gateway, 'max', bmsSessionPolicy);
  const { sessions } = gateway.services;
  expect(await sessions.authenticate(accessToken)).not.toBeNull();
  const polling = start();
  const other = await startGateway({}, gateway);
  await other.services.sessions.revoke(session.user.id, session.id);
  await other.close();
  expect(await sessions.authenticate(accessToken)).not.toBeNull();
  jest.advanceTimersByTime(NOTICE_MS);
  await polling.mock.results[0]?.value;
  expect(await sessions.authenticate(accessToken)).toBeNull();
});

test('a job never runs twice at once; it runs again at its next time after it is done', async () => {
  const unlock = await lockTable(gateway, 'sessions');
  const polling = start();
  jest.advanceTimersByTime(10 * NOTICE_MS);
  expect(polling).toHaveBeenCalledTimes(1);
  await unlock();
  await polling.mock.results[0]?.value;
  await turn();
  jest.advanceTimersByTime(NOTICE_MS);
  expect(polling).toHaveBeenCalledTimes(2);
});

test('one that fails is logged by its name, and tried again at its next time', async () => {
  const polling = start();
  const em = gateway.services.db.em.fork();
  await em.execute('alter table sessions rename to away');
  jest.advanceTimersByTime(NOTICE_MS);
  await expect(polling.mock.results[0]?.value).rejects.toThrow('sessions');
  await turn();
  expect(gateway.logged()).toMatch(/"job":"notice revoked sessions","msg":"a job failed"/);
  await em.execute('alter table away rename to sessions');
  jest.advanceTimersByTime(NOTICE_MS);
  await expect(polling.mock.results[1]?.value).resolves.toBeUndefined();
});

test('the end waits for what is under way', async () => {
  const unlock = await lockTable(gateway, 'sessions');
  start();
  jest.advanceTimersByTime(NOTICE_MS);
  await eventually(async () => (await lockWaiters(gateway)) === 1);
  const order: string[] = [];
  const stopped = stop().then(() => order.push('stopped'));
  // Time enough for an end that does not wait: it has nothing to save.
  for (let times = 0; times < 10; times++) await lockWaiters(gateway);
  order.push('unlocked');
  await unlock();
  await stopped;
  expect(order).toEqual(['unlocked', 'stopped']);
});

test('what came since the last time is saved at the end', async () => {
  const { accessToken } = await openSession(gateway, 'max', bmsSessionPolicy);
  const caller = await callerOf(gateway, accessToken);
  start();
  const hello = { clientId: 'pump', name: null, clientVersion: null };
  const device = await gateway.services.heartbeats.beat(caller, hello);
  const history = () => gateway.services.db.em.fork().find(PresenceEvent, { device });
  expect(await history()).toEqual([]);
  await stop();
  expect(await history()).toMatchObject([{ online: true }]);
});

test('uploads are swept at the start and each hour', async () => {
  const sweeping = jest.spyOn(gateway.services.releases, 'sweep');
  start();
  expect(sweeping).toHaveBeenCalledTimes(1);
  await sweeping.mock.results[0]?.value;
  await turn();
  jest.advanceTimersByTime(HOUR);
  expect(sweeping).toHaveBeenCalledTimes(2);
});
