import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { TOTP } from 'otpauth';
import { AuditEntry } from '../../src/audit/audit-entry.entity.js';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import { consoleSessionPolicy } from '../../src/legacy/console/session-policy.js';
import { callerOf, openSession } from '../support/callers.js';
import { ask } from '../support/clients/client.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import * as op from '../support/operations.js';
import { PASSWORD } from '../support/password.js';

const ANSWER = '5694';
const DEVICE = 'tablet';
const ANONYMOUS = { userId: null, address: null };

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ CAPTCHA_FIXED_CODE: ANSWER });
  await gateway.services.roleEditing.create('CAREFUL', 'c', [], ANONYMOUS, true);
});
afterAll(() => gateway.close());

let created = 0;
let username: string;
let phone: string;
let id: number;
beforeEach(async () => {
  created += 1;
  username = `person ${created}`;
  phone = String(13_700_000_000 + created);
  id = (await gateway.createUser({ username, phone, phoneVerified: true, password: PASSWORD })).id;
});

/** @returns the token of the session that has enrolled. */
async function enroll(): Promise<string> {
  const { authenticators } = gateway.services;
  const { accessToken } = await openSession(gateway, username, graphqlSessionPolicy);
  const caller = await callerOf(gateway, accessToken);
  const { secret } = await authenticators.start(caller);
  const code = new TOTP({ secret }).generate({ timestamp: gateway.clock.now });
  await authenticators.confirm(caller, code, ANONYMOUS);
  return accessToken;
}
const requireFactor = () =>
  gateway.services.administration.setRoles(id, ['CAREFUL'], ANONYMOUS).then(() => undefined);

const post = async (url: string, body: object) =>
  (await gateway.post(url, body, { 'x-device-id': DEVICE })).body;
/** Logins with a password, by API. */
const logins: Record<string, (password: string) => Promise<string>> = {
  bms: (password) => post('/sys/login-phone', { phone, password, device: 'x', version: '1' }),
  uims: (passwd) => post('/api/background_login', { account: username, passwd }),
  teacher: (password) => post('/api/user/login', { phone, password }),
  async console(password) {
    await post('/validate/code/', { type: 'image', deviceId: DEVICE });
    return post('/login/account', { username, password, captcha: ANSWER, deviceId: DEVICE });
  },
};
const refusals = async () =>
  (
    await gateway.services.db.em.fork().find(AuditEntry, { action: 'session.refuse', target: `user_${id}` })
  ).map(({ detail }) => detail);

test.each([
  ['has a second factor', enroll, 'SECOND_FACTOR_REQUIRED'],
  ['must enrol one', requireFactor, 'ENROLLMENT_REQUIRED'],
] as const)('answers the password of an account that %s as a wrong one', async (_which, protect, reason) => {
  const wrong: Record<string, string> = {};
  for (const [api, login] of Object.entries(logins)) wrong[api] = await login('wrong!');
  await protect();
  for (const [api, login] of Object.entries(logins)) expect(await login(PASSWORD)).toEqual(wrong[api]);
  expect((await refusals()).slice(4)).toEqual(Object.keys(logins).map((api) => `${api} ${reason}`));
});

test('answers the SMS code of an account with a second factor as a wrong one, and counts it', async () => {
  const sms = { mobile: phone, deviceId: DEVICE };
  const send = async () => {
    gateway.clock.advance(60_000);
    await post('/validate/code/', { type: 'sms', ...sms });
  };
  const login = (captcha: string) => post('/login/mobile', { ...sms, captcha });
  await send();
  const wrong = await login('000000');
  await enroll();
  for (let i = 0; i < 4; i += 1) expect(await login(ANSWER)).toEqual(wrong);
  const expired = await login(ANSWER);
  expect(expired).not.toEqual(wrong);
  expect(await refusals()).toEqual([
    'console CAPTCHA_INVALID',
    ...Array(4).fill('console SECOND_FACTOR_REQUIRED'),
  ]);
});

