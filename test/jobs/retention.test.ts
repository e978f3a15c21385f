import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { AuditEntry } from '../../src/audit/audit-entry.entity.js';
import { Captcha, CaptchaType } from '../../src/captchas/captcha.entity.js';
import {
  DeviceAction,
  DeviceActionKind,
  DeviceActionState,
} from '../../src/devices/actions/device-action.entity.js';
import { Device } from '../../src/devices/device.entity.js';
import { VersionChange } from '../../src/devices/history/version-change.entity.js';
import { PresenceEvent } from '../../src/devices/presence-event.entity.js';
import { startJobs } from '../../src/jobs/jobs.js';
import { bmsSessionPolicy } from '../../src/legacy/bms/session-policy.js';
import { KnownClient } from '../../src/sessions/known-client.entity.js';
import { Session } from '../../src/sessions/session.entity.js';
import { User } from '../../src/users/user.entity.js';
import { callerOf, openSession } from '../support/callers.js';
import type { TestGateway } from '../support/gateway.js';
import { holdIntervals } from '../support/intervals.js';
import { inventory, startPublishing, upload } from '../support/releases.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
let gateway: TestGateway;
let publisher: string;

beforeAll(async () => {
  const settings = { RETAIN_SESSIONS: '2d', RETAIN_PRESENCE: '3d', RETAIN_AUDIT: '4d' };
  ({ gateway, publisher } = await startPublishing(settings));
});
beforeEach(holdIntervals);
afterEach(() => {
  jest.useRealTimers();
});
afterAll(() => gateway.close());

/** Runs the job of the gateway with its settings. */
async function purge(): Promise<void> {
  const stop = startJobs(gateway.services, gateway.app.log);
  jest.advanceTimersByTime(HOUR_MS);
  await stop();
}

const entities = () => gateway.services.db.em.fork();
const ago = (ms: number) => new Date(gateway.clock.now - ms);

/** The times just after and just before the limit. */
const aroundAge = (age: number) => ({ younger: ago(age - MINUTE_MS), older: ago(age + MINUTE_MS) });

test('keeps a known client for 90 days after its latest login', async () => {
  const { younger, older } = aroundAge(90 * DAY_MS);
  const { id } = await entities().findOneOrFail(User, { username: 'max' });
  await entities().insertMany(KnownClient, [
    { user: id, client: 'device:kept', lastLoginAt: younger },
    { user: id, client: 'device:dropped', lastLoginAt: older },
  ]);
  await purge();
  const clients = (await entities().find(KnownClient, { user: id })).map(({ client }) => client);
  expect(clients).toContain('device:kept');
  expect(clients).not.toContain('device:dropped');
});

test('keeps an action on many devices for 90 days after its end', async () => {
  const { younger, older } = aroundAge(90 * DAY_MS);
  const action = {
    kind: DeviceActionKind.RETIRE,
    filter: {},
    total: 0,
    done: 0,
    changed: 0,
    afterId: 0,
    untilId: 0,
    createdAt: older,
  };
  await entities().insertMany(DeviceAction, [
    { ...action, state: DeviceActionState.COMPLETED, finishedAt: younger },
    { ...action, state: DeviceActionState.FAILED, finishedAt: older },
  ]);
  await purge();
  expect((await entities().find(DeviceAction, {})).map(({ state }) => state)).toEqual(['COMPLETED']);
});

test('leaves the purge to the node that holds its lease, or may hold it', async () => {
  const { older } = aroundAge(90 * DAY_MS);
  const { id } = await entities().findOneOrFail(User, { username: 'max' });
  await entities().insert(KnownClient, { user: id, client: 'device:old', lastLoginAt: older });
  const held = jest.spyOn(gateway.services.jobLeases, 'acquire').mockResolvedValue(null);
  await purge();
  expect(await entities().count(KnownClient, { client: 'device:old' })).toBe(1);
  expect(held).toHaveBeenCalledWith('job purge', 2 * HOUR_MS);
  held.mockRejectedValue(new Error('Connection is closed.'));
  await purge();
  expect(await entities().count(KnownClient, { client: 'device:old' })).toBe(1);
  // Health reports that leases cannot be read.
  expect(gateway.logged()).not.toContain('a job failed');
  held.mockRestore();
  await purge();
  expect(await entities().count(KnownClient, { client: 'device:old' })).toBe(0);
});

test.each(['expiresAt', 'revokedAt'] as const)(
  'keeps a session for RETAIN_SESSIONS after it has ended (%s)',
  async (end) => {
    const { younger, older } = aroundAge(2 * DAY_MS);
    const [kept, dropped] = [
      await openSession(gateway, 'max', bmsSessionPolicy),
      await openSession(gateway, 'max', bmsSessionPolicy),
    ];
    await entities().nativeUpdate(Session, { id: kept.session.id }, { [end]: younger });
    await entities().nativeUpdate(Session, { id: dropped.session.id }, { [end]: older });
    await purge();
    const ids = { id: { $in: [kept.session.id, dropped.session.id] } };
    expect((await entities().find(Session, ids)).map(({ id }) => id)).toEqual([kept.session.id]);
  },
);

