import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { getMetadataStorage, Query, Resolver } from 'type-graphql';
import { createSchema } from '../../src/graphql/schema.js';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import { sessionPolicies } from '../../src/server/http-server.js';
import type { OpenedSession } from '../../src/sessions/sessions.js';
import { type Audience, askAll, createCallers, expected, openSession } from '../support/callers.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { connect } from '../support/live.js';
import { uploadForm } from '../support/multipart.js';
import { PASSWORD } from '../support/password.js';

const DEVICE = 'serial-1';
const UNKNOWN = '999999';
let gateway: TestGateway;
let host: string;
let memberId: number;
/** So that no call meets what another one made. */
let unique = 0;

beforeAll(async () => {
  gateway = await startGateway();
  host = await gateway.listen();
  await createCallers(gateway);
  const { user, accessToken } = await openSession(gateway, 'max', graphqlSessionPolicy);
  memberId = user.id;
  await beat(accessToken, DEVICE);
  await upload(accessToken);
  await upload((await openSession(gateway, 'pia', graphqlSessionPolicy)).accessToken);
});
afterAll(() => gateway.close());

type Result = { data?: unknown; errors?: readonly { extensions?: Record<string, unknown> }[] };

/** The codes of a refusal; `nothing` for what is not there for the caller; else `allowed`. */
function outcome({ data, errors }: Result): string {
  if (errors) return errors.map(({ extensions }) => extensions?.code).join(' ');
  return /^\{"\w+":(null|\[\]|\{"(edges|devices)":\[\]\})\}$/.test(JSON.stringify(data))
    ? 'nothing'
    : 'allowed';
}

const bearer = (token: string | undefined): Record<string, string> =>
  token === undefined ? {} : { authorization: `Bearer ${token}` };

async function overHttp(query: string, token?: string): Promise<string> {
  return outcome((await gateway.post('/graphql', { query }, bearer(token))).json());
}

/** The first event, once `stir` has made one. */
async function firstEvent(query: string, token?: string): Promise<string> {
  const client = connect(host, token);
  try {
    const events = client.iterate({ query });
    const first = events.next();
    // The subscription is there once an operation sent after it on the same socket has been answered.
    await client.iterate({ query: '{ latestRelease { id } }' }).next();
    if (token) await beat(token, 'serial-2');
    const { value } = await first;
    await events.return?.();
    return outcome(JSON.parse(JSON.stringify(value)));
  } catch (errors) {
    return outcome({ errors: JSON.parse(JSON.stringify(errors)) });
  } finally {
    await client.dispose();
  }
}

async function beat(token: string, device: string): Promise<void> {
  await gateway.post('/api/heart/check', {}, { ...bearer(token), 'x-device-id': device });
  await gateway.services.heartbeats.announce();
}

async function upload(token?: string): Promise<string> {
  unique += 1;
  const operations = JSON.stringify({
    query: `mutation($file: Upload!) { uploadRelease(input: {version: "${unique}"}, file: $file) { id } }`,
    variables: { file: null },
  });
  const form = uploadForm([
    ['operations', operations],
    ['map', '{"0": ["variables.file"]}'],
    ['0', { fileName: `agent${unique}.bin`, content: 'x' }],
  ]);
  const headers = { ...form.headers, ...bearer(token), 'apollo-require-preflight': 'true' };
  return outcome((await gateway.app.inject({ method: 'POST', url: '/graphql', ...form, headers })).json());
}

type Call = (session: OpenedSession | null) => Promise<string>;
interface Rule {
  readonly may: Audience;
  readonly call: Call;
  /** What those are told who may. */
  readonly told?: string;
  /** What those are told who are known and may not. */
  readonly refused?: string;
}

const ask =
  (query: string): Call =>
  (session) =>
    overHttp(query, session?.accessToken);
const follow =
  (query: string): Call =>
  (session) =>
    firstEvent(query, session?.accessToken);

const newTicket = async () =>
  (
    await gateway.services.scanTickets.issue(`kiosk-${++unique}`, {
      address: '',
      deviceId: null,
      version: null,
      model: null,
    })
  ).ticket;
const withTicket =
  (query: (ticket: string, deviceId: string) => string, run: (query: string) => Call): Call =>
  async (session) => {
    const ticket = await newTicket();
    return run(query(ticket, `kiosk-${unique}`))(session);
  };

const past = Buffer.from('release:0').toString('base64url');
const anySession = async (username: string) => openSession(gateway, username, graphqlSessionPolicy);

