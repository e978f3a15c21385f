import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { auditOrder, listAudit } from '../../../src/audit-log/audit-log.js';
import {
  firstRows,
  type ListOrder,
  type Page,
  type PageRequest,
} from '../../../src/database/queries/page.js';
import { substringSearch } from '../../../src/database/queries/substring-search.js';
import type { DeviceFilter } from '../../../src/devices/device-filter.js';
import { deviceOrder } from '../../../src/devices/device-order.js';
import { graphqlSessionPolicy } from '../../../src/graphql/session-policy.js';
import { SEARCHED_SESSIONS, sessionOrder } from '../../../src/sessions/open-sessions.js';
import type { Caller } from '../../../src/sessions/sessions.js';
import { UserStatus } from '../../../src/users/user.entity.js';
import { userOrder } from '../../../src/users/user-order.js';
import { callerOf, openSession } from '../../support/callers.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';

const ROWS = 20_000;
const ID = ['id'] as const;
/** The most rows that a statement for a page may read from tables and indexes: each row that a bitmap finds, twice. */
const READ_LIMIT = 5000;

let gateway: TestGateway;
let caller: Caller;
beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createUser({ username: 'ops', roles: ['ADMIN'] });
  caller = await callerOf(gateway, (await openSession(gateway, 'ops', graphqlSessionPolicy)).accessToken);
  await run(
    `insert into users (username, name, email, user_code, created_at)
     select 'user' || n, case when n % 5000 = 4999 then '王伟' else '李' || chr(20000 + n % 500) end,
       'mail' || n || '@example.com', n::text, now() + n * interval '1 second' from generate_series(1, ${ROWS}) n`,
  );
  await run('insert into user_roles select id, 1 from users on conflict do nothing');
  await run(
    `insert into devices (user_id, client_id, door, name, client_version, online, first_seen_at, last_seen_at)
     select id, 'device-' || id, case when id % 1000 = 1 then 'uims' else 'bms' end, 'Tablet ' || id % 100,
       '1.' || id % 3, id % 3 = 0, now(), now() from users`,
  );
  await run(
    `insert into sessions (id, user_id, door, capped, token_hash, token_expires_at, created_at, last_seen_at, expires_at,
       device_model, session_kind)
     select gen_random_uuid(), id, case when id % 1000 = 1 then 'uims' else 'bms' end, true, id::text, t, created_at, t, t,
       'Tablet ' || id, case when id % 5000 = 1 then 'API_KEY' else 'LOGIN' end
     from users, (select now() + interval '90 days') times(t) where username like 'user%'`,
  );
  await run(
    `insert into audit_entries (at, action, actor_id, target)
     select now(), case when id % 1000 = 1 then 'release.publish' else 'session.open' end, id, 'user_' || id from users`,
  );
  await run('analyze');
}, 60_000);
afterAll(() => gateway.close());

const run = <T>(sql: string, params: readonly unknown[] = []): Promise<T[]> =>
  gateway.services.db.em.fork().execute<T[]>(sql, [...params]);

/** The statements that `work` sends, with their parameters. */
async function statementsOf(work: () => Promise<unknown>): Promise<[string, readonly unknown[]][]> {
  const execute = jest.spyOn(gateway.services.db.em.getConnection(), 'execute');
  await work();
  const statements = execute.mock.calls.map(([sql, params = []]): [string, readonly unknown[]] => [
    String(sql),
    Object.values(params),
  ]);
  execute.mockRestore();
  return statements.filter(([sql]) => /^(select|insert|update|delete|with)/.test(sql));
}

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Index Cond'?: string;
  readonly 'Actual Rows'?: number;
  readonly 'Actual Loops'?: number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly Plan[];
}

/** All nodes of a plan. A sequential scan is in it only if no index serves. */
async function explain(sql: string, params: readonly unknown[], options: string): Promise<Plan[]> {
  const em = gateway.services.db.em.fork();
  return em.transactional(async (tx) => {
    await tx.execute('set local enable_seqscan = off');
    const [row] = await tx.execute<{ 'QUERY PLAN': [{ Plan: Plan }] }[]>(
      `explain (${options}, format json) ${sql}`,
      [...params],
    );
    const nodes = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodes)];
    return row ? nodes(row['QUERY PLAN'][0].Plan) : [];
  });
}

const LARGE = [
  'users',
  'user_roles',
  'login_names',
  'devices',
  'sessions',
  'audit_entries',
  'presence_events',
];
const wholeTables = (plans: readonly Plan[]) =>
  plans
    .filter((plan) => plan['Node Type'] === 'Seq Scan' && LARGE.includes(plan['Relation Name'] ?? ''))
    .map((plan) => plan['Relation Name']);

/** Indexes of another order that are read as a whole to find ids. */
const wholeIndexes = (plans: readonly Plan[]) =>
  plans
    .filter((plan) => plan['Index Cond']?.startsWith('(id = ANY') && !plan['Index Name']?.endsWith('_pkey'))
    .map((plan) => plan['Index Name']);

