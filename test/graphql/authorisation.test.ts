import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { isObjectType } from 'graphql';
import { buildSchemaSync, Query, Resolver } from 'type-graphql';
import { latestAuditCursor } from '../../src/audit-log/audit-stream.js';
import { nodeId } from '../../src/database/node-id.js';
import { applyRules, ruleInWords, type Rule as SchemaRule } from '../../src/graphql/authorization.js';
import { createSchema } from '../../src/graphql/schema.js';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import { sessionPolicies } from '../../src/server/http-server.js';
import { Session } from '../../src/sessions/session.entity.js';
import type { OpenedSession } from '../../src/sessions/sessions.js';
import { permissions } from '../../src/users/permissions.js';
import {
  ANONYMOUS,
  type Audience,
  askAll,
  createCallers,
  expected,
  openSession,
} from '../support/callers.js';
import { connect } from '../support/clients/live.js';
import { uploadForm } from '../support/clients/multipart.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { PASSWORD } from '../support/password.js';

const DEVICE = 'serial-1';
const UNKNOWN = 'release_999999';
const UNKNOWN_ACTION = 'deviceAction_999999';
let gateway: TestGateway;
let host: string;
/** The node id of the member. */
let memberId: string;
/** So that no call meets what another one made. */
let unique = 0;

beforeAll(async () => {
  gateway = await startGateway();
  host = await gateway.listen();
  await createCallers(gateway);
  const { user, accessToken } = await openSession(gateway, 'max', graphqlSessionPolicy);
  memberId = nodeId('user', user.id);
  await beat(accessToken, DEVICE);
  await createKey();
  await upload(accessToken);
  await upload((await openSession(gateway, 'pia', graphqlSessionPolicy)).accessToken);
});
afterAll(() => gateway.close());

/** A key of the member. */
function createKey() {
  const key = { name: 'k', permissions: ['releases:read'], lifetimeDays: 1 } as const;
  const userId = Number(memberId.replace('user_', ''));
  return gateway.services.apiKeys.createByOperator({ ...key, userId }, ANONYMOUS);
}

type Result = { data?: unknown; errors?: readonly { extensions?: Record<string, unknown> }[] };

/** The codes of a refusal; `nothing` for what is not there for the caller; else `allowed`. */
function outcome({ data, errors }: Result): string {
  if (errors) return errors.map(({ extensions }) => extensions?.code).join(' ');
  return /^\{"\w+":(null|\[\]|\[null\]|\{"(edges|devices)":\[\]\})\}$/.test(JSON.stringify(data))
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
    query: `mutation($input: UploadReleaseInput!) { uploadRelease(input: $input) { release { id } } }`,
    variables: { input: { version: String(unique), file: null } },
  });
  const form = uploadForm([
    ['operations', operations],
    ['map', '{"0": ["variables.input.file"]}'],
    ['0', { fileName: `agent${unique}.bin`, content: 'x' }],
  ]);
  const headers = { ...form.headers, ...bearer(token), 'apollo-require-preflight': 'true' };
  return outcome((await gateway.app.inject({ method: 'POST', url: '/graphql', ...form, headers })).json());
}