/** Every operation of the schema, with a call that is valid for whoever may make it. */
const rules: Record<string, Rule> = {
  'Query.adoption': { may: 'publishers at GraphQL', call: ask('{ adoption { devices } }') },
  'Query.auditLog': { may: 'administrators at GraphQL', call: ask('{ auditLog { edges { cursor } } }') },
  'Query.device': {
    may: 'the member',
    call: async (session) => {
      const [device] = await gateway.services.db.em
        .fork()
        .execute<{ id: number }[]>('select id from devices where client_id = ?', [DEVICE]);
      return ask(`{ device(id: "${device?.id}") { id } }`)(session);
    },
    refused: 'nothing',
  },
  'Query.devices': {
    may: 'the member',
    call: (session) => ask(`{ devices(filter: {userId: "${memberId}"}) { edges { cursor } } }`)(session),
    refused: 'nothing',
  },
  'Query.releaseCursor': { may: 'members', call: ask('{ releaseCursor }') },
  'Query.latestRelease': { may: 'members', call: ask('{ latestRelease { id } }') },
  'Query.me': { may: 'members', call: ask('{ me { id } }') },
  'Query.presenceSummary': { may: 'members', call: ask('{ presenceSummary { total } }') },
  'Query.releaseChannels': { may: 'members', call: ask('{ releaseChannels }') },
  'Query.releases': { may: 'members', call: ask('{ releases { edges { cursor } } }') },
  'Query.roles': { may: 'administrators at GraphQL', call: ask('{ roles { code } }') },
  'Query.sessions': {
    may: 'the member',
    call: (session) => ask(`{ sessions(userId: "${memberId}") { id } }`)(session),
  },
  'Query.user': {
    may: 'administrators at GraphQL',
    call: (session) => ask(`{ user(id: "${memberId}") { id } }`)(session),
  },
  'Query.users': { may: 'administrators at GraphQL', call: ask('{ users { edges { cursor } } }') },
  'Mutation.approveScan': {
    may: 'members',
    call: withTicket(
      (ticket) => `mutation { approveScan(ticket: "${ticket}", approve: true) { state } }`,
      ask,
    ),
  },
  'Mutation.changePassword': {
    may: 'members',
    call: ask(`mutation { changePassword(currentPassword: "${PASSWORD}", newPassword: "${PASSWORD}") }`),
  },
  'Mutation.claimScan': {
    may: 'members',
    call: withTicket((ticket) => `mutation { claimScan(ticket: "${ticket}") { state } }`, ask),
  },
  'Mutation.createCaptcha': {
    may: 'anybody',
    call: ask('mutation { createCaptcha(input: {type: SCAN, deviceId: "kiosk"}) { id } }'),
  },
  'Mutation.createFirstAdministrator': {
    may: 'anybody',
    call: ask(
      'mutation { createFirstAdministrator(token: "none", username: "x", password: "correct horse") { id } }',
    ),
    told: 'FORBIDDEN',
  },
  'Mutation.createUser': {
    may: 'administrators at GraphQL',
    call: (session) => ask(`mutation { createUser(input: {username: "new${++unique}"}) { id } }`)(session),
  },
  'Mutation.deleteUser': {
    may: 'administrators at GraphQL',
    call: async (session) => {
      const { id } = await gateway.createUser({ username: `old${++unique}` });
      return ask(`mutation { deleteUser(id: "${id}") }`)(session);
    },
  },
  'Mutation.heartbeat': { may: 'members', call: ask('mutation { heartbeat { deviceId } }') },
  'Mutation.login': {
    may: 'anybody',
    call: ask(`mutation { login(input: {username: "max", password: "${PASSWORD}"}) { expiresAt } }`),
  },
  'Mutation.loginWithPhone': {
    may: 'anybody',
    call: ask('mutation { loginWithPhone(input: {mobile: "13800000001", captcha: "000000"}) { expiresAt } }'),
    told: 'CAPTCHA_EXPIRED',
  },
  'Mutation.loginWithScan': {
    may: 'anybody',
    call: withTicket(
      (ticket, device) =>
        `mutation { loginWithScan(ticket: "${ticket}", deviceId: "${device}") { expiresAt } }`,
      ask,
    ),
    told: 'CAPTCHA_REQUIRED',
  },
  'Mutation.logout': { may: 'members', call: ask('mutation { logout }') },
  'Mutation.refreshSession': {
    may: 'anybody',
    call: async (session) => {
      const { refreshToken } = await anySession('max');
      return ask(`mutation { refreshSession(refreshToken: "${refreshToken}") { expiresAt } }`)(session);
    },
  },
  'Mutation.register': {
    may: 'anybody',
    call: (session) =>
      ask(`mutation { register(input: {username: "r${++unique}", password: "${PASSWORD}"}) { expiresAt } }`)(
        session,
      ),
  },
  'Mutation.revokeSession': {
    may: 'the member',
    call: async (session) => {
      const theirs = await anySession('max');
      return ask(`mutation { revokeSession(id: "${theirs.session.id}") { id } }`)(session);
    },
    refused: 'NOT_FOUND',
  },
  'Mutation.setUserRoles': {
    may: 'administrators at GraphQL',
    call: (session) => ask(`mutation { setUserRoles(id: "${memberId}", roles: ["MEMBER"]) { id } }`)(session),
  },
  'Mutation.setUserStatus': {
    may: 'administrators at GraphQL',
    call: (session) => ask(`mutation { setUserStatus(id: "${memberId}", status: ACTIVE) { id } }`)(session),
  },
  'Mutation.updateProfile': {
    may: 'members',
    call: ask('mutation { updateProfile(input: {brief: "b"}) { id } }'),
  },
  'Mutation.uploadRelease': { may: 'publishers', call: (session) => upload(session?.accessToken) },
  'Mutation.withdrawRelease': {
    may: 'publishers',
    call: ask(`mutation { withdrawRelease(id: "${UNKNOWN}", reason: "r") { id } }`),
    told: 'NOT_FOUND',
  },
  'Subscription.deviceStatus': {
    may: 'the member',
    call: (session) =>
      follow(`subscription { deviceStatus(filter: {userId: "${memberId}"}) { devices { id } } }`)(session),
    refused: 'nothing',
  },
  'Subscription.heartbeats': { may: 'members', call: follow('subscription { heartbeats { at } }') },
  'Subscription.releasePublished': {
    may: 'members',
    call: follow(`subscription { releasePublished(since: "${past}") { type } }`),
  },
  'Subscription.scanTicket': {
    may: 'anybody',
    call: withTicket(
      (ticket, device) => `subscription { scanTicket(ticket: "${ticket}", deviceId: "${device}") { state } }`,
      follow,
    ),
  },
};

