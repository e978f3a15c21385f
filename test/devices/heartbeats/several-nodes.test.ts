import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { stateInMemory } from '../../../src/adapters/shared-state.js';
import type { DeviceReport } from '../../../src/devices/device-details.js';
import { graphqlSessionPolicy } from '../../../src/graphql/session-policy.js';
import { bmsSessionPolicy } from '../../../src/legacy/bms/session-policy.js';
import type { OpenedSession } from '../../../src/sessions/sessions.js';
import { ANONYMOUS, callerOf, openSession } from '../../support/callers.js';
import { createMigratedDatabase, type TestDatabase } from '../../support/database.js';
import { eventually } from '../../support/eventually.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';
import { LinkedEvents } from '../../support/linked-events.js';
import { lockTable, lockWaiters } from '../../support/locks.js';

const DEVICES_PER_ACCOUNT = 50;
const SECOND = 1000;
const clock = {
  now: Date.now(),
  advance(ms: number) {
    this.now += ms;
  },
};
const links = LinkedEvents.nodes(3);
let database: TestDatabase;
let nodes: TestGateway[];
let a: TestGateway;
let b: TestGateway;
let c: TestGateway;
let username: string;
let userId: number;
let users = 0;

beforeAll(async () => {
  database = await createMigratedDatabase();
  const start = (events: LinkedEvents | undefined) => {
    const settings = { DEVICES_PER_ACCOUNT: `${DEVICES_PER_ACCOUNT}` };
    const shared = { ...stateInMemory(() => clock.now), ...(events && { events }) };
    return startGateway(settings, { databaseUrl: database.url, clock }, shared);
  };
  [a, b, c] = [await start(links[0]), await start(links[1]), await start(links[2])];
  nodes = [a, b, c];
});
afterAll(async () => {
  for (const node of nodes) await node.close();
  await database.drop();
});
beforeEach(async () => {
  username = `fleet-${++users}`;
  userId = (await a.createUser({ username })).id;
});

const deliver = () => {
  for (const events of links) events.deliver();
};
const anonymous: DeviceReport = { clientId: null, name: null, clientVersion: null };
const named: DeviceReport = { ...anonymous, clientId: 'serial' };

async function login(node: TestGateway): Promise<OpenedSession> {
  clock.advance(SECOND);
  return openSession(node, username, bmsSessionPolicy);
}

/** A heartbeat, as a request sends it. @returns the id of the device. */
async function beat({ services }: TestGateway, { accessToken }: OpenedSession, report = anonymous) {
  const { sessions, heartbeats } = services;
  const caller = await sessions.authenticate(accessToken, { read: heartbeats.sessionRead(report) });
  if (!caller) throw new Error('The session has ended.');
  return heartbeats.beat(caller, report);
}

const rows = () =>
  a.services.db.em
    .fork()
    .execute<{ id: number; session_id: string; online: boolean }[]>(
      'select id, session_id, online from devices where user_id = ? order by id',
      [userId],
    );

describe('a device without a client id, which a login on another node took over', () => {
  let first: OpenedSession;
  let second: OpenedSession;
  let own: number;
  beforeEach(async () => {
    first = await login(a);
    own = await beat(a, first);
    second = await login(b);
    expect(await beat(b, second)).toBe(own);
  });

  async function expectTwoDevices(): Promise<void> {
    expect(await beat(a, first)).toBe(own);
    deliver();
    const other = await beat(b, second);
    expect(other).not.toBe(own);
    deliver();
    clock.advance(10 * SECOND);
    expect([
      await beat(a, first),
      await beat(b, second),
      await beat(c, first),
      await beat(c, second),
    ]).toEqual([own, other, own, other]);
    expect(await rows()).toHaveLength(2);
  }

  test('returns to its session if that beats again', async () => {
    deliver();
    await expectTwoDevices();
  });

  test('returns to its session, though that node has missed the takeover', async () => {
    links[0]?.miss();
    await a.services.heartbeats.announce();
    await expectTwoDevices();
  });

  test('returns to its session on a third node', async () => {
    expect(await beat(c, first)).toBe(own);
    deliver();
    await expectTwoDevices();
  });

  test.each(['delivered', 'missed'])(
    'returns to its session, though the node read the row a moment before, and the event was %s',
    async (how) => {
      const { em } = c.services.db;
      const execute = em.execute.bind(em);
      const third = await login(b);
      jest.spyOn(em, 'execute').mockImplementationOnce(async (...query) => {
        const read = await execute(...query);
        expect(await beat(b, third)).toBe(own);
        if (how === 'delivered') links[2]?.deliver();
        else links[2]?.miss();
        return read;
      });
      await beat(c, second);
      jest.restoreAllMocks();
      expect(await beat(c, second)).toBe(own);
      deliver();
      expect(await beat(b, third)).not.toBe(own);
    },
  );
});

