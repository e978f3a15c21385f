import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import { callerOf, openSession } from '../support/callers.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { uploadForm } from '../support/multipart.js';

const FEW = 3;
const MANY = 12;
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

/** How many statements an operation takes, and its answer. */
async function statementsOf(query: string): Promise<{ statements: number; data: unknown }> {
  const spy = jest.spyOn(gateway.services.db.em.getConnection(), 'execute');
  const answer = (await gateway.post('/graphql', { query }, { authorization: root })).json();
  const statements = spy.mock.calls.length;
  spy.mockRestore();
  expect(answer.errors).toBeUndefined();
  return { statements, data: answer.data };
}

const user = 'user { id login roles { code } }';
const nested = `devices(first: 2) { totalCount edges { node { id session { id ${user} } ${user}
  history(first: 2) { totalCount edges { node { id device { id } } } } } } }
  sessions(first: 2) { totalCount edges { node { id permissions ${user} } } }`;

describe('the statements of a page do not depend on its length:', () => {
  test.each([
    ['users with their devices, sessions, roles and histories', 'users', `id roles { code } ${nested}`],
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

test('a list is counted only for those who select its totalCount', async () => {
  for (const field of ['users', 'devices', 'sessions', 'releases', 'auditLog']) {
    const without = await statementsOf(`{ ${field} { edges { cursor } } }`);
    const counted = await statementsOf(`{ ${field} { totalCount edges { cursor } } }`);
    expect(counted.statements).toBe(without.statements + 1);
  }
});

test('me takes a statement only for what is not remembered with the session, and answers the same', async () => {
  const remembered = '__typename id login phone email openId';
  const { statements, data } = await statementsOf(`{ me { ${remembered} } }`);
  expect(statements).toBe(0);
  for (const more of ['createdAt', 'name', 'roles { code }', '... on User { id }']) {
    const read = await statementsOf(`{ me { ${remembered} ${more} } }`);
    expect(read.statements).toBeGreaterThan(0);
    expect(read.data).toMatchObject(data ?? {});
  }
});