test('every operation of the schema has its row here', () => {
  const schema = createSchema();
  const operations = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap(
    (type) => Object.keys(type?.getFields() ?? {}).map((name) => `${type?.name}.${name}`),
  );
  expect(Object.keys(rules).sort()).toEqual(operations.sort());
});

test.each(Object.entries(rules))(
  '%s is for whom it says, whatever session they come with',
  async (_operation, { may, call, told = 'allowed', refused = 'FORBIDDEN' }) => {
    expect(await askAll(gateway, call)).toEqual(
      expected(may, { allowed: told, forbidden: refused, unauthenticated: 'UNAUTHENTICATED' }),
    );
  },
);

describe('a session of a legacy door administers nobody, even that of an administrator', () => {
  const legacy = sessionPolicies.filter(({ api: name }) => name !== graphqlSessionPolicy.api);
  test.each(legacy.map((door) => [door.api, door] as const))('%s', async (_name, door) => {
    const { accessToken } = await openSession(gateway, 'root', door);
    for (const query of [
      '{ users { edges { cursor } } }',
      '{ auditLog { edges { cursor } } }',
      `{ sessions(userId: "${memberId}") { id } }`,
      `mutation { setUserStatus(id: "${memberId}", status: DISABLED) { id } }`,
    ]) {
      expect(await overHttp(query, accessToken)).toBe('FORBIDDEN');
    }
    const devices = `{ devices(filter: {userId: "${memberId}"}) { edges { cursor } } }`;
    expect(await overHttp(devices, accessToken)).toBe('nothing');
  });
});

test('an operation that names no permission fails the build', () => {
  @Resolver()
  class Careless {
    @Query(() => String)
    unguarded(): string {
      return 'open to everybody';
    }
  }
  try {
    expect(() => createSchema()).toThrow('No permission is named by unguarded.');
  } finally {
    // The library keeps it for the whole process.
    const { queries } = getMetadataStorage();
    queries.splice(
      queries.findIndex(({ target }) => target === Careless),
      1,
    );
  }
  expect(() => createSchema()).not.toThrow();
});
