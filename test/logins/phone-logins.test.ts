import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { AuditEntry } from '../../src/audit/audit-entry.entity.js';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import { KnownClient } from '../../src/sessions/known-client.entity.js';
import { hashPassword } from '../../src/users/passwords/password-hash.js';
import { User, UserStatus } from '../../src/users/user.entity.js';
import { callerOf } from '../support/callers.js';
import { importUser } from '../support/fixtures.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { PASSWORD } from '../support/password.js';

const MINUTE = 60_000;
const client = { address: '192.0.2.1', deviceId: 'device 1', version: null, model: null };

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

let lastPhone = 13_700_000_000;
let phone: string;
beforeEach(() => {
  lastPhone += 1;
  phone = String(lastPhone);
});

const sendCode = () => gateway.services.smsCodes.send(phone, client.deviceId, client);
const login = async ({ createsAccount = false, code = '' } = {}) => {
  const credentials = { phone, code: code || (await gateway.lastSms(phone)) };
  return gateway.services.phoneLogins.login(credentials, client, graphqlSessionPolicy, { createsAccount });
};
const loginWithPassword = (from = client) =>
  gateway.services.passwordLogins.login(
    { login: phone, password: PASSWORD, captcha: 'none' },
    from,
    graphqlSessionPolicy,
  );
const stored = (id: number) => gateway.services.db.em.fork().findOneOrFail(User, { id });
const isActive = async (accessToken: string) =>
  (await gateway.services.sessions.authenticate(accessToken)) !== null;

test('opens one session for two parallel logins with one code', async () => {
  await gateway.createUser({ phone });
  await sendCode();
  const code = await gateway.lastSms(phone);
  const outcomes = await Promise.allSettled([login({ code }), login({ code })]);
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
});

test('creates an account for an unknown phone only where the API does so', async () => {
  await sendCode();
  await expect(login()).rejects.toMatchObject({ code: 'ACCOUNT_UNKNOWN' });
  gateway.clock.advance(MINUTE);
  await sendCode();
  const { user } = await login({ createsAccount: true });
  expect(await stored(user.id)).toMatchObject({
    phone: `86${phone}`,
    passwordHash: null,
    phoneVerifiedAt: expect.any(Date),
  });
});

test('consumes the code of a login that fails afterwards', async () => {
  await gateway.createUser({ phone, status: UserStatus.DISABLED });
  await sendCode();
  await expect(login()).rejects.toMatchObject({ code: 'ACCOUNT_DISABLED' });
  await expect(login()).rejects.toMatchObject({ code: 'CAPTCHA_EXPIRED' });
});

test('removes the password, sessions and known clients of an unverified registration at the first verification', async () => {
  const { id } = await gateway.createUser({ phone, password: PASSWORD });
  const registrant = { ...client, address: '203.0.113.1', deviceId: 'theirs' };
  const unverified = await loginWithPassword(registrant);
  await callerOf(gateway, unverified.accessToken);
  await sendCode();
  const owner = await login();
  expect(owner.user.id).toBe(id);
  expect(await isActive(unverified.accessToken)).toBe(false);
  expect(await isActive(owner.accessToken)).toBe(true);
  await expect(loginWithPassword()).rejects.toMatchObject({ code: 'PASSWORD_WRONG' });
  const clients = await gateway.services.db.em
    .fork()
    .find(KnownClient, { user: id }, { orderBy: { client: 'asc' } });
  expect(clients.map((known) => known.client)).toEqual(['address:192.0.2.1', 'device:device 1']);
  const audit = await gateway.services.db.em
    .fork()
    .find(AuditEntry, { actorId: id, action: 'user.phone-proven' });
  expect(audit).toMatchObject([{ target: `user_${id}` }]);
});

test('invalidates scan tickets that the sessions of an unverified registration approved', async () => {
  await gateway.createUser({ phone, password: PASSWORD });
  const unverified = await callerOf(gateway, (await loginWithPassword()).accessToken);
  const screen = { ...client, deviceId: 'their screen' };
  const { ticket } = await gateway.services.scanTickets.issue(screen.deviceId, screen);
  await gateway.services.scanTickets.decide(ticket, unverified, true);
  await sendCode();
  await login();
  await expect(gateway.services.scanLogins.login(ticket, screen, graphqlSessionPolicy)).rejects.toMatchObject(
    { code: 'CAPTCHA_EXPIRED' },
  );
});

test('keeps the password and sessions at a later login', async () => {
  const { id } = await gateway.createUser({ phone });
  await sendCode();
  const first = await login();
  const passwordHash = await hashPassword(PASSWORD);
  await gateway.services.db.em.fork().nativeUpdate(User, { id }, { passwordHash });
  gateway.clock.advance(MINUTE);
  await sendCode();
  await login();
  expect(await isActive(first.accessToken)).toBe(true);
  await loginWithPassword();
});

test('treats the phone of an imported account as verified', async () => {
  await importUser(gateway, {
    id: 9001,
    phone,
    password: PASSWORD,
    createdAt: new Date(gateway.clock.now),
  });
  const session = await loginWithPassword();
  await sendCode();
  await login();
  expect(await isActive(session.accessToken)).toBe(true);
  await loginWithPassword();
});
