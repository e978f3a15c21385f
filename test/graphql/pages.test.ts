import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import { readReportedVersion } from '../../src/releases/versions.js';
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
    ...orders('devices', ['FIRST_SEEN_AT', 'LAST_SEEN_AT', 'OFFLINE_SINCE', 'NAME', 'VERSION', 'OWNER']),
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
    const order = (direction: string) => `users(orderBy: {field: USERNAME, direction: ${direction}})`;
    const ascending = ['root', 'user-1', 'user-2', 'user-3', null, null];
    expect(await column(order('ASC'), 'login')).toEqual(ascending);
    expect(await column(order('DESC'), 'login')).toEqual(ascending.toReversed());
  });

  const sorted = (search: string, field: string, value: string, direction = 'ASC') =>
    column(
      `devices(first: 100, filter: {search: "${search}"}, orderBy: {field: ${field}, direction: ${direction}})`,
      value,
    );
  const beat = async (name: string | null, clientId: string | null, clientVersion: string | null = null) =>
    gateway.services.heartbeats.beat(await callerOf(gateway, root), { clientId, name, clientVersion });

  test('sorts devices by the name that they go by, numbers by their value', async () => {
    for (const name of ['gate 10', 'Gate 2', 'gate 1a', 'Gate 99999999999999999999']) await beat(name, name);
    await beat(null, 'gate 3');
    await beat('Zebra', 'gate 4');
    const [zebra] = await sorted('Zebra', 'NAME', 'id');
    const rename = `mutation { updateDevice(input: {id: "${zebra}", displayName: "gate 3b"}) { device { id } } }`;
    expect((await post(rename)).errors).toBeUndefined();
    const names = ['gate 1a', 'gate 2', 'gate 3', 'gate 4', 'gate 10', 'gate 99999999999999999999'];
    const clientIds = await sorted('gate', 'NAME', 'clientId');
    expect(clientIds.map((id) => String(id).toLowerCase())).toEqual(names);
  });

  test('sorts devices by version, those without one first', async () => {
    const versions = [
      'nightly 9',
      'nightly 10',
      '1.9',
      '1.10.0-rc.2',
      '1.10.0-rc.10',
      'v1.10',
      '1.10.1',
      '101',
    ];
    for (const [at, version] of [null, ...versions].toReversed().entries())
      await beat('versioned', `versioned ${at}`, version);
    expect(await sorted('versioned', 'VERSION', 'clientVersion')).toEqual([null, ...versions]);
    const descending = await sorted('versioned', 'VERSION', 'clientVersion', 'DESC');
    expect(descending).toEqual([null, ...versions].toReversed());
  });

  test('sorts devices by how long they have been offline, those that are online last', async () => {
    for (const name of ['first', 'second', 'third']) {
      await beat('silent', name);
      await gateway.pass(OFFLINE_MS);
    }
    await beat('silent', 'online');
    await beat('silent', 'second');
    await gateway.services.heartbeats.announce();
    const byTime = ['first', 'third', 'online', 'second'];
    const clientIds = await sorted('silent', 'OFFLINE_SINCE', 'clientId');
    expect(clientIds.slice(0, 2)).toEqual(byTime.slice(0, 2));
    expect(new Set(clientIds.slice(2))).toEqual(new Set(byTime.slice(2)));
    const online = await sorted('silent', 'OFFLINE_SINCE', 'online', 'DESC');
    expect(online).toEqual([true, true, false, false]);
  });

  test('sorts semantic versions and whole numbers of devices as those of releases', async () => {
    const versions = [
      ...['0', '7', '42', '00042', '1112343', '999999999999999', 'V 3', ' 12 '],
      ...[
        '0.0.0',
        '1.0.0',
        '1.0.0-0',
        '1.0.0-1',
        '1.0.0-alpha',
        '1.0.0-alpha.1',
        '1.0.0-alpha.beta',
        '1.0.0-a-b',
      ],
      ...[
        '1.0.0-rc.1+7',
        '01.0.0-rc.2',
        'v1.0.0+b',
        '1.0.1',
        '1.2.0',
        '1.10.0-x',
        '1.10.0',
        '20.0.0',
        '1.0.0-2.x',
      ],
    ];
    const rows = await gateway.services.db.em
      .fork()
      .execute<{ version: string; key: string }[]>(
        `select version, version_order(version) as key from unnest(?::text[]) as version`,
        [`{${versions.map((version) => `"${version}"`).join()}}`],
      );
    const compare = (a: string, b: string) => (a < b ? -1 : Number(a > b));
    const pairs = rows.flatMap((a) => rows.map((b) => [a, b] as const));
    const compared = pairs.flatMap(([a, b]) => {
      const [x, y] = [readReportedVersion(a.version), readReportedVersion(b.version)];
      return x && y && x.scheme === y.scheme
        ? [[a.version, b.version, compare(a.key, b.key), compare(x.order, y.order)]]
        : [];
    });
    expect(compared.length).toBeGreaterThan(300);
    expect(compared.filter(([, , inDatabase, ofReleases]) => inDatabase !== ofReleases)).toEqual([]);
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
    ['sessions', ['-infinity', crypto.randomUUID()]],
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