type Call = (session: OpenedSession | null) => Promise<string>;
interface Rule {
  readonly may: Audience;
  readonly call: Call;
  /** The outcome for callers with the permission. */
  readonly allowed?: string;
  /** The outcome for signed-in callers without it. */
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

/** Every operation of the schema, with a call that is valid for callers with the permission. */
const rules: Record<string, Rule> = {
  'Query.adoption': { may: 'publishers at GraphQL', call: ask('{ adoption { devices } }') },
  'Query.auditLog': { may: 'administrators at GraphQL', call: ask('{ auditLog { edges { cursor } } }') },
  'Query.auditCursor': { may: 'administrators at GraphQL', call: ask('{ auditCursor }') },
  'Query.apiKeys': {
    may: 'the member',
    call: (session) => ask(`{ apiKeys(filter: {userId: "${memberId}"}) { edges { cursor } } }`)(session),
  },
  'Query.device': {
    may: 'the member',
    call: async (session) => {
      const [device] = await gateway.services.db.em
        .fork()
        .execute<{ id: number }[]>('select id from devices where client_id = ?', [DEVICE]);
      return ask(`{ device(id: "device_${device?.id}") { id } }`)(session);
    },
    refused: 'nothing',
  },
  'Query.deviceAction': {
    may: 'members',
    call: ask(`{ deviceAction(id: "${UNKNOWN_ACTION}") { id } }`),
    allowed: 'nothing',
  },
  'Query.deviceActions': {
    may: 'members',
    call: ask('{ deviceActions { edges { cursor } pageInfo { endCursor } } }'),
  },
  'Query.deviceGroups': {
    may: 'administrators at GraphQL',
    call: async (session) => {
      await gateway.services.deviceGroups.create(`g${++unique}`, {}, ANONYMOUS);
      return ask('{ deviceGroups { name } }')(session);
    },
  },
  'Query.devices': {
    may: 'the member',
    call: (session) => ask(`{ devices(filter: {userId: "${memberId}"}) { edges { cursor } } }`)(session),
    refused: 'nothing',
  },
  'Query.releaseCursor': { may: 'members', call: ask('{ releaseCursor }') },
  'Query.health': {
    may: 'administrators at GraphQL',
    call: ask('{ health { problems { reason } node { memory } nodes { host } } }'),
    refused: 'nothing',
  },
  'Query.latestRelease': { may: 'members', call: ask('{ latestRelease { id } }') },
  'Query.me': { may: 'members', call: ask('{ me { id } }') },
  'Query.node': {
    may: 'the member',
    call: (session) => ask(`{ node(id: "${memberId}") { id } }`)(session),
    refused: 'nothing',
  },
  'Query.nodes': {
    may: 'the member',
    call: (session) => ask(`{ nodes(ids: ["${memberId}"]) { id } }`)(session),
    refused: 'nothing',
  },
  'Query.fleetHistory': {
    may: 'administrators at GraphQL',
    call: ask('{ fleetHistory(range: HOUR) { stepSeconds } }'),
  },
  'Query.presenceSummary': { may: 'members', call: ask('{ presenceSummary { total } }') },
  'Query.releaseChannels': { may: 'members', call: ask('{ releaseChannels }') },
  'Query.releases': { may: 'members', call: ask('{ releases { edges { cursor } } }') },
  'Query.roles': { may: 'administrators at GraphQL', call: ask('{ roles { code } }') },
  'Query.secondFactors': { may: 'members', call: ask('{ secondFactors { methods } }') },
  'Query.sessions': {
    may: 'the member',
    call: (session) => ask(`{ sessions(filter: {userId: "${memberId}"}) { edges { cursor } } }`)(session),
  },
  'Query.user': {
    may: 'administrators at GraphQL',
    call: (session) => ask(`{ user(id: "${memberId}") { id } }`)(session),
  },
  'Query.users': { may: 'administrators at GraphQL', call: ask('{ users { edges { cursor } } }') },
  'Mutation.exportAuditLog': {
    may: 'administrators at GraphQL',
    call: ask('mutation { exportAuditLog(input: {}) { download { url } } }'),
  },
  'Mutation.exportDevices': {
    may: 'members',
    call: ask('mutation { exportDevices(input: {}) { download { url } } }'),
  },
  'Mutation.exportUsers': {
    may: 'administrators at GraphQL',
    call: ask('mutation { exportUsers(input: {}) { download { url } } }'),
  },
  'Mutation.approveScan': {
    may: 'members',
    call: withTicket(
      (ticket) => `mutation { approveScan(input: {ticket: "${ticket}"}) { ticket { state } } }`,
      ask,
    ),
  },
  'Mutation.changePassword': {
    may: 'members',
    call: ask(
      `mutation { changePassword(input: {currentPassword: "${PASSWORD}", newPassword: "${PASSWORD}"}) { user { id } } }`,
    ),
  },
  'Mutation.claimScan': {
    may: 'members',
    call: withTicket(
      (ticket) => `mutation { claimScan(input: {ticket: "${ticket}"}) { ticket { state } } }`,
      ask,
    ),
  },
  'Mutation.claimDevice': {
    may: 'members at GraphQL',
    call: async (session) => {
      const device = { address: '192.0.2.1', deviceId: `claimed-${++unique}`, version: null, model: null };
      const { code } = await gateway.services.deviceClaims.request(device);
      return ask(`mutation { claimDevice(input: {code: "${code}"}) { clientId } }`)(session);
    },
  },
  'Query.deviceClaim': {
    may: 'members at GraphQL',
    call: ask('{ deviceClaim(code: "22222222") { clientId } }'),
    allowed: 'NOT_FOUND',
  },
  'Mutation.collectDeviceCredential': {
    may: 'anybody',
    call: ask('mutation { collectDeviceCredential(input: {secret: "none"}) { token } }'),
    allowed: 'NOT_FOUND',
  },
  'Mutation.completeLogin': {
    may: 'anybody',
    call: ask('mutation { completeLogin(input: {challenge: "none", totpCode: "000000"}) { expiresAt } }'),
    allowed: 'CHALLENGE_EXPIRED',
  },
  'Mutation.confirmTotpEnrollment': {
    may: 'members',
    call: ask('mutation { confirmTotpEnrollment(input: {code: "000000"}) { recoveryCodes } }'),
    allowed: 'CHALLENGE_EXPIRED',
  },
  'Mutation.createApiKey': {
    may: 'members at GraphQL',
    call: ask(
      'mutation { createApiKey(input: {name: "k", permissions: [RELEASES_READ]}) { apiKey { id } } }',
    ),
  },
  'Mutation.createCaptcha': {
    may: 'anybody',
    call: ask('mutation { createCaptcha(input: {type: SCAN, deviceId: "kiosk"}) { captcha { ticket } } }'),
  },
  'Mutation.createFirstAdministrator': {
    may: 'anybody',
    call: ask(
      'mutation { createFirstAdministrator(input: {token: "none", username: "x", password: "correct horse"}) { user { id } } }',
    ),
    allowed: 'FORBIDDEN',
  },
  'Mutation.createPasswordResetLink': {
    may: 'administrators at GraphQL',
    call: (session) =>
      ask(`mutation { createPasswordResetLink(input: {userId: "${memberId}"}) { path } }`)(session),
  },
  'Mutation.createRole': {
    may: 'administrators at GraphQL',
    call: (session) =>
      ask(
        `mutation { createRole(input: {code: "R${++unique}", name: "r", permissions: []}) { role { id } } }`,
      )(session),
  },
  'Mutation.createServiceAccount': {
    may: 'administrators at GraphQL',
    call: (session) =>
      ask(`mutation { createServiceAccount(input: {username: "ci${++unique}"}) { user { id } } }`)(session),
  },
  'Mutation.createUser': {
    may: 'administrators at GraphQL',
    call: (session) =>
      ask(`mutation { createUser(input: {username: "new${++unique}"}) { user { id } } }`)(session),
  },
  'Mutation.deleteRole': {
    may: 'administrators at GraphQL',
    call: ask('mutation { deleteRole(input: {id: "role_NOBODY"}) { deletedRoleId } }'),
    allowed: 'NOT_FOUND',
  },
  'Mutation.deleteUser': {
    may: 'administrators at GraphQL',
    call: async (session) => {
      const { id } = await gateway.createUser({ username: `old${++unique}` });
      return ask(`mutation { deleteUser(input: {id: "user_${id}"}) { deletedUserId } }`)(session);
    },
  },
  'Mutation.finishPasskeyLogin': {
    may: 'anybody',
    call: ask('mutation { finishPasskeyLogin(input: {credential: {}}) { expiresAt } }'),
    allowed: 'INVALID_INPUT',
  },
  'Mutation.finishPasskeyRegistration': {
    may: 'members at GraphQL',
    call: ask('mutation { finishPasskeyRegistration(input: {credential: {}}) { passkey { id } } }'),
    allowed: 'INVALID_INPUT',
  },
  'Mutation.heartbeat': { may: 'members', call: ask('mutation { heartbeat(input: {}) { device { id } } }') },
  'Mutation.issueDeviceCredentials': {
    may: 'members at GraphQL',
    call: ask('mutation { issueDeviceCredentials(input: {deviceIds: ["i"]}) { credentials { token } } }'),
  },
  'Mutation.login': {
    may: 'anybody',
    call: ask(`mutation { login(input: {username: "max", password: "${PASSWORD}"}) { expiresAt } }`),
  },
  'Mutation.loginWithPhone': {
    may: 'anybody',
    call: ask('mutation { loginWithPhone(input: {phone: "13800000001", captcha: "000000"}) { expiresAt } }'),
    allowed: 'CAPTCHA_EXPIRED',
  },
  'Mutation.loginWithScan': {
    may: 'anybody',
    call: withTicket(
      (ticket, device) =>
        `mutation { loginWithScan(input: {ticket: "${ticket}", deviceId: "${device}"}) { expiresAt } }`,
      ask,
    ),
    allowed: 'CAPTCHA_REQUIRED',
  },
  'Mutation.logout': { may: 'members', call: ask('mutation { logout(input: {}) { session { id } } }') },
  'Mutation.refreshSession': {
    may: 'anybody',
    call: async (session) => {
      const { refreshToken } = await anySession('max');
      return ask(`mutation { refreshSession(input: {refreshToken: "${refreshToken}"}) { expiresAt } }`)(
        session,
      );
    },
  },
  'Mutation.regenerateRecoveryCodes': {
    may: 'members',
    call: ask('mutation { regenerateRecoveryCodes(input: {}) { recoveryCodes } }'),
    allowed: 'CONFLICT',
  },
  'Mutation.removeSecondFactor': {
    may: 'members',
    call: ask('mutation { removeSecondFactor(input: {method: TOTP}) { user { id } } }'),
    allowed: 'NOT_FOUND',
  },
  'Mutation.resetSecondFactors': {
    may: 'administrators at GraphQL',
    call: (session) =>
      ask(`mutation { resetSecondFactors(input: {userId: "${memberId}"}) { user { id } } }`)(session),
    allowed: 'CONFLICT',
  },
  'Mutation.startTotpEnrollment': {
    may: 'members',
    call: ask('mutation { startTotpEnrollment(input: {}) { uri } }'),
  },
  'Mutation.stepUp': {
    may: 'members',
    call: ask(`mutation { stepUp(input: {password: "${PASSWORD}"}) { expiresAt } }`),
  },
  'Mutation.register': {
    may: 'anybody',
    call: (session) =>
      ask(`mutation { register(input: {username: "r${++unique}", password: "${PASSWORD}"}) { expiresAt } }`)(
        session,
      ),
  },
  'Mutation.requestDeviceCredential': {
    may: 'anybody',
    call: ask('mutation { requestDeviceCredential(input: {deviceId: "r"}) { code } }'),
  },
  'Mutation.removePasskey': {
    may: 'members at GraphQL',
    call: ask('mutation { removePasskey(input: {id: "passkey_999999"}) { removedPasskeyId } }'),
    allowed: 'NOT_FOUND',
  },
  'Mutation.renamePasskey': {
    may: 'members at GraphQL',
    call: ask('mutation { renamePasskey(input: {id: "passkey_999999", name: "n"}) { passkey { id } } }'),
    allowed: 'NOT_FOUND',
  },
  'Mutation.requestPasswordReset': {
    may: 'anybody',
    call: (session) =>
      ask(`mutation { requestPasswordReset(input: {phone: "1381000${1000 + ++unique}"}) { expiresAt } }`)(
        session,
      ),
  },
  'Mutation.resetPassword': {
    may: 'anybody',
    call: ask(
      'mutation { resetPassword(input: {phone: "13800000001", code: "0", newPassword: "battery staple"}) { login } }',
    ),
    allowed: 'CAPTCHA_EXPIRED',
  },
  'Mutation.resetPasswordWithLink': {
    may: 'anybody',
    call: ask(
      'mutation { resetPasswordWithLink(input: {token: "none", newPassword: "battery staple"}) { login } }',
    ),
    allowed: 'FORBIDDEN',
  },
  'Mutation.revokeApiKey': {
    may: 'the member',
    call: async (session) => {
      const { apiKey } = await createKey();
      return ask(`mutation { revokeApiKey(input: {id: "apiKey_${apiKey.id}"}) { apiKey { id } } }`)(session);
    },
    refused: 'NOT_FOUND',
  },
  'Mutation.revokeSession': {
    may: 'the member',
    call: async (session) => {
      const theirs = await anySession('max');
      return ask(
        `mutation { revokeSession(input: {id: "session_${theirs.session.id}"}) { session { id } } }`,
      )(session);
    },
    refused: 'NOT_FOUND',
  },
  'Mutation.revokeUserSessions': {
    may: 'administrators at GraphQL',
    call: async (session) => {
      const { id } = await gateway.createUser({ username: `busy${++unique}` });
      return ask(`mutation { revokeUserSessions(input: {userId: "user_${id}"}) { revokedCount } }`)(session);
    },
  },
  'Mutation.setPassword': {
    may: 'members',
    call: ask('mutation { setPassword(input: {newPassword: "battery staple"}) { user { id } } }'),
    allowed: 'CONFLICT',
  },
  'Mutation.setUserRoles': {
    may: 'administrators at GraphQL',
    call: (session) =>
      ask(`mutation { setUserRoles(input: {id: "${memberId}", roles: ["MEMBER"]}) { user { id } } }`)(
        session,
      ),
  },
  'Mutation.setUserStatus': {
    may: 'administrators at GraphQL',
    call: (session) =>
      ask(`mutation { setUserStatus(input: {id: "${memberId}", status: ACTIVE}) { user { id } } }`)(session),
  },
  'Mutation.startPasskeyLogin': {
    may: 'anybody',
    call: ask('mutation { startPasskeyLogin(input: {}) { options } }'),
  },
  'Mutation.startPasskeyProof': {
    may: 'anybody',
    call: ask('mutation { startPasskeyProof(input: {challenge: "none"}) { options } }'),
    allowed: 'CHALLENGE_EXPIRED',
  },
  'Mutation.startPasskeyRegistration': {
    may: 'members at GraphQL',
    call: ask('mutation { startPasskeyRegistration(input: {}) { options } }'),
  },
  'Mutation.retireDevice': {
    may: 'administrators at GraphQL',
    call: ask('mutation { retireDevice(input: {id: "device_999999"}) { device { id } } }'),
    allowed: 'NOT_FOUND',
  },
  'Mutation.deleteDevice': {
    may: 'administrators at GraphQL',
    call: ask('mutation { deleteDevice(input: {id: "device_999999"}) { deletedDeviceId } }'),
    allowed: 'NOT_FOUND',
  },
  'Mutation.startDeviceAction': {
    may: 'administrators at GraphQL',
    call: ask(
      'mutation { startDeviceAction(input: {kind: RETIRE, filter: {ids: []}}) { deviceAction { id } } }',
    ),
  },
  'Mutation.stopDeviceAction': {
    may: 'administrators at GraphQL',
    call: ask(`mutation { stopDeviceAction(input: {id: "${UNKNOWN_ACTION}"}) { deviceAction { id } } }`),
    allowed: 'NOT_FOUND',
  },
  'Mutation.resumeDeviceAction': {
    may: 'administrators at GraphQL',
    call: ask(`mutation { resumeDeviceAction(input: {id: "${UNKNOWN_ACTION}"}) { deviceAction { id } } }`),
    allowed: 'NOT_FOUND',
  },
  'Mutation.createDeviceGroup': {
    may: 'administrators at GraphQL',
    call: (session) =>
      ask(`mutation { createDeviceGroup(input: {name: "g${++unique}", filter: {}}) { deviceGroup { id } } }`)(
        session,
      ),
  },
  'Mutation.updateDeviceGroup': {
    may: 'administrators at GraphQL',
    call: ask('mutation { updateDeviceGroup(input: {id: "deviceGroup_999999"}) { deviceGroup { id } } }'),
    allowed: 'NOT_FOUND',
  },
  'Mutation.deleteDeviceGroup': {
    may: 'administrators at GraphQL',
    call: ask('mutation { deleteDeviceGroup(input: {id: "deviceGroup_999999"}) { deletedDeviceGroupId } }'),
    allowed: 'NOT_FOUND',
  },
  'Mutation.updateDevice': {
    may: 'administrators at GraphQL',
    call: ask('mutation { updateDevice(input: {id: "device_999999"}) { device { id } } }'),
    allowed: 'NOT_FOUND',
  },
  'Mutation.updateProfile': {
    may: 'members',
    call: ask('mutation { updateProfile(input: {brief: "b"}) { user { id } } }'),
  },
  'Mutation.updateRole': {
    may: 'administrators at GraphQL',
    call: ask('mutation { updateRole(input: {id: "role_NOBODY", name: "r"}) { role { id } } }'),
    allowed: 'NOT_FOUND',
  },
  'Mutation.updateUser': {
    may: 'administrators at GraphQL',
    call: (session) =>
      ask(`mutation { updateUser(input: {id: "${memberId}", brief: "b"}) { user { id } } }`)(session),
  },
  'Mutation.uploadRelease': { may: 'publishers', call: (session) => upload(session?.accessToken) },
  'Mutation.withdrawRelease': {
    may: 'publishers',
    call: ask(`mutation { withdrawRelease(input: {id: "${UNKNOWN}", reason: "r"}) { release { id } } }`),
    allowed: 'NOT_FOUND',
  },
  'Subscription.auditEntriesAdded': {
    may: 'administrators at GraphQL',
    call: async (session) => {
      const since = await latestAuditCursor(gateway.services);
      await createKey();
      return follow(`subscription { auditEntriesAdded(since: "${since}") { cursor } }`)(session);
    },
  },
  'Subscription.deviceActionProgress': {
    may: 'members',
    call: follow(`subscription { deviceActionProgress(id: "${UNKNOWN_ACTION}") { id } }`),
    allowed: 'NOT_FOUND',
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
    call: follow(`subscription { releasePublished(since: "${past}") { kind } }`),
  },
  'Subscription.scanTicket': {
    may: 'anybody',
    call: withTicket(
      (ticket, device) => `subscription { scanTicket(ticket: "${ticket}", deviceId: "${device}") { state } }`,
      follow,
    ),
  },
};

test('the table has a row for every operation of the schema', () => {
  const schema = createSchema();
  const operations = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap(
    (type) => Object.keys(type?.getFields() ?? {}).map((name) => `${type?.name}.${name}`),
  );
  expect(Object.keys(rules).sort()).toEqual(operations.sort());
});

test.each(Object.entries(rules))(
  '%s is open to its audience and refused to everyone else, with every kind of session',
  async (_operation, { may, call, allowed = 'allowed', refused = 'FORBIDDEN' }) => {
    expect(await askAll(gateway, call)).toEqual(
      expected(may, { allowed, forbidden: refused, unauthenticated: 'UNAUTHENTICATED' }),
    );
  },
);

const mutationsWith = (extension: string) =>
  Object.values(createSchema().getMutationType()?.getFields() ?? {})
    .filter(({ extensions }) => extensions[extension])
    .map(({ name }) => `Mutation.${name}`);

test.each(mutationsWith('stepUp'))(
  '%s is refused to keys, and to logins without a fresh proof',
  async (name) => {
    const { services } = gateway;
    const root = await openSession(gateway, 'root', graphqlSessionPolicy);
    const key = await services.apiKeys.createByOperator(
      { userId: root.user.id, name: 'k', permissions: [...permissions], lifetimeDays: 1 },
      ANONYMOUS,
    );
    await services.db.em.fork().nativeUpdate(Session, { id: root.session.id }, { provenAt: null });
    const call = rules[name]?.call ?? ask('');
    expect(await call(root)).toBe('STEP_UP_REQUIRED');
    expect(await call({ ...root, accessToken: key.token })).toBe('FORBIDDEN');
  },
);

describe('a caller who must enrol a second factor', () => {
  const enrolling = [
    'Query.me',
    'Query.secondFactors',
    'Mutation.confirmTotpEnrollment',
    'Mutation.finishPasskeyRegistration',
    'Mutation.logout',
    'Mutation.startPasskeyRegistration',
    'Mutation.startTotpEnrollment',
    'Mutation.stepUp',
  ];
  beforeAll(async () => {
    await gateway.services.roleEditing.create('CAREFUL', 'c', permissions, ANONYMOUS, true);
    await gateway.createUser({ username: 'eve', password: PASSWORD, roles: ['CAREFUL'] });
  });

  test.each(Object.entries(rules).filter(([, { may }]) => may !== 'anybody'))(
    '%s',
    async (name, { call, allowed = 'allowed' }) => {
      const eve = await openSession(gateway, 'eve', graphqlSessionPolicy);
      const outcome = await call(eve);
      if (enrolling.includes(name)) expect(outcome).toBe(allowed);
      else expect(outcome).toBe('ENROLLMENT_REQUIRED');
    },
  );
});

test('a viewer reads all that an administrator reads, and changes nothing but the own account', async () => {
  await gateway.createUser({ username: 'vic', password: PASSWORD, roles: ['VIEWER'] });
  const ofOthers = Object.entries(rules).filter(
    ([, { may }]) => may !== 'anybody' && !may.startsWith('members'),
  );
  for (const [operation, { call, refused = 'FORBIDDEN' }] of ofOthers) {
    const outcome = await call(await openSession(gateway, 'vic', graphqlSessionPolicy));
    const isChange = operation.startsWith('Mutation.') && !operation.startsWith('Mutation.export');
    expect([operation, outcome]).toEqual([operation, isChange ? refused : 'allowed']);
  }
});

describe('a session of a legacy API has no administrative permission, even for an administrator:', () => {
  const legacy = sessionPolicies.filter(({ api: name }) => name !== graphqlSessionPolicy.api);
  test.each(legacy.map((policy) => [policy.api, policy] as const))('%s', async (_api, policy) => {
    const { accessToken } = await openSession(gateway, 'root', policy);
    for (const query of [
      '{ users { edges { cursor } } }',
      '{ auditLog { edges { cursor } } }',
      `{ sessions(filter: {userId: "${memberId}"}) { edges { cursor } } }`,
      `mutation { setUserStatus(input: {id: "${memberId}", status: DISABLED}) { user { id } } }`,
    ]) {
      expect(await overHttp(query, accessToken)).toBe('FORBIDDEN');
    }
    const devices = `{ devices(filter: {userId: "${memberId}"}) { edges { cursor } } }`;
    expect(await overHttp(devices, accessToken)).toBe('nothing');
  });
});

describe('the rules of the schema', () => {
  test('refuse an operation without one when the schema is built', () => {
    @Resolver()
    class Unguarded {
      @Query(() => String)
      greeting(): string {
        return 'hello';
      }
    }
    const schema = buildSchemaSync({ resolvers: [Unguarded], validate: false });
    expect(() => applyRules(schema)).toThrow('Query.greeting names no permission.');
  });

  test('end the description of every operation and field that has one', () => {
    const fields = Object.values(createSchema().getTypeMap())
      .filter(isObjectType)
      .flatMap((type) => Object.values(type.getFields()))
      .filter(({ extensions }) => extensions.rule);
    expect(fields.length).toBeGreaterThan(Object.keys(rules).length);
    for (const { description, extensions } of fields) {
      expect(description).toMatch(/^[A-Z].+\.\n\n(Requires|Null without|Open to) .+\.$/s);
      expect(description).toContain(ruleInWords(extensions.rule as SchemaRule));
    }
  });

  test.each([
    ['public', 'Open to everyone, signed in or not.'],
    ['signed-in', 'Requires a signed-in caller.'],
    ['users:read', 'Requires the permission `USERS_READ`.'],
    [
      { own: 'devices:own', others: 'devices:read' },
      'Requires the permission `DEVICES_OWN` for your own, `DEVICES_READ` for those of other users.',
    ],
    [
      { own: 'sessions:own', others: 'sessions:manage', orNull: true },
      'Null without the permission `SESSIONS_OWN` for your own, `SESSIONS_MANAGE` for those of other users.',
    ],
    [
      { enrolling: 'profile:own' },
      'Requires the permission `PROFILE_OWN`, which callers who must enrol a second factor need not have.',
    ],
    [{ nullWithout: 'users:read' }, 'Null without the permission `USERS_READ`.'],
  ] as const)('read well: %j', (rule, words) => {
    expect(ruleInWords(rule)).toBe(words);
  });
});

describe('fields of other users', () => {
  const asCaller = async (username: string, query: string) => {
    const { accessToken } = await openSession(gateway, username, graphqlSessionPolicy);
    return (await gateway.post('/graphql', { query }, bearer(accessToken))).json<Result>();
  };

  test('devices and sessions of a user are for the user and for administrators', async () => {
    const query = `{ node(id: "${memberId}") { ... on User { devices { totalCount } sessions { totalCount } } } }`;
    for (const username of ['max', 'root']) {
      expect(await asCaller(username, query)).toMatchObject({
        data: {
          node: { devices: { totalCount: expect.any(Number) }, sessions: { totalCount: expect.any(Number) } },
        },
      });
    }
    expect(await asCaller('nia', query)).toEqual({ data: { node: null } });
  });

  test('the uploader of a release is for callers who may read users, the name for all', async () => {
    const query = '{ latestRelease { uploaderName uploader { login } } }';
    expect(await asCaller('max', query)).toMatchObject({
      data: { latestRelease: { uploaderName: expect.any(String), uploader: null } },
    });
    expect(await asCaller('root', query)).toMatchObject({
      data: { latestRelease: { uploader: { login: expect.any(String) } } },
    });
  });

  test('a payload that signs in is read as the caller who signed in', async () => {
    const query = `mutation { login(input: {username: "max", password: "${PASSWORD}"}) {
      user { login devices { totalCount } } session { current } } }`;
    expect((await gateway.post('/graphql', { query })).json()).toMatchObject({
      data: {
        login: {
          user: { login: 'max', devices: { totalCount: expect.any(Number) } },
          session: { current: true },
        },
      },
    });
  });
});