/** The rows that the scans of a plan read. */
const rowsRead = (plans: readonly Plan[]) =>
  plans
    .filter((plan) => plan['Node Type'].includes('Scan'))
    .reduce(
      (sum, plan) =>
        sum +
        ((plan['Actual Rows'] ?? 0) + (plan['Rows Removed by Filter'] ?? 0)) * (plan['Actual Loops'] ?? 0),
      0,
    );

type Read = (request: PageRequest<'id'>) => Promise<Page<{ id: unknown }>>;
const users =
  (search: string): Read =>
  (request) =>
    gateway.services.users.list(search, request);
const devices =
  (filter: DeviceFilter): Read =>
  (request) =>
    gateway.services.devices.list(caller, filter, request);
const sessions =
  (filter: object): Read =>
  (request) =>
    gateway.services.openSessions.list(filter, request);
const audit =
  (filter: object): Read =>
  (request) =>
    listAudit(gateway.services.db.em.fork(), filter, request);

const byName = deviceOrder('NAME', 'desc');
const pages: [string, Read, ListOrder, limit?: number][] = [
  ['users', users(''), userOrder(null)],
  ['users, by name', users(''), userOrder('USERNAME', 'desc')],
  ['users, by time', users(''), userOrder('CREATED_AT')],
  ['users with two characters', users('王伟'), userOrder(null)],
  ['users with a frequent term', users('李'), userOrder(null)],
  ['users with a term that none has', users('qzx'), userOrder(null)],
  ['users with a letter that none has', users('Ж'), userOrder('CREATED_AT', 'desc')],
  ['devices', devices({}), deviceOrder()],
  ['devices, by name', devices({}), byName],
  ['devices, by version', devices({}), deviceOrder('VERSION', 'desc')],
  ['devices, by owner', devices({}), deviceOrder('OWNER')],
  ['devices, offline longest first', devices({}), deviceOrder('OFFLINE_SINCE')],
  [
    'devices of an API that are online, by version',
    devices({ api: 'uims', online: true }),
    deviceOrder('VERSION'),
  ],
  ['devices of an API', devices({ api: 'uims' }), deviceOrder()],
  ['devices with a version', devices({ clientVersion: '2' }), deviceOrder()],
  ['devices that are online', devices({ online: true }), deviceOrder()],
  ['devices of a user', devices({ userId: 77 }), deviceOrder()],
  ['devices with an owner', devices({ search: '王伟' }), deviceOrder()],
  ['devices with an owner, by name', devices({ search: '王伟', online: false }), byName],
  ['devices with a term that none has', devices({ search: 'qzx' }), deviceOrder()],
  ['sessions', sessions({}), sessionOrder],
  ['sessions of a user', sessions({ userId: 77 }), sessionOrder],
  ['sessions of an API', sessions({ api: 'uims' }), sessionOrder],
  ['sessions of machines', sessions({ kind: 'API_KEY' }), sessionOrder],
  [
    'sessions of a client that none has',
    sessions({ client: 'qzx' }),
    sessionOrder,
    2 * SEARCHED_SESSIONS + 2,
  ],
  ['sessions of a client', sessions({ client: 'tablet 7' }), sessionOrder, 2 * SEARCHED_SESSIONS + 2],
  ['the audit log', audit({}), auditOrder],
  ['the audit log of a user', audit({ userId: 77 }), auditOrder],
  ['the audit log of a category', audit({ category: 'release' }), auditOrder],
  ['the audit log of an actor', audit({ actorId: 77 }), auditOrder],
  ['the audit log of a target', audit({ target: 'user_77' }), auditOrder],
  ['the audit log of a day', audit({ from: new Date(0), to: new Date(86_400_000) }), auditOrder],
  ['the audit log with a frequent term', audit({ search: 'session' }), auditOrder],
  ['the audit log with a rare term', audit({ search: 'release' }), auditOrder],
  ['the audit log with a name', audit({ search: '王伟' }), auditOrder],
  ['the audit log with a term that none has', audit({ search: 'qzx' }), auditOrder],
];

test.each(pages)(
  'a page of %s reads few rows, at the end of the list too',
  async (...[, read, order, limit]) => {
    const first = firstRows(ID, order, 20);
    const last = await read({ ...first, backwards: true });
    for (const request of [
      first,
      { ...first, after: last.positions[0] ?? null },
      { ...first, backwards: true },
    ]) {
      const statements = await statementsOf(() => read(request));
      expect(statements.length).toBeLessThanOrEqual(5);
      for (const [sql, params] of statements) {
        const plans = await explain(sql, params, 'analyze');
        expect({ sql, tables: wholeTables(plans) }).toEqual({ sql, tables: [] });
        expect({ sql, indexes: wholeIndexes(plans) }).toEqual({ sql, indexes: [] });
        const rows = rowsRead(plans);
        expect({ sql, rows: Math.min(rows, limit ?? READ_LIMIT) }).toEqual({ sql, rows });
      }
    }
  },
);

