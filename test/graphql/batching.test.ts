import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { getNamedType, isLeafType, isObjectType } from 'graphql';
import { createSchema } from '../../src/graphql/schema.js';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import { callerOf, openSession } from '../support/callers.js';
import { uploadForm } from '../support/clients/multipart.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

const FEW = 3;
const MANY = 12;
const schema = createSchema();
let gateway: TestGateway;
let root: string;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createUser({ username: 'root', roles: ['ADMIN'] });
  root = (await openSession(gateway, 'root', graphqlSessionPolicy)).accessToken;
  for (let n = 0; n < MANY; n += 1) {
    const username = `user-${n}`;
    await gateway.createUser({ username, roles: ['PUBLISHER'] });
    const { accessToken } = await openSession(gateway, username, graphqlSessionPolicy);
    const caller = await callerOf(gateway, accessToken);
    for (const clientId of ['a', 'b']) {
      await gateway.services.heartbeats.beat(caller, { clientId, name: null, clientVersion: null });
    }
    await publish(String(n + 1), accessToken);
  }
  await gateway.services.heartbeats.announce();
  // From now on the session is cached.
  await gateway.services.sessions.authenticate(root);
});
afterAll(() => gateway.close());

async function publish(version: string, token: string): Promise<void> {
  const form = uploadForm([
    ['version', version],
    ['file', { fileName: `app${version}.bin`, content: 'x' }],
  ]);
  const headers = { ...form.headers, authorization: token };
  await gateway.app.inject({ method: 'POST', url: '/api/upgrade/upload', ...form, headers });
}

/** The statements that an operation takes, and its answer. */
async function run(query: string): Promise<{ sql: string[]; data: Record<string, unknown> }> {
  const spy = jest.spyOn(gateway.services.db.em.getConnection(), 'execute');
  const answer = (await gateway.post('/graphql', { query }, { authorization: root })).json();
  const sql = spy.mock.calls.map(([statement]) => String(statement));
  spy.mockRestore();
  expect(answer.errors).toBeUndefined();
  return { sql, data: answer.data };
}

async function statementsOf(query: string): Promise<{ statements: number; data: unknown }> {
  const { sql, data } = await run(query);
  return { statements: sql.length, data };
}

