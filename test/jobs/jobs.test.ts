import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { PresenceEvent } from '../../src/devices/presence-event.entity.js';
import { startJobs } from '../../src/jobs/jobs.js';
import { bmsSessionPolicy } from '../../src/legacy/bms/session-policy.js';
import { callerOf, createCallers, openSession } from '../support/callers.js';
import { eventually } from '../support/eventually.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { holdIntervals } from '../support/intervals.js';
import { lockTable, lockWaiters } from '../support/locks.js';

/** The interval of the job that reads changes of accounts, which represents all jobs in these tests. */
const CHANGES_MS = 500;
const HOUR_MS = 3_600_000;
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

/** @returns a spy on the runs of that job. */
function start() {
  const polling = jest.spyOn(gateway.services.sessions, 'pollChanges');
  stop = startJobs(gateway.services, gateway.app.log);
  return polling;
}

/** Lets the promise callbacks of a finished run complete. */
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

test('ends a session that another process revoked within half a second', async () => {
  const { session, accessToken } = await openSession(gateway, 'max', bmsSessionPolicy);
  const { sessions } = gateway.services;
  expect(await sessions.authenticate(accessToken)).not.toBeNull();
  const polling = start();
  const other = await startGateway({}, gateway);
  await other.services.sessions.endings.revoke(session.user.id, session.id);
  await other.close();
  expect(await sessions.authenticate(accessToken)).not.toBeNull();
  jest.advanceTimersByTime(CHANGES_MS);
  await polling.mock.results[0]?.value;
  expect(await sessions.authenticate(accessToken)).toBeNull();
});

test('a job does not overlap itself, and runs again after it is done', async () => {
  const unlock = await lockTable(gateway, 'session_revocations');
  const polling = start();
  jest.advanceTimersByTime(10 * CHANGES_MS);
  expect(polling).toHaveBeenCalledTimes(1);
  await unlock();
  await polling.mock.results[0]?.value;
  await turn();
  jest.advanceTimersByTime(CHANGES_MS);
  expect(polling).toHaveBeenCalledTimes(2);
});

test('a job that fails runs again, and is logged by name when it first fails and when it works again', async () => {
  const polling = start();
  const em = gateway.services.db.em.fork();
  await em.execute('alter table session_revocations rename to away');
  jest.advanceTimersByTime(CHANGES_MS);
  await expect(polling.mock.results[0]?.value).rejects.toThrow('session_revocations');
  await turn();
  jest.advanceTimersByTime(CHANGES_MS);
  await expect(polling.mock.results[1]?.value).rejects.toThrow('session_revocations');
  await turn();
  await em.execute('alter table away rename to session_revocations');
  jest.advanceTimersByTime(CHANGES_MS);
  await expect(polling.mock.results[2]?.value).resolves.toBeUndefined();
  await turn();
  expect(gateway.logged().match(/"job":"read changes of accounts","msg":"[^"]+"/g)).toEqual([
    '"job":"read changes of accounts","msg":"a job failed"',
    '"job":"read changes of accounts","msg":"a job works again"',
  ]);
});

test('stopping waits for running jobs', async () => {
  const unlock = await lockTable(gateway, 'session_revocations');
  start();
  jest.advanceTimersByTime(CHANGES_MS);
  await eventually(async () => (await lockWaiters(gateway)) === 1);
  const order: string[] = [];
  const stopped = stop().then(() => order.push('stopped'));
  // Time enough for a stop that does not wait to finish.
  for (let times = 0; times < 10; times++) await lockWaiters(gateway);
  order.push('unlocked');
  await unlock();
  await stopped;
  expect(order).toEqual(['unlocked', 'stopped']);
});

test('stopping saves what has not been saved yet', async () => {
  const { accessToken } = await openSession(gateway, 'max', bmsSessionPolicy);
  const caller = await callerOf(gateway, accessToken);
  start();
  const hello = { clientId: 'pump', name: null, clientVersion: null };
  const { heartbeats, db } = gateway.services;
  const device = await heartbeats.beat(caller, hello);
  const history = () => db.em.fork().find(PresenceEvent, { device }, { orderBy: { id: 'asc' } });
  await heartbeats.sessionsEnded({ ids: [caller.sessionId], reason: 'LOGOUT' });
  expect(await history()).toMatchObject([{ online: true }]);
  await stop();
  expect(await history()).toMatchObject([{ online: true }, { reason: 'LOGOUT' }]);
});

test('sweeps uploads at the start and every hour', async () => {
  const sweeps = jest.spyOn(gateway.services.releases, 'sweep');
  start();
  expect(sweeps).toHaveBeenCalledTimes(1);
  await sweeps.mock.results[0]?.value;
  await turn();
  jest.advanceTimersByTime(HOUR_MS);
  expect(sweeps).toHaveBeenCalledTimes(2);
});