test('a search of clients finds a session among the latest, and an older one with its user', async () => {
  const [user] = await run<{ id: number }>(`select id from users where username = 'user1234'`);
  const client = `TABLET ${user?.id}`;
  const found = async (filter: object) =>
    (await sessions({ client, ...filter })(firstRows(ID, sessionOrder, 20))).rows.length;
  expect(await found({ client: `TABLET ${ROWS}` })).toBe(1);
  expect(await found({})).toBe(0);
  expect(await gateway.services.openSessions.count({ client })).toBe(0);
  expect(await found({ userId: user?.id })).toBe(1);
});

test.each(['王伟', '李', '49', 'user1', 'MAIL19999', 'qzx', '王'])(
  'the pages of a search for %s are those of all matching users',
  async (search) => {
    const { matches } = substringSearch(search);
    const all = await run<{ id: number; texts: string[] }>(
      'select id, array_remove(array[username, name, email], null) as texts from users order by id',
    );
    const expected = all.filter(({ texts }) => texts.some(matches)).map(({ id }) => id);
    for (const backwards of [false, true]) {
      const found: unknown[] = [];
      const request = { ...firstRows(ID, userOrder(null), 100), backwards };
      let page = await users(search)(request);
      for (let pages = 0; pages < 60; pages++) {
        const ids = page.rows.map(({ id }) => id);
        if (backwards) found.unshift(...ids);
        else found.push(...ids);
        if (!(backwards ? page.hasPreviousPage : page.hasNextPage)) break;
        const bound = backwards
          ? { before: page.positions.at(0) ?? null }
          : { after: page.positions.at(-1) ?? null };
        page = await users(search)({ ...request, ...bound });
      }
      expect(found).toEqual(backwards ? expected.slice(-found.length) : expected.slice(0, found.length));
      expect(found.length).toBe(Math.min(expected.length, 6000));
    }
    expect(await gateway.services.users.count(search)).toBe(expected.length);
  },
);

test('the database folds every letter as a search does', async () => {
  const letters = Array.from({ length: 0x1_ffff }, (_, code) => code + 1)
    .filter((code) => code < 0xd800 || code > 0xdfff)
    .map((code) => String.fromCodePoint(code))
    .filter((letter) => letter.toUpperCase() !== letter || letter.toLowerCase() !== letter);
  const pairs = letters.map((letter) => ({ letter, grams: substringSearch(letter).grams }));
  expect(letters.length).toBeGreaterThan(2000);
  expect(
    await run(
      `select letter from json_to_recordset(?) as t(letter text, grams text)
       where not search_grams(letter) @@ grams::tsquery`,
      [JSON.stringify(pairs)],
    ),
  ).toEqual([]);
});

test('administrative actions read few rows', async () => {
  const { administration, services } = { ...gateway.services, services: gateway.services };
  const actor = { userId: caller.user.id, address: null };
  const { id } = await gateway.createUser({ username: 'leaver', phone: '13800000091' });
  await openSession(gateway, 'leaver', graphqlSessionPolicy);
  const statements = await statementsOf(async () => {
    await administration.setRoles(id, ['PUBLISHER'], actor);
    await administration.setStatus(id, UserStatus.DISABLED, actor);
    await administration.setStatus(id, UserStatus.ACTIVE, actor);
    await services.users.updateProfile(id, { nickname: 'Lee' });
    await services.sessions.endings.revokeAll(id);
    await administration.delete(id, actor);
  });
  expect(statements.length).toBeGreaterThan(20);
  for (const [sql, params] of statements) {
    const plans = await explain(sql, params, sql.startsWith('select') ? 'analyze' : 'costs off');
    const isBounded = rowsRead(plans) < 100;
    expect({ sql, tables: wholeTables(plans), isBounded }).toEqual({ sql, tables: [], isBounded: true });
  }
});

test('every foreign key to a large table has an index for deletions', async () => {
  const missing = await run<{ column: string }>(
    `select conrelid::regclass || '.' || attname as column
     from pg_constraint join pg_attribute on attrelid = conrelid and attnum = conkey[1]
     where contype = 'f' and confrelid = any(?::regclass[])
       and not exists (select from pg_index where indrelid = conrelid and indkey[0] = conkey[1])`,
    [`{${LARGE.join(',')}}`],
  );
  expect(missing).toEqual([]);
});

test('no index has the times that heartbeats save, so that a save changes no index', async () => {
  expect(
    await run(
      `select indexname from pg_indexes where tablename in ('devices', 'sessions') and indexdef like '%last_seen_at%'`,
    ),
  ).toEqual([]);
});
