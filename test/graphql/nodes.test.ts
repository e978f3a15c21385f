import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import { callerOf, createCallers, openSession } from '../support/callers.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

interface Answer {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions: Record<string, unknown> }[];
}

let gateway: TestGateway;
const tokens: Record<string, string> = {};

beforeAll(async () => {
  gateway = await startGateway();
  await createCallers(gateway);
  for (const username of ['max', 'nia', 'root']) {
    tokens[username] = (await openSession(gateway, username, graphqlSessionPolicy)).accessToken;
  }
  const max = await callerOf(gateway, tokens.max ?? '');
  for (const clientVersion of [null, '1.0']) {
    await gateway.services.heartbeats.beat(max, { clientId: 'd', name: null, clientVersion });
  }
  await gateway.services.heartbeats.announce();
});
afterAll(() => gateway.close());

const ask = async (username: string, query: string): Promise<Answer> =>
  (await gateway.post('/graphql', { query }, { authorization: tokens[username] ?? '' })).json();

/** What `root` may read: an object of each type that belongs to `max`, or to the gateway. */
async function objects(): Promise<Record<string, string>> {
  const query = `{
    users(search: "max") { edges { node { id
      sessions(first: 1) { edges { node { id } } }
      devices(first: 1) { edges { node { id history { edges { node { id } } } versionChanges { edges { node { id } } } } } }
    } } }
    auditLog(first: 1) { edges { node { id } } }
    roles { id }
  }`;
  const { data } = await ask('root', query);
  const ids = JSON.stringify(data).matchAll(/"id":"((\w+?)_[^"]+)"/g);
  return Object.fromEntries([...ids].map(([, id = '', type = '']) => [type, id]));
}

describe('node returns', () => {
  const names = ['user', 'session', 'device', 'presenceEvent', 'versionChange', 'auditEntry', 'role'];
  test.each(names)('a %s by its id, with its type', async (type) => {
    const id = (await objects())[type];
    const typename = type.charAt(0).toUpperCase() + type.slice(1);
    const query = `{ node(id: "${id}") { __typename id } }`;
    expect(await ask('root', query)).toEqual({ data: { node: { __typename: typename, id } } });
  });

  test('to members what is theirs, and null for the rest', async () => {
    const ids = await objects();
    const query = `{ nodes(ids: ${JSON.stringify(names.map((name) => ids[name]))}) { __typename } }`;
    const found = (types: (string | null)[]) => ({
      data: { nodes: types.map((type) => type && { __typename: type }) },
    });
    expect(await ask('max', query)).toEqual(
      found(['User', 'Session', 'Device', 'PresenceEvent', 'VersionChange', null, null]),
    );
    expect(await ask('nia', query)).toEqual(found(names.map(() => null)));
  });

  test('null for an id that names nothing', async () => {
    const ids = [
      'user_999999',
      'role_NOBODY',
      `session_${crypto.randomUUID()}`,
      'device_99999999999',
      'user_x',
    ];
    const query = `{ nodes(ids: ${JSON.stringify(ids)}) { id } }`;
    expect(await ask('root', query)).toEqual({ data: { nodes: ids.map(() => null) } });
  });

  test.each(['64', 'user', 'user_', '_64', 'captcha_1', 'toString_1', ''])('an error for %j', async (id) => {
    expect(await ask('root', `{ node(id: "${id}") { id } }`)).toMatchObject({
      errors: [
        {
          message: 'id must be a node id such as user_64.',
          extensions: { code: 'INVALID_INPUT', field: 'id' },
        },
      ],
    });
  });

  test('at most 100 objects', async () => {
    const ids = Array.from({ length: 101 }, (_, n) => `user_${n + 1}`);
    expect(await ask('root', `{ nodes(ids: ${JSON.stringify(ids)}) { id } }`)).toMatchObject({
      errors: [{ extensions: { code: 'INVALID_INPUT', field: 'ids' } }],
    });
  });
});

describe('an id argument takes no id of another type:', () => {
  test.each([
    ['{ user(id: "device_1") { id } }', 'id'],
    ['{ user(id: "64") { id } }', 'id'],
    ['{ device(id: "user_1") { id } }', 'id'],
    ['{ devices(filter: {ids: ["device_1", "user_1"]}) { edges { cursor } } }', 'ids'],
    ['{ devices(filter: {userId: "device_1"}) { edges { cursor } } }', 'userId'],
    ['{ presenceSummary(filter: {userId: "64"}) { total } }', 'userId'],
    ['{ sessions(filter: {userId: "device_1"}) { edges { cursor } } }', 'userId'],
    ['{ sessions(filter: {deviceId: "user_1"}) { edges { cursor } } }', 'deviceId'],
    ['{ auditLog(filter: {userId: "role_ADMIN"}) { edges { cursor } } }', 'userId'],
    ['mutation { deleteUser(input: {id: "device_1"}) { deletedUserId } }', 'id'],
    ['mutation { setUserRoles(input: {id: "1", roles: []}) { user { id } } }', 'id'],
    ['mutation { setUserStatus(input: {id: "role_ADMIN", status: ACTIVE}) { user { id } } }', 'id'],
    ['mutation { revokeSession(input: {id: "session_1"}) { session { id } } }', 'id'],
    ['mutation { withdrawRelease(input: {id: "user_1", reason: "x"}) { release { id } } }', 'id'],
  ])('%s', async (query, field) => {
    expect(await ask('root', query)).toMatchObject({
      errors: [
        {
          message: expect.stringMatching(new RegExp(`^${field} must be the id of a \\w+, such as \\w+`)),
          extensions: { code: 'INVALID_INPUT', field },
        },
      ],
    });
  });
});

describe('sessions', () => {
  test('are those of the caller, and those of everyone for administrators', async () => {
    const query = '{ sessions { totalCount edges { node { user { login } } } } }';
    const logins = async (username: string) => [
      ...new Set(JSON.stringify(await ask(username, query)).match(/(?<="login":")\w+/g)),
    ];
    expect(await logins('max')).toEqual(['max']);
    expect((await logins('root')).sort()).toEqual(['max', 'nia', 'root']);
  });

  test('of a device are those whose login named it and the one that it beats by', async () => {
    const { device } = await objects();
    const query = `{ sessions(filter: {deviceId: "${device}"}) { edges { node { id } } } device(id: "${device}") { session { id } } }`;
    const { data } = await ask('max', query);
    expect(data).toMatchObject({ device: { session: { id: expect.stringMatching(/^session_/) } } });
    expect(data?.sessions).toEqual({
      edges: [{ node: (data?.device as { session: object } | null)?.session }],
    });
    expect(await ask('nia', query)).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] });
  });

  test('all end with a logout of ALL_SESSIONS', async () => {
    const other = await openSession(gateway, 'nia', graphqlSessionPolicy);
    const one = await openSession(gateway, 'nia', graphqlSessionPolicy);
    const query = 'mutation { logout(input: {scope: ALL_SESSIONS}) { session { id revokedAt current } } }';
    const answer = await gateway.post('/graphql', { query }, { authorization: one.accessToken });
    expect(answer.json()).toEqual({
      data: {
        logout: {
          session: { id: `session_${one.session.id}`, revokedAt: expect.any(String), current: true },
        },
      },
    });
    for (const { accessToken } of [one, other]) {
      expect(await gateway.services.sessions.authenticate(accessToken)).toBeNull();
    }
  });
});
