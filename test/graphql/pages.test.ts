import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import { callerOf, openSession } from '../support/callers.js';
import { uploadForm } from '../support/clients/multipart.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

interface Connection {
  readonly totalCount: number;
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly id: string } }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

const CONNECTION =
  '{ totalCount edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }';
/** Longer than a device stays online without a heartbeat, but much shorter than the life of a token. */
const OFFLINE_MS = 100_000;
let gateway: TestGateway;
let root: string;

beforeAll(async () => {
  gateway = await startGateway();
  for (const n of [3, 1, 2]) await gateway.createUser({ username: `user-${n}` });
  for (const phone of ['13900000001', '13900000002']) await gateway.createUser({ phone });
  await gateway.createUser({ username: 'root', roles: ['ADMIN'] });
  for (let n = 0; n < 4; n += 1) await openSession(gateway, 'root', graphqlSessionPolicy);
  root = (await openSession(gateway, 'root', graphqlSessionPolicy)).accessToken;
  const caller = await callerOf(gateway, root);
  for (const name of ['c', null, 'a', null, 'b']) {
    gateway.clock.advance(1000);
    await gateway.services.heartbeats.beat(caller, { clientId: `id ${name}`, name, clientVersion: null });
    await gateway.services.heartbeats.beat(caller, {
      clientId: crypto.randomUUID(),
      name,
      clientVersion: null,
    });
  }
  for (let n = 0; n < 5; n += 1) {
    await gateway.services.heartbeats.beat(caller, { clientId: 'id a', name: 'a', clientVersion: null });
    await gateway.pass(OFFLINE_MS);
  }
  await gateway.services.heartbeats.saveLastSeen();
  for (const version of ['1', '9', '10', '2']) await publish(version);
});
afterAll(() => gateway.close());

async function publish(version: string): Promise<void> {
  const form = uploadForm([
    ['version', version],
    ['file', { fileName: `app${version}.bin`, content: 'x' }],
  ]);
  const headers = { ...form.headers, authorization: root };
  await gateway.app.inject({ method: 'POST', url: '/api/upgrade/upload', ...form, headers });
}

const post = async (query: string) =>
  (await gateway.post('/graphql', { query }, { authorization: root })).json();

/** The fields on the way to a connection, the last with its own arguments. */
type Path = readonly [...fields: string[], connection: string];