/** The columns that a statement selects. */
const columnsOf = (sql = ''): string[] =>
  [...sql.replace(/ from .*/s, '').matchAll(/\w+\.(\w+) as "/g)].map(([, column = '']) => column);

const user = 'user { id login roles { code } }';
const nested = `devices(first: 2) { totalCount edges { node { id session { id ${user} } ${user}
  history(first: 2) { totalCount edges { node { id device { id } } } } } } }
  sessions(first: 2) { totalCount edges { node { id permissions ${user} } } }`;

describe('the statements of a page do not depend on its length:', () => {
  test.each([
    [
      'users with their devices, sessions, roles and histories',
      'users',
      `id roles { code } secondFactors { methods passkeys { id } } ${nested}`,
    ],
    ['devices with their users and sessions', 'devices', `id ${user} session { id permissions ${user} }`],
    ['sessions with their users', 'sessions', `id permissions user { id ${nested} }`],
    ['releases with their uploaders', 'releases', 'id uploaderName uploader { id login roles { code } }'],
    [
      'audit entries with their actors and subjects',
      'auditLog',
      'id actor { login } subject { login roles { code } }',
    ],
  ])('%s', async (_what, field, selection) => {
    const page = (first: number) =>
      `{ ${field}(first: ${first}) { totalCount edges { node { ${selection} } } } }`;
    const few = await statementsOf(page(FEW));
    const many = await statementsOf(page(MANY));
    expect(JSON.stringify(many.data).length).toBeGreaterThan(2 * JSON.stringify(few.data).length);
    expect(many.statements).toBe(few.statements);
    expect(few.statements).toBeGreaterThan(2);
  });

  test('objects by their ids', async () => {
    const ids = (count: number) =>
      Array.from({ length: count }, (_, n) => [
        `user_${n + 1}`,
        `device_${n + 1}`,
        `release_${n + 1}`,
      ]).flat();
    const nodes = (count: number) => `{ nodes(ids: ${JSON.stringify(ids(count))}) { id } }`;
    const few = await statementsOf(nodes(1));
    const many = await statementsOf(nodes(MANY));
    expect(many.data).toEqual({ nodes: ids(MANY).map((id) => ({ id })) });
    expect(many.statements).toBe(few.statements);
  });
});

describe('a list is read in one statement, with the selected columns and those it is sorted by:', () => {
  test.each([
    ['users', 'id', ['id']],
    ['users', 'login createdAt', ['username', 'created_at', 'id']],
    ['users(orderBy: {field: CREATED_AT})', 'login', ['username', 'created_at', 'id']],
    ['users', '__typename ...on Node { id } ...on User { name }', ['id', 'name']],
    ['devices', 'clientId api', ['client_id', 'door', 'id']],
    ['sessions', 'api current', ['door', 'id', 'created_at']],
    ['releases', 'version url', ['version', 'package_name', 'channel', 'version_order']],
    ['auditLog', 'action', ['action', 'at', 'id']],
  ])('%s { %s }', async (list, selection, columns) => {
    const { sql } = await run(
      `{ ${list} { edges { cursor node { ${selection} } } pageInfo { endCursor } } }`,
    );
    expect(sql.map(columnsOf)).toEqual([columns]);
  });

  test.each([
    ['users', 'login roles { code }', ['code']],
    ['devices', 'user { login }', ['id', 'username']],
    ['sessions', 'user { login name }', ['id', 'username', 'name']],
    ['auditLog', 'actor { login } subject { name }', ['id', 'username', 'name']],
    ['releases', 'uploaderName uploader { email }', ['id', 'nickname', 'name', 'username', 'email']],
  ])('%s { %s } takes one more', async (list, selection, columns) => {
    const { sql } = await run(`{ ${list} { edges { node { ${selection} } } } }`);
    expect(sql).toHaveLength(2);
    expect(columnsOf(sql[1])).toEqual(columns);
  });

  test.each([
    ['devices', 'user { id }'],
    ['sessions', 'user { id }'],
  ])('%s { %s } takes no more', async (list, selection) => {
    expect((await run(`{ ${list} { edges { node { ${selection} } } } }`)).sql).toHaveLength(1);
  });
});

describe('a field that is selected alone is what it is among all:', () => {
  const lists = {
    User: 'users',
    Device: 'devices',
    Session: 'sessions',
    Release: 'releases',
    AuditEntry: 'auditLog',
  };
  test.each(Object.entries(lists))('of %s', async (typeName, list) => {
    const type = schema.getType(typeName);
    if (!isObjectType(type)) throw new Error(`${typeName} is no type.`);
    const fields = Object.values(type.getFields()).map(({ name, type: of, args }) => {
      if (isLeafType(getNamedType(of))) return name;
      return `${name} { ${args.length > 0 ? 'totalCount' : '__typename'} }`;
    });
    const nodes = async (selection: string): Promise<object[]> => {
      const { data } = await run(`{ ${list}(first: 3) { edges { node { ${selection} } } } }`);
      return (data[list] as { edges: { node: object }[] }).edges.map(({ node }) => node);
    };
    const all = await nodes(fields.join(' '));
    expect(all).toHaveLength(3);
    for (const field of fields) {
      const alone = await nodes(field);
      expect(all).toMatchObject(alone);
    }
  });
});

test('a list is counted only for those who select its totalCount', async () => {
  for (const field of ['users', 'devices', 'sessions', 'releases', 'auditLog']) {
    const without = await statementsOf(`{ ${field} { edges { cursor } } }`);
    const counted = await statementsOf(`{ ${field} { totalCount edges { cursor } } }`);
    expect(counted.statements).toBe(without.statements + 1);
  }
});

test('me takes a statement only for what is not remembered with the session, and answers the same', async () => {
  const remembered = '__typename id login phone email openId createdAt ... on User { updatedAt }';
  const { statements, data } = await statementsOf(`{ me { ${remembered} } }`);
  expect(statements).toBe(0);
  for (const more of ['name', 'roles { code }', '... on User { brief }']) {
    const read = await statementsOf(`{ me { ${remembered} ${more} } }`);
    expect(read.statements).toBeGreaterThan(0);
    expect(read.data).toMatchObject(data ?? {});
  }
});
