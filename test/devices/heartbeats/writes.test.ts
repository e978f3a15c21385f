import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Heartbeats } from '../../../src/devices/heartbeats/heartbeats.js';
import { PresenceStore } from '../../../src/devices/transitions/presence-store.js';
import { bmsSessionPolicy } from '../../../src/legacy/bms/session-policy.js';
import { callerOf, openSession } from '../../support/callers.js';
import { ask } from '../../support/clients/client.js';
import { KnownIds, presenceInMemory, wideLimits } from '../../support/fleet.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';
import * as op from '../../support/operations.js';
import { PASSWORD } from '../../support/password.js';

const DEVICES = 10_000;
const INTERVAL_MS = 30_000;
const ANNOUNCE_MS = 200;
let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

test('the statements of 10,000 devices depend on the time, not on the heartbeats', async () => {
  const { services, clock } = gateway;
  const { id } = await gateway.createUser({ username: 'fleet', password: PASSWORD });
  const rows: { id: number }[] = await services.db.em.fork().execute(
    `insert into devices (user_id, client_id, door, online, first_seen_at, last_seen_at)
     select ?, n::text, 'graphql', false, now(), now() from generate_series(1, ?) n returning id`,
    [id, DEVICES],
  );
  const credentials = { input: { username: 'fleet', password: PASSWORD } };
  const { accessToken } = (await ask(gateway, op.LoginDocument, credentials)).login;
  const caller = await callerOf(gateway, accessToken);
  const store = new PresenceStore(services.db, 30_000);
  const fleet = new Heartbeats(
    store,
    new KnownIds(services.db, wideLimits()),
    services.events,
    services.clock,
    presenceInMemory(services.clock, INTERVAL_MS),
  );
  const statements = jest.spyOn(services.db.em.getConnection(), 'execute');
  /** An interval, in which each device beats once. @returns the number of statements. */
  const interval = async () => {
    statements.mockClear();
    const steps = INTERVAL_MS / ANNOUNCE_MS;
    for (let step = 0; step < steps; step++) {
      const share = rows.slice((step * DEVICES) / steps, ((step + 1) * DEVICES) / steps);
      for (const row of share) {
        await fleet.beat(caller, { clientId: String(row.id), name: null, clientVersion: null });
      }
      clock.advance(ANNOUNCE_MS);
      if (clock.now % fleet.tickMs < ANNOUNCE_MS) fleet.tick();
      await fleet.announce();
    }
    await fleet.saveLastSeen();
    return statements.mock.calls.length;
  };
  // Each device comes online once: one statement for those of a tick.
  expect(await interval()).toBeLessThanOrEqual(INTERVAL_MS / ANNOUNCE_MS + 11);
  // Then only the times of the latest heartbeats, in ten batches, and that the gateway is alive.
  expect([await interval(), await interval()]).toEqual([11, 11]);
  expect(fleet.onlineIds()).toHaveLength(DEVICES);
  statements.mockRestore();
  const [saved] = await services.db.em
    .fork()
    .execute('select count(*)::int as online from devices where online and last_seen_at > now()');
  expect(saved).toEqual({ online: DEVICES });
});

test('a time when a device was seen is saved in the page of the device, so that no index changes', async () => {
  const { db } = gateway.services;
  const { id } = await gateway.createUser({ username: 'paged', password: PASSWORD });
  const devices: { id: number }[] = await db.em.fork().execute(
    `insert into devices (user_id, client_id, door, online, first_seen_at, last_seen_at)
     select ?, n::text, 'graphql', false, now(), now() - interval '1 hour' from generate_series(1, 1000) n returning id`,
    [id],
  );
  const pages = () =>
    db.em
      .fork()
      .execute('select id, (ctid::text::point)[0]::int as page from devices where user_id = ? order by id', [
        id,
      ]);
  const before = await pages();
  const now = Date.now();
  await new PresenceStore(db, 30_000).saveLastSeen(
    devices.map((device) => ({ id: device.id, at: now, beats: 1 })),
    now,
  );
  expect(await pages()).toEqual(before);
});