async function page(path: Path, args: string): Promise<Connection> {
  const [connection = '', ...parents] = path.toReversed();
  const field = `${connection.includes('(') ? connection.slice(0, -1) : `${connection}(`} ${args}) ${CONNECTION}`;
  const query = parents.reduce((inner, parent) => `${parent} { ${inner} }`, field);
  const { data, errors } = await post(`{ ${query} }`);
  expect(errors).toBeUndefined();
  return path.reduce((value, name) => value[/^\w+/.exec(name)?.[0] ?? ''], data);
}

const idsOf = ({ edges }: Connection) => edges.map(({ node }) => node.id);

/** All ids, in pages of two: from the start, or from the end. */
async function walk(path: Path, forwards: boolean): Promise<string[]> {
  const ids: string[][] = [];
  for (let cursor: string | null = null; ; ) {
    const [size, from] = forwards ? ['first', 'after'] : ['last', 'before'];
    const found: Connection = await page(path, `${size}: 2${cursor === null ? '' : ` ${from}: "${cursor}"`}`);
    const { startCursor, endCursor, hasNextPage, hasPreviousPage } = found.pageInfo;
    expect([startCursor, endCursor]).toEqual([found.edges.at(0)?.cursor, found.edges.at(-1)?.cursor]);
    expect(forwards ? hasPreviousPage : hasNextPage).toBe(cursor !== null);
    ids.push(idsOf(found));
    if (!(forwards ? hasNextPage : hasPreviousPage)) break;
    cursor = forwards ? endCursor : startCursor;
  }
  return (forwards ? ids : ids.toReversed()).flat();
}

const orders = (list: string, fields: readonly string[]): [Path][] =>
  fields.flatMap((field) =>
    ['ASC', 'DESC'].map((direction): [Path] => [
      [`${list}(orderBy: {field: ${field}, direction: ${direction}})`],
    ]),
  );

describe('pages from the start and from the end hold every item once, in order:', () => {
  test.each<[Path]>([
    [['users']],
    ...orders('users', ['CREATED_AT', 'USERNAME']),
    [['devices']],
    ...orders('devices', ['FIRST_SEEN_AT', 'LAST_SEEN_AT', 'NAME']),
    [['sessions']],
    [['releases']],
    [['auditLog']],
    [['me', 'devices']],
    [['me', 'sessions']],
  ])('%j', async (path) => {
    const all = await page(path, 'first: 100');
    expect(all.totalCount).toBe(all.edges.length);
    expect(all.edges.length).toBeGreaterThan(3);
    expect(new Set(idsOf(all)).size).toBe(all.edges.length);
    expect(await walk(path, true)).toEqual(idsOf(all));
    expect(await walk(path, false)).toEqual(idsOf(all));
  });

  test('the history of a device', async () => {
    const { edges } = await page(['devices(filter: {search: "id a"})'], 'first: 1');
    const path: Path = [`device(id: "${edges[0]?.node.id}")`, 'history'];
    const all = await page(path, 'first: 100');
    expect(all.totalCount).toBeGreaterThan(4);
    expect(await walk(path, true)).toEqual(idsOf(all));
    expect(await walk(path, false)).toEqual(idsOf(all));
  });
});

test('pages hold rows that differ in microseconds alone once', async () => {
  const em = gateway.services.db.em.fork();
  await em.execute(
    `update sessions set created_at = date_trunc('milliseconds', created_at) + id_order * interval '1 microsecond'
     from (select id as session_id, row_number() over (order by id) as id_order from sessions) as numbered
     where id = session_id`,
  );
  const all = await page(['sessions'], 'first: 100');
  expect(await walk(['sessions'], true)).toEqual(idsOf(all));
  expect(await walk(['sessions'], false)).toEqual(idsOf(all));
});

describe('orderBy', () => {
  const column = async (field: string, column: string): Promise<unknown[]> => {
    const { data } = await post(`{ list: ${field} { edges { node { value: ${column} } } } }`);
    return data.list.edges.map(({ node }: { node: { value: unknown } }) => node.value);
  };

  test('sorts items without a value last, and first in descending order', async () => {
    const order = (direction: string) => `devices(orderBy: {field: NAME, direction: ${direction}})`;
    const ascending = ['a', 'a', 'b', 'b', 'c', 'c', null, null, null];
    expect(await column(order('ASC'), 'name')).toEqual(ascending);
    expect(await column(order('DESC'), 'name')).toEqual(ascending.toReversed());
    expect(await column('users(search: "user-", orderBy: {field: USERNAME})', 'login')).toEqual([
      'user-1',
      'user-2',
      'user-3',
    ]);
  });

  test('is the order of arrival by default', async () => {
    expect(await column('users(search: "user-")', 'login')).toEqual(['user-3', 'user-1', 'user-2']);
    expect(await column('releases', 'version')).toEqual(['10', '9', '2', '1']);
  });
});

describe('page arguments', () => {
  test.each([
    ['first: 101', 'first', 'first must be between 0 and 100.'],
    ['first: -1', 'first', 'first must be between 0 and 100.'],
    ['last: 101', 'last', 'last must be between 0 and 100.'],
    ['first: 1, last: 1', 'last', 'last cannot be combined with first.'],
    ['after: "bm90LW91cnM"', 'after', 'after must be a cursor of this list in this order.'],
    ['before: "%"', 'before', 'before must be a cursor of this list in this order.'],
  ])('refuse %s', async (args, field, message) => {
    expect(await post(`{ users(${args}) { edges { cursor } } }`)).toMatchObject({
      errors: [{ message, extensions: { code: 'INVALID_INPUT', field } }],
    });
  });

  test('refuse a cursor of another list, and of the same list in another order', async () => {
    const { endCursor } = (await page(['users'], 'first: 1')).pageInfo;
    for (const list of ['devices', 'sessions', 'releases', 'auditLog', 'users(orderBy: {field: USERNAME})']) {
      const field = list.includes('(')
        ? list.replace(')', `, after: "${endCursor}")`)
        : `${list}(after: "${endCursor}")`;
      expect(await post(`{ ${field} { edges { cursor } } }`)).toMatchObject({
        errors: [{ extensions: { code: 'INVALID_INPUT', field: 'after' } }],
      });
    }
  });

  test.each([
    ['users by id asc', [99_999_999_999]],
    ['users by id asc', ['one']],
    ['users by id asc', []],
    ['users by id asc', [null]],
    ['users by id asc', [1, 2]],
    ['users by username, id asc', ['a\0', 1]],
    ['sessions', ['never', crypto.randomUUID()]],
    ['sessions', ['+275760-09-13T00:00:00.000Z', crypto.randomUUID()]],
    ['sessions', [new Date(0).toISOString(), 'not a uuid']],
  ])('refuse a forged cursor of %s: %j', async (order, values) => {
    const cursor = Buffer.from(JSON.stringify([order, ...values])).toString('base64url');
    const list = order === 'sessions' ? 'sessions' : 'users';
    const orderBy = order.includes('username') ? ', orderBy: {field: USERNAME}' : '';
    expect(await post(`{ ${list}(after: "${cursor}"${orderBy}) { edges { cursor } } }`)).toMatchObject({
      errors: [{ extensions: { code: 'INVALID_INPUT', field: 'after' } }],
    });
  });

  test('allow a page of no items, to count alone', async () => {
    const { edges, pageInfo, totalCount } = await page(['users'], 'first: 0');
    expect(edges).toEqual([]);
    expect(pageInfo).toMatchObject({ hasNextPage: true, startCursor: null, endCursor: null });
    expect(totalCount).toBe(6);
  });

  test('default to 20 items', async () => {
    for (let n = 0; n < 20; n += 1) await gateway.createUser({ username: `crowd-${n}` });
    const query = '{ users { edges { node { id } } } }';
    expect((await post(query)).data.users.edges).toHaveLength(20);
  });

  test('between two cursors return what lies between them', async () => {
    const { edges } = await page(['users'], 'first: 5');
    const [after, before] = [edges[0]?.cursor, edges[4]?.cursor];
    const between = await page(['users'], `after: "${after}", before: "${before}"`);
    expect(idsOf(between)).toEqual(edges.slice(1, 4).map(({ node }) => node.id));
  });
});