test('answers the ticket of an account with a second factor as an unknown one', async () => {
  const { scanTickets, scanLogins } = gateway.services;
  const caller = await callerOf(gateway, await enroll());
  const client = { address: '192.0.2.1', deviceId: DEVICE, version: null, model: null };
  const { ticket } = await scanTickets.issue(DEVICE, client);
  await scanTickets.decide(ticket, caller, true);
  await expect(scanLogins.login(ticket, client, consoleSessionPolicy)).rejects.toMatchObject({
    code: 'CAPTCHA_EXPIRED',
    message: 'The ticket is unknown, used or expired.',
  });
  expect(await refusals()).toEqual(['console SECOND_FACTOR_REQUIRED']);
  await expect(scanLogins.login(ticket, client, graphqlSessionPolicy)).rejects.toMatchObject({
    code: 'SECOND_FACTOR_REQUIRED',
  });
});

test('refuses the legacy sessions and open sessions of people who must enrol, but not credentials of devices', async () => {
  const legacy = (await openSession(gateway, username, consoleSessionPolicy)).accessToken;
  const { services } = gateway;
  const root = await gateway.createUser({
    username: `root ${created}`,
    password: PASSWORD,
    roles: ['ADMIN'],
  });
  const { accessToken } = await openSession(gateway, root.username ?? '', graphqlSessionPolicy);
  const issued = await services.deviceCredentials.issue(id, ['pad'], await callerOf(gateway, accessToken), {
    userId: root.id,
    address: null,
  });
  await requireFactor();
  const beat = async (token: string) =>
    (
      await gateway.post('/api/heart/check', {}, { authorization: `Bearer ${token}`, 'x-device-id': 'pad' })
    ).json();
  const unknown = await beat('unknown');
  expect(await beat(legacy)).toEqual(unknown);
  expect(await beat(issued[0]?.token ?? '')).not.toEqual(unknown);
  await services.administration.setRoles(id, ['MEMBER'], ANONYMOUS);
  expect(await beat(legacy)).not.toEqual(unknown);
});

test('lets administrators require a second factor of a built-in role, at once', async () => {
  const root = await gateway.createUser({
    username: `root ${created}`,
    password: PASSWORD,
    roles: ['ADMIN'],
  });
  const { accessToken } = await openSession(gateway, root.username ?? '', graphqlSessionPolicy);
  const member = (await openSession(gateway, username, graphqlSessionPolicy)).accessToken;
  const update = (requiresSecondFactor: boolean, token = accessToken) =>
    ask(gateway, op.UpdateRoleDocument, { input: { id: 'role_MEMBER', requiresSecondFactor } }, token);
  const { updateRole } = await update(true);
  expect(updateRole.role).toMatchObject({ builtIn: true, requiresSecondFactor: true });
  const roles = ask(gateway, op.RolesDocument, {}, member);
  await expect(roles).rejects.toThrow('ENROLLMENT_REQUIRED');
  const { secondFactors } = await ask(gateway, op.SecondFactorsDocument, {}, member);
  expect(secondFactors).toMatchObject({ required: true, methods: [] });
  await update(false);
});

test('removes lost factors, and ends the logins of the account', async () => {
  await enroll();
  const root = await gateway.createUser({
    username: `root ${created}`,
    password: PASSWORD,
    roles: ['ADMIN'],
  });
  const { accessToken } = await openSession(gateway, root.username ?? '', graphqlSessionPolicy);
  const input = { userId: `user_${id}` };
  const { resetSecondFactors } = await ask(gateway, op.ResetSecondFactorsDocument, { input }, accessToken);
  expect(resetSecondFactors.user.secondFactorSince).toBeNull();
  const open = await gateway.services.openSessions.count({
    userId: id,
    api: null,
    kind: null,
    client: null,
    device: null,
  });
  expect(open).toBe(0);
  await ask(gateway, op.LoginDocument, { input: { username, password: PASSWORD } });
});