describe('the first heartbeats after a restart', () => {
  const SESSIONS = 5000;
  const TOGETHER = 400;
  let restarted: TestGateway;
  const tokens = Array.from({ length: SESSIONS }, (_, n) => `token-${n}`);

  beforeAll(async () => {
    await gateway.services.db.em.fork().execute(
      `with owner as (
         insert into users (username, user_code, email, created_at)
         select 'owner-' || n, 'code-' || n, 'owner-' || n || '@example.com', now()
         from generate_series(0, ?) n returning id, substr(username, 7)::int as n
       ), session as (
         insert into sessions (id, user_id, door, capped, token_hash, token_expires_at, device_id, device_model,
           client_version, address, created_at, last_seen_at, expires_at)
         select gen_random_uuid(), id, 'bms', true, encode(sha256(convert_to('token-' || n, 'utf8')), 'hex'),
           now() + interval '1 day', 'client-' || n, 'Model X', '1.2.3', '192.0.2.1', now(), now(),
           now() + interval '1 day'
         from owner returning id, user_id, device_id
       )
       insert into devices (user_id, client_id, door, name, client_version, session_id, online, first_seen_at,
         last_seen_at)
       select user_id, device_id, 'bms', 'Model X', '1.2.3', id, true, now(), now() from session`,
      [SESSIONS - 1],
    );
    restarted = await startGateway({}, gateway);
  });
  afterAll(() => restarted.close());

  async function beat(token: string): Promise<void> {
    const { statusCode } = await restarted.post('/api/heart/check', {}, { authorization: token });
    expect(statusCode).toBe(201);
  }

  test('take one statement, alone or together', async () => {
    const statements = jest.spyOn(restarted.services.db.em.getConnection(), 'execute');
    await beat(tokens[0] ?? '');
    expect(statements).toHaveBeenCalledTimes(1);
    statements.mockClear();
    await Promise.all(tokens.slice(1, TOGETHER).map(beat));
    expect(statements).toHaveBeenCalledTimes(1);
    statements.mockClear();
    await Promise.all(tokens.slice(0, TOGETHER).map(beat));
    expect(statements).not.toHaveBeenCalled();
    statements.mockRestore();
  });

  test.each(['with an id', null])(
    'take one statement for a new device, which saves it online: %s',
    async (deviceId) => {
      const client = { address: '192.0.2.1', deviceId, version: '1.2.3', model: 'Model X' };
      const { accessToken } = await openSession(
        restarted,
        `owner-${deviceId ? 0 : 1}`,
        bmsSessionPolicy,
        client,
      );
      await restarted.services.heartbeats.announce();
      const statements = jest.spyOn(restarted.services.db.em.getConnection(), 'execute');
      await Promise.all([beat(accessToken), beat(accessToken)]);
      await restarted.services.heartbeats.announce();
      expect(statements).toHaveBeenCalledTimes(1);
      statements.mockRestore();
      const { user } = await callerOf(restarted, accessToken);
      const created = await restarted.services.db.em.execute(
        `select online, name, client_version, (select count(*)::int from presence_events where device_id = d.id) as events
       from devices d where user_id = ? and client_id is not distinct from ?`,
        [user.id, deviceId],
      );
      expect(created).toEqual([{ online: true, name: 'Model X', client_version: '1.2.3', events: 1 }]);
    },
  );

  test('take one statement to take over the device that has been offline longest', async () => {
    const devices = await restarted.services.db.em.execute<{ id: number }[]>(
      `insert into devices (user_id, door, online, first_seen_at, last_seen_at)
       select u.id, 'bms', false, now(), now() - n * interval '1 day' from users u, generate_series(1, 3) n
       where username = 'owner-2' order by n desc returning id`,
    );
    const open = () => openSession(restarted, 'owner-2', bmsSessionPolicy);
    const opened = [await open(), await open()];
    await restarted.services.heartbeats.announce();
    const statements = jest.spyOn(restarted.services.db.em.getConnection(), 'execute');
    await Promise.all(opened.map(({ accessToken }) => beat(accessToken)));
    await restarted.services.heartbeats.announce();
    expect(statements).toHaveBeenCalledTimes(1);
    statements.mockRestore();
    const online = await restarted.services.db.em.execute<{ id: number }[]>(
      `select d.id from devices d join presence_events e on e.device_id = d.id
       where d.online and d.session_id = any(?) order by d.id`,
      [`{${opened.map(({ session }) => session.id)}}`],
    );
    expect(online).toEqual(devices.slice(0, 2));
  });

  test('keep less than a kilobyte of each session', async () => {
    setFlagsFromString('--expose_gc');
    const collect: () => void = runInNewContext('gc');
    const heapUsed = async () => {
      await restarted.services.heartbeats.announce();
      await restarted.services.sessions.saveActivity();
      collect();
      return process.memoryUsage().heapUsed;
    };
    const before = await heapUsed();
    for (let at = TOGETHER; at < SESSIONS; at += TOGETHER) {
      await Promise.all(tokens.slice(at, at + TOGETHER).map(beat));
    }
    expect((await heapUsed()) - before).toBeLessThan(1000 * (SESSIONS - TOGETHER));
  });

  test('have the use of their sessions saved by a statement for each thousand', async () => {
    await Promise.all(tokens.map(beat));
    const statements = jest.spyOn(restarted.services.db.em.getConnection(), 'execute');
    await restarted.services.sessions.saveActivity();
    expect(statements).toHaveBeenCalledTimes(SESSIONS / 1000);
    statements.mockRestore();
  });

  test('are refused at once behind 5,000 others, in the envelope of the API, and known sessions are served', async () => {
    const connection = restarted.services.db.em.getConnection();
    const execute = connection.execute.bind(connection);
    const gate = Promise.withResolvers<void>();
    const statements = jest
      .spyOn(connection, 'execute')
      .mockImplementation((...call) => gate.promise.then(() => execute(...call)));
    const waiting: Promise<boolean>[] = [];
    const { heartbeats, sessions } = restarted.services;
    const read = heartbeats.sessionRead({ clientId: null, name: null, clientVersion: null });
    // Before the second round, a batch is under way.
    for (const _round of [1, 2]) {
      for (let n = 0; n < 5000; n += 1) {
        const caller = sessions.authenticate(`stranger-${n}`, { read });
        waiting.push(
          Promise.resolve(caller).then(
            () => true,
            () => false,
          ),
        );
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    const heartCheck = (token: string) => restarted.post('/api/heart/check', {}, { authorization: token });
    const refused = await heartCheck('another-stranger');
    expect([refused.statusCode, refused.headers['retry-after'], refused.json()]).toEqual([
      500,
      '5',
      { data: null, meta: { msg: '服务繁忙，请稍后再试', status: 500 } },
    ]);
    expect((await heartCheck(tokens[0] ?? '')).statusCode).toBe(201);
    gate.resolve();
    expect((await Promise.all(waiting)).filter(Boolean)).toHaveLength(5500);
    expect(restarted.logged()).not.toContain('could not be served');
    statements.mockRestore();
  });
});