test('keeps an open session whatever its age', async () => {
  const { session, accessToken } = await openSession(gateway, 'max', bmsSessionPolicy);
  const longAgo = ago(1000 * DAY_MS);
  await entities().nativeUpdate(Session, { id: session.id }, { createdAt: longAgo, lastSeenAt: longAgo });
  await purge();
  expect(await gateway.services.sessions.authenticate(accessToken)).toMatchObject({ sessionId: session.id });
});

test('keeps the history and the versions of a device for RETAIN_PRESENCE', async () => {
  const { accessToken } = await openSession(gateway, 'max', bmsSessionPolicy);
  const caller = await callerOf(gateway, accessToken);
  const id = await gateway.services.heartbeats.beat(caller, {
    clientId: 'pump',
    name: null,
    clientVersion: null,
  });
  const em = entities();
  const device = em.getReference(Device, id);
  const { younger, older } = aroundAge(3 * DAY_MS);
  for (const at of [younger, older]) {
    em.create(PresenceEvent, { device, online: false, at });
    em.create(VersionChange, { device, version: '2', at });
  }
  await em.flush();
  await purge();
  const versions = await entities().find(VersionChange, { device: id });
  expect(versions.map(({ at }) => at)).toEqual([younger]);
  const history = await entities().find(PresenceEvent, { device: id, online: false });
  expect(history.map(({ at }) => at)).toEqual([younger]);
});

test.each([
  ['fleet_minutes', 26 * HOUR_MS, 'process_id, online_sum, samples', 'gen_random_uuid(), 0, 1'],
  ['fleet_hours', 31 * DAY_MS, 'online_avg', '0'],
])(
  'keeps the history of the fleet a little longer than it is read (%s)',
  async (table, age, names, values) => {
    const { younger, older } = aroundAge(age);
    for (const at of [younger, older]) {
      await entities().execute(
        `insert into ${table} (at, heartbeats, online_min, online_max, devices, ${names}) values (?, 0, 0, 0, 0, ${values})`,
        [at.toISOString()],
      );
    }
    await purge();
    const rows = await entities().execute<{ at: string }[]>(`select at from ${table} where at <= ?`, [
      younger.toISOString(),
    ]);
    expect(rows.map(({ at }) => new Date(at))).toEqual([younger]);
  },
);

test('keeps audit entries for RETAIN_AUDIT', async () => {
  const em = entities();
  const { younger, older } = aroundAge(4 * DAY_MS);
  for (const at of [younger, older]) em.create(AuditEntry, { action: 'user.roles', at });
  await em.flush();
  await purge();
  const entries = await entities().find(AuditEntry, { action: 'user.roles' });
  expect(entries.map(({ at }) => at)).toEqual([younger]);
});

test('deletes more rows than one statement does', async () => {
  const older = ago(5 * DAY_MS).toISOString();
  await entities().execute(
    `insert into audit_entries (action, at) select 'user.delete', ? from generate_series(1, 5001)`,
    [older],
  );
  await purge();
  expect(await entities().count(AuditEntry, { action: 'user.delete' })).toBe(0);
});

test('keeps a captcha for a day after it has expired, used or not, since the SMS limits count it', async () => {
  const em = entities();
  const { younger, older } = aroundAge(DAY_MS);
  for (const expiresAt of [younger, older]) {
    for (const consumedAt of [null, expiresAt]) {
      const of = { type: CaptchaType.SMS, subject: '+8613800000001', answerHash: 'none' };
      em.create(Captcha, { id: randomUUID(), ...of, createdAt: expiresAt, expiresAt, consumedAt });
    }
  }
  await em.flush();
  await purge();
  const captchas = await entities().find(Captcha, { answerHash: 'none' });
  expect(captchas.map(({ expiresAt }) => expiresAt)).toEqual([younger, younger]);
});

test('keeps users, devices and releases for ever', async () => {
  await upload(gateway, publisher, [
    ['version', '1'],
    ['file', { fileName: 'app.zip', content: 'a package' }],
  ]);
  const everything = async () => ({
    ...(await inventory(gateway)),
    users: await entities().count(User),
    devices: await entities().count(Device),
  });
  const before = await everything();
  expect(before).toMatchObject({ users: 2, devices: 1, releases: 1, events: 1 });
  gateway.clock.advance(10_000 * DAY_MS);
  await purge();
  expect(await everything()).toEqual(before);
});