describe('first heartbeats at the same moment on all nodes', () => {
  /** Runs `work` on each node, so that all read before any writes. @returns the results, or the codes of the errors. */
  async function everywhere(work: (node: TestGateway, index: number) => Promise<number>) {
    const unlock = await lockTable(a, 'presence_events');
    const results = nodes.map((node, index) => work(node, index).catch(({ code }: { code: string }) => code));
    await eventually(async () => (await lockWaiters(a)) === nodes.length);
    await unlock();
    return Promise.all(results);
  }

  test('of one client id add one device', async () => {
    const session = await login(a);
    const ids = await everywhere((node) => beat(node, session, named));
    expect(new Set(ids).size).toBe(1);
    expect(await rows()).toHaveLength(1);
  });

  test('of one session without a client id add one device', async () => {
    const session = await login(a);
    const ids = await everywhere((node) => beat(node, session));
    expect(new Set(ids).size).toBe(1);
    expect(await rows()).toHaveLength(1);
  });

  test.each([0, 1, 2])(
    'of sessions without a client id are of one device each, though %i are offline',
    async (offline) => {
      const earlier: OpenedSession[] = [];
      for (let device = 0; device < offline; device++) earlier.push(await login(a));
      const idle: number[] = [];
      for (const session of earlier) idle.push(await beat(a, session));
      await a.services.db.em.execute('update devices set online = false where user_id = ?', [userId]);
      const [one, two, three] = [await login(a), await login(b), await login(c)];
      const beatOwn = (node: TestGateway) => beat(node, node === a ? one : node === b ? two : three);
      const ids = await everywhere(beatOwn);
      expect(new Set(ids).size).toBe(nodes.length);
      expect(ids).toEqual(expect.arrayContaining(idle));
      deliver();
      expect(await Promise.all(nodes.map(beatOwn))).toEqual(ids);
    },
  );

  test('never exceed the limit of an account together', async () => {
    const session = await login(a);
    await a.services.db.em.execute(
      `insert into devices (user_id, client_id, door, online, first_seen_at, last_seen_at)
       select ?, n::text, 'bms', false, now(), now() from generate_series(1, ?) n`,
      [userId, DEVICES_PER_ACCOUNT - 1],
    );
    const results = await everywhere((node, index) =>
      beat(node, session, { ...named, clientId: `new-${index}` }),
    );
    expect(results.filter((result) => result === 'LIMIT_REACHED')).toHaveLength(nodes.length - 1);
    expect(await rows()).toHaveLength(DEVICES_PER_ACCOUNT);
  });
});

describe('a device that beats on several nodes', () => {
  test('has the session of its latest heartbeat, whichever node received it', async () => {
    const [first, second] = [await login(a), await login(b)];
    const latest = async () => (await rows())[0]?.session_id;
    for (let round = 0; round < 3; round++) {
      await beat(a, first, named);
      deliver();
      expect(await latest()).toBe(first.session.id);
      await beat(b, second, named);
      deliver();
      expect(await latest()).toBe(second.session.id);
    }
    expect(await rows()).toHaveLength(1);
  });

  test('has the name and the version that it reported last', async () => {
    const session = await login(a);
    const report = (clientVersion: string | null) => ({ ...named, clientVersion });
    const versionAt = async (node: TestGateway) => {
      await beat(node, session, named);
      const caller = await node.services.sessions.authenticate(session.accessToken);
      return caller && node.services.heartbeats.versionOf(caller, named.clientId);
    };
    await beat(a, session, report('1.0.0'));
    await beat(b, session, report('2.0.0'));
    deliver();
    expect(await versionAt(a)).toBe('2.0.0');
    await beat(a, session, report('1.0.0'));
    deliver();
    expect(await versionAt(b)).toBe('1.0.0');
  });

  test('costs no statement for heartbeats of one session in turn', async () => {
    const session = await login(a);
    await beat(a, session, named);
    deliver();
    for (const node of nodes) await beat(node, session, named);
    deliver();
    const statements = nodes.map((node) => jest.spyOn(node.services.db.em.getConnection(), 'execute'));
    for (const node of [...nodes, ...nodes]) await beat(node, session, named);
    for (const executed of statements) {
      expect(executed).not.toHaveBeenCalled();
      executed.mockRestore();
    }
  });

  test.each(['is delivered', 'is missed'])(
    'is a new device everywhere after one node has deleted it, if that event %s',
    async (how) => {
      const session = await login(a);
      const deleted = await beat(a, session, named);
      await beat(b, session, named);
      deliver();
      await c.services.db.em.execute('delete from devices where id = ?', [deleted]);
      c.services.heartbeats.edits.deleted([deleted]);
      for (const events of links) how === 'is missed' ? events.miss() : events.deliver();
      for (const node of nodes) await node.services.heartbeats.announce();
      const renewed = await beat(b, session, named);
      expect(renewed).not.toBe(deleted);
      expect(await beat(a, session, named)).toBe(renewed);
      expect(await rows()).toHaveLength(1);
    },
  );
});

