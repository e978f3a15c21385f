import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import { verifyPassword } from '../../src/users/passwords/password-hash.js';
import { User } from '../../src/users/user.entity.js';
import { callerOf, openSession } from '../support/callers.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { PASSWORD } from '../support/password.js';

const NEW_PASSWORD = 'battery staple';
const client = { address: '192.0.2.1', deviceId: null, version: null, model: null };

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

let created = 0;
/** Opens a session, of a new user by default. */
async function signIn(username?: string | null) {
  created += 1;
  const name = username ?? `person ${created}`;
  if (!username) await gateway.createUser({ username: name, password: PASSWORD });
  const { accessToken } = await openSession(gateway, name, graphqlSessionPolicy);
  const caller = await callerOf(gateway, accessToken);
  const change = (newPassword: string, currentPassword = PASSWORD) =>
    gateway.services.passwords.change(
      caller,
      { currentPassword, newPassword },
      { userId: caller.user.id, address: client.address },
    );
  return { username: name, accessToken, caller, change };
}
const isActive = async (accessToken: string) =>
  (await gateway.services.sessions.authenticate(accessToken)) !== null;

test('requires the current password and ends the other sessions', async () => {
  const { username, accessToken, change } = await signIn();
  const other = await signIn(username);
  await expect(change(NEW_PASSWORD, 'wrong')).rejects.toMatchObject({ code: 'PASSWORD_WRONG' });
  expect(await isActive(other.accessToken)).toBe(true);
  await change(NEW_PASSWORD);
  expect(await isActive(other.accessToken)).toBe(false);
  expect(await isActive(accessToken)).toBe(true);
  await expect(change(NEW_PASSWORD)).rejects.toMatchObject({ code: 'PASSWORD_WRONG' });
});

test('performs one of two parallel changes', async () => {
  const owner = await signIn();
  const thief = await signIn(owner.username);
  const passwords = [NEW_PASSWORD, 'stolen staple'];
  const outcomes = await Promise.allSettled(
    [owner, thief].map(({ change }, i) => change(passwords[i] ?? '')),
  );
  const winner = outcomes.findIndex(({ status }) => status === 'fulfilled');
  expect(outcomes[1 - winner]).toMatchObject({ status: 'rejected', reason: { code: 'PASSWORD_WRONG' } });
  const { id } = owner.caller.user;
  const { passwordHash } = await gateway.services.users.get(id);
  expect(await verifyPassword(passwordHash, passwords[winner] ?? '')).toBe(true);
  const sessions = await gateway.services.openSessions.listAll(id);
  expect(sessions.map((session) => session.id)).toEqual([[owner, thief][winner]?.caller.sessionId]);
});

test('does not restore a password that was removed during the change', async () => {
  const { caller, change } = await signIn();
  const { id } = caller.user;
  const changing = change('stolen staple');
  // As the first verification of a phone does; the change is hashing for tens of milliseconds.
  const removed = gateway.services.db.em.fork().nativeUpdate(User, { id }, { passwordHash: null });
  await expect(changing).rejects.toMatchObject({ code: 'PASSWORD_WRONG' });
  await removed;
  expect((await gateway.services.users.get(id)).passwordHash).toBeNull();
});

test('accepts ten wrong passwords in 15 minutes, which do not count at the login', async () => {
  const { username, change } = await signIn();
  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => change(NEW_PASSWORD, 'wrong')));
  const codes = outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : 'changed'));
  expect(codes.filter((code) => code === 'PASSWORD_WRONG')).toHaveLength(10);
  expect(codes.filter((code) => code === 'THROTTLED')).toHaveLength(10);
  const credentials = { login: username, password: PASSWORD, captcha: 'possible' } as const;
  const stranger = { ...client, address: '203.0.113.1', deviceId: 'another device' };
  await gateway.services.passwordLogins.login(credentials, stranger, graphqlSessionPolicy);
});

test('applies the password policy of the API', async () => {
  const { username, caller, change } = await signIn();
  for (const password of ['short', 'password1', `${username}1`]) {
    await expect(change(password)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      details: { field: 'newPassword' },
    });
  }
  const actor = { userId: caller.user.id, address: client.address };
  const legacyPolicy = { minLength: 5, strict: false };
  const passwords = { currentPassword: PASSWORD, newPassword: 'short' };
  await gateway.services.passwords.change(caller, passwords, actor, legacyPolicy);
});

describe('a first password', () => {
  let phone = 13_700_900_000;
  /** An account that was opened, or is opened now, by SMS. */
  async function signInByPhone() {
    phone += 1;
    const { smsCodes, phoneLogins } = gateway.services;
    await smsCodes.send(String(phone), null, client);
    const credentials = { phone: String(phone), code: await gateway.lastSms(String(phone)) };
    const opened = await phoneLogins.login(credentials, client, graphqlSessionPolicy, {
      createsAccount: true,
    });
    const caller = await callerOf(gateway, opened.accessToken);
    const actor = { userId: caller.user.id, address: client.address };
    return {
      ...opened,
      login: (password: string) =>
        gateway.services.passwordLogins.login(
          { login: String(phone), password, captcha: 'none' },
          client,
          graphqlSessionPolicy,
        ),
      setFirst: (password = NEW_PASSWORD) => gateway.services.passwords.setFirst(caller, password, actor),
    };
  }

  test('is set after a login by SMS, and ends the other sessions', async () => {
    const { user, accessToken, setFirst, login } = await signInByPhone();
    const em = gateway.services.db.em.fork();
    const other = await gateway.services.sessions.open(
      em,
      await gateway.services.users.get(user.id, em),
      client,
      graphqlSessionPolicy,
    );
    await expect(setFirst('short')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await setFirst();
    expect(await isActive(accessToken)).toBe(true);
    expect(await isActive(other.accessToken)).toBe(false);
    await login(NEW_PASSWORD);
    await expect(setFirst('another staple')).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  test('is set by one of two parallel requests', async () => {
    const { setFirst } = await signInByPhone();
    const outcomes = await Promise.allSettled([setFirst(), setFirst('another staple')]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  test('needs a login by SMS within the last 10 minutes', async () => {
    const { setFirst, accessToken } = await signInByPhone();
    gateway.clock.advance(10 * 60_000);
    await expect(setFirst()).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(await isActive(accessToken)).toBe(true);
    await gateway.createUser({ username: 'no password' });
    const session = await openSession(gateway, 'no password', graphqlSessionPolicy);
    const caller = await callerOf(gateway, session.accessToken);
    const actor = { userId: caller.user.id, address: null };
    await expect(gateway.services.passwords.setFirst(caller, NEW_PASSWORD, actor)).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
  });
});