test('a session that ended on one node is refused by the others once they have read it', async () => {
  const session = await login(a);
  const caller = await callerOf(b, session.accessToken);
  await b.services.heartbeats.beat(caller, named);
  await a.services.sessions.endings.revoke(userId, session.session.id);
  await b.services.sessions.pollChanges();
  expect(() => b.services.heartbeats.beat(caller, named)).toThrow('Your session has ended.');
  expect(b.services.heartbeats.onlineIds()).not.toContain((await rows())[0]?.id);
});

test('a device stays online if its session is refreshed on another node before the token expires', async () => {
  const session = await openSession(a, username, graphqlSessionPolicy);
  const { expiresAt } = await callerOf(b, session.accessToken);
  await b.pass(expiresAt - 10 * SECOND - clock.now);
  const id = await beat(b, session, named);
  await a.services.sessions.refresh(session.refreshToken ?? '', ANONYMOUS);
  await b.services.sessions.pollChanges();
  await b.pass(20 * SECOND);
  expect(b.services.heartbeats.isOnline(id)).toBe(true);
  await b.pass(5 * 60 * SECOND);
  expect(b.services.heartbeats.isOnline(id)).toBe(false);
});

test('the time when a device was last seen never moves back, whichever node saves it last', async () => {
  const session = await login(a);
  const id = await beat(a, session, named);
  clock.advance(SECOND);
  await beat(b, session, named);
  const latest = clock.now;
  for (const node of [b, a, c]) await node.services.heartbeats.saveLastSeen();
  const saved = () =>
    a.services.db.em
      .fork()
      .execute('select extract(epoch from last_seen_at)::float8 as at from devices where id = ?', [id]);
  expect(await saved()).toEqual([{ at: latest / SECOND }]);
  const { services } = c;
  await services.db.em.execute(`update devices set last_seen_at = now() + interval '10 years' where id = ?`, [
    id,
  ]);
  await beat(c, session, named);
  await services.heartbeats.saveLastSeen();
  expect(await saved()).toEqual([{ at: clock.now / SECOND }]);
});

test('observes the interval of a device whose heartbeats go to several nodes', async () => {
  const session = await login(a);
  const id = await beat(a, session, named);
  for (const node of [b, c, a, b, c]) {
    clock.advance(20 * SECOND);
    await beat(node, session, named);
    await node.services.heartbeats.saveLastSeen();
  }
  const [timing] = await a.services.db.em
    .fork()
    .execute(
      'select observed_interval_seconds as interval, jitter_seconds as jitter from devices where id = ?',
      [id],
    );
  expect(timing).toEqual({ interval: 20, jitter: 0 });
});

test('a change of the names of an owner is reported by one node', async () => {
  const id = await beat(a, await login(a), named);
  await c.services.users.updateProfile(userId, { nickname: 'New' });
  deliver();
  for (const { services } of nodes) {
    await services.sessions.pollChanges();
    await services.heartbeats.announce();
  }
  const reports = nodes.map(({ services }) =>
    (services.heartbeats.log.since(0) ?? []).filter(
      (entry) => entry.deviceId === id && 'ownerBefore' in entry,
    ),
  );
  expect(reports.map(({ length }) => length)).toEqual([0, 0, 1]);
});
