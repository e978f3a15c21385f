import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import { hashPassword, verifyPassword } from '../../src/users/password-hash.js';
import { User, UserStatus } from '../../src/users/user.entity.js';
import { callerOf } from '../support/callers.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { PASSWORD } from '../support/password.js';

const client = { address: '192.0.2.1', deviceId: null, version: null, model: null };

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const badEmail = { code: 'INVALID_INPUT', details: { field: 'email' } };

let created = 0;
const username = () => {
  created += 1;
  return `person ${created}`;
};
const find = (key: string) => gateway.services.users.findByLoginName(gateway.services.db.em.fork(), key);

describe('opening an account', () => {
  test('gives it its names, a role and a code of its own', async () => {
    const name = username();
    const first = await gateway.createUser({ username: name, phone: '+1 415 555 1234' });
    const second = await gateway.createUser({ username: username() });
    expect((await find(name))?.id).toBe(first.id);
    expect((await find('14155551234'))?.id).toBe(first.id);
    expect(first.roles.getItems().map(({ code }) => code)).toEqual(['MEMBER']);
    expect(first.userCode).toMatch(/^\d{19}$/);
    expect(second.userCode).not.toBe(first.userCode);
    expect(first).toMatchObject({
      status: UserStatus.ACTIVE,
      phoneVerifiedAt: null,
      updatedAt: null,
      passwordHash: null,
    });
  });

  test.each([
    ['the same username in another case', { username: 'Taken@8' }],
    ['the same username in full width', { username: 'ｔａｋｅｎ＠８' }],
    ['the phone in another spelling', { phone: '0086 138-0000-0000' }],
    ['a username that is the phone', { username: '13800000000' }],
  ])('is refused with %s', async (_what, input) => {
    await gateway.createUser({ username: 'taken@8', phone: '13800000000' }).catch(() => null);
    await expect(gateway.createUser(input)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  test('is refused with an email that is none', async () => {
    const input = { username: username(), email: 'nope' };
    await expect(gateway.createUser(input)).rejects.toMatchObject(badEmail);
    await gateway.createUser({ ...input, email: 'li@example.com' });
  });

  test('hashes no password for who mistypes the rest', async () => {
    const mistyped = () =>
      gateway.services.users
        .register({ username: '', password: PASSWORD }, client.address)
        .catch(() => 'refused');
    // The list of common passwords is loaded.
    await mistyped();
    const hashes = Promise.all(Array.from({ length: 20 }, () => hashPassword(PASSWORD)));
    expect(await Promise.race([hashes, mistyped()])).toBe('refused');
    await hashes;
  });

  test('succeeds once for two at once, and leaves nothing of the other', async () => {
    const phone = '13800000009';
    const twice = [0, 1].map(() => gateway.createUser({ username: username(), phone }));
    const outcomes = await Promise.allSettled(twice);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await gateway.services.db.em.fork().count(User, { phone: `86${phone}` })).toBe(1);
    expect((await find(`person ${created - 1}`)) === null || (await find(`person ${created}`)) === null).toBe(
      true,
    );
  });

  test.each<[string, Parameters<TestGateway['createUser']>[0]]>([
    ['no name at all', {}],
    ['an empty username', { username: '  ' }],
    ['a username that is too long', { username: 'x'.repeat(65) }],
    ['a username with a line break', { username: 'a\nb' }],
    ['a username that ends in nothing to be seen', { username: 'root\u3164' }],
    ['a username of another, but for its picture', { username: 'root\ufe0f' }],
    ['a username with half a character', { username: 'a\ud800' }],
    ['a phone that is none', { phone: '12345' }],
    ['a username in the form of another phone', { username: '13800000001', phone: '13800000002' }],
    ['a password of seven characters', { username: 'short', password: '1234567' }],
    ['a password of 101 characters', { username: 'long', password: 'x'.repeat(101) }],
    ['an unknown role', { username: 'king', roles: ['KING'] }],
    ['a text that is too long', { username: 'wordy', brief: 'x'.repeat(2001) }],
    ['a text that no database keeps', { username: 'nul', name: 'a\0b' }],
  ])('is refused with %s', async (_what, input) => {
    await expect(gateway.createUser(input)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  test('is refused with a name that somebody has in another spelling', async () => {
    await gateway.createUser({ username: 'Wei Ⅳ', phone: '13800001111' });
    for (const taken of [
      { username: ' wei iv\u3000' },
      { username: 'ＷＥＩ　ＩＶ' },
      { username: '+86 138-0000-1111' },
      { username: '１３８００００１１１１' },
      { username: username(), phone: '0086 138 0000 1111' },
    ]) {
      await expect(gateway.createUser(taken)).rejects.toMatchObject({ code: 'CONFLICT' });
    }
  });

  test('counts the characters of a password as people do, and asks as many as its door says', async () => {
    const documented = { minLength: 5, rejectsCommon: false };
    await gateway.createUser({ username: username(), password: '🐎🐎🐎🐎🐎🐎🐎🐎' });
    await gateway.createUser({ username: username(), password: '12345' }, documented);
    await expect(
      gateway.createUser({ username: username(), password: '🐎🐎🐎🐎' }, documented),
    ).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  test.each(['password', '1234567890', 'QwertyUiop', 'Trustno1'])(
    'is refused with %s, which guessers try first',
    async (password) => {
      await expect(gateway.createUser({ username: username(), password })).rejects.toMatchObject({
        code: 'INVALID_INPUT',
        message: 'This is one of the passwords that are guessed first; choose another one.',
        details: { field: 'password' },
      });
    },
  );
});

describe('a password made of what anybody knows of the account', () => {
  const refused = { code: 'INVALID_INPUT', details: { field: 'password' } };

  test.each([
    ['the username', { username: 'Maximilian', password: 'maximilian' }],
    ['the username twice', { username: 'maximus7', password: 'Maximus7maximus7' }],
    ['the phone as its owner writes it', { phone: '+86 139 5496 9056', password: '13954969056' }],
    ['the name of this system', { username: 'somebody new', password: 'Gatehouse12!' }],
  ])('is refused: %s', async (_what, input) => {
    await expect(gateway.createUser(input)).rejects.toMatchObject(refused);
  });

  test('is refused when it is changed to, and for the first administrator', async () => {
    const user = await gateway.createUser({ username: 'constantin', password: PASSWORD });
    const em = gateway.services.db.em.fork();
    const { accessToken } = await gateway.services.sessions.open(em, user, client, graphqlSessionPolicy);
    const caller = await callerOf(gateway, accessToken);
    const actor = { userId: user.id, address: client.address };
    const { passwords, administration } = gateway.services;
    const change = { current: PASSWORD, next: 'Constantin1' };
    await expect(passwords.change(caller, change, actor)).rejects.toMatchObject(refused);
    const first = administration.createFirst('superroot', 'superroot123', actor);
    await expect(first).rejects.toMatchObject(refused);
  });

  test('may have such a word in it, beside enough of its own', async () => {
    await gateway.createUser({ username: 'horse', password: 'correct horse' });
  });
});

describe('a profile', () => {
  test('changes where something is given, and nowhere else', async () => {
    const { id } = await gateway.createUser({ username: username(), name: 'Li', email: 'li@example.com' });
    gateway.clock.advance(1000);
    await gateway.services.users.updateProfile(id, { name: 'Lin', brief: '', email: null });
    expect(await gateway.services.users.get(id)).toMatchObject({
      name: 'Lin',
      brief: '',
      email: null,
      updatedAt: new Date(gateway.clock.now),
    });
  });

  test('is seen by the next request of a session', async () => {
    const { accessToken, caller } = await signedIn();
    await gateway.services.users.updateProfile(caller.user.id, { name: 'Lin' });
    expect((await gateway.services.sessions.authenticate(accessToken))?.user.name).toBe('Lin');
  });

  test('takes an email that is one, none, and the odd one it has already', async () => {
    const { users } = gateway.services;
    const account = { username: username(), email: 'nope' };
    const { id } = await users.register(account, client.address, undefined, 'anything');
    await users.updateProfile(id, { email: 'nope', nickname: 'Li' });
    for (const email of ['nope', 'a b@example.com', 'a@b@c', '@example.com']) {
      await users.updateProfile(id, { email: 'li@example.com' });
      await expect(users.updateProfile(id, { email })).rejects.toMatchObject(badEmail);
    }
    for (const email of ['li+1@mail.example.com', 'li@intranet', '', null]) {
      await users.updateProfile(id, { email });
      expect(await users.get(id)).toMatchObject({ email });
    }
  });

  test('takes any email from the documented APIs, as it always did', async () => {
    const account = { phone: '13700000001', password: PASSWORD, email: 'nope' };
    expect((await gateway.post('/api/user/register', account)).json()).toMatchObject({ code: 0 });
    const login = await gateway.post('/api/user/login', account);
    const { userToken } = login.json<{ data: { userToken: string } }>().data;
    const changed = await gateway.post('/api/user/updateAccount', { email: 'still nope' }, { userToken });
    expect(changed.json()).toMatchObject({ code: 0 });
    expect(await find('8613700000001')).toMatchObject({ email: 'still nope' });
  });

  test('of nobody cannot change', async () => {
    await expect(gateway.services.users.updateProfile(404, { name: 'x' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});

async function signedIn(userId?: number) {
  const em = gateway.services.db.em.fork();
  const id = userId ?? (await gateway.createUser({ username: username(), password: PASSWORD })).id;
  const user = await gateway.services.users.get(id, em);
  const { accessToken } = await gateway.services.sessions.open(em, user, client, graphqlSessionPolicy);
  const caller = await callerOf(gateway, accessToken);
  return { accessToken, caller, actor: { userId: id, address: client.address } };
}

describe('changing a password', () => {
  test('needs the current one, and ends the other sessions', async () => {
    const { accessToken, caller, actor } = await signedIn();
    const other = await signedIn(caller.user.id);
    await expect(
      gateway.services.passwords.change(caller, { current: 'wrong', next: 'battery staple' }, actor),
    ).rejects.toMatchObject({ code: 'PASSWORD_WRONG' });
    expect(await gateway.services.sessions.authenticate(other.accessToken)).not.toBeNull();
    await gateway.services.passwords.change(caller, { current: PASSWORD, next: 'battery staple' }, actor);
    expect(await gateway.services.sessions.authenticate(other.accessToken)).toBeNull();
    expect(await gateway.services.sessions.authenticate(accessToken)).not.toBeNull();
    await expect(
      gateway.services.passwords.change(caller, { current: PASSWORD, next: 'battery staple' }, actor),
    ).rejects.toMatchObject({ code: 'PASSWORD_WRONG' });
  });

  test('twice at once changes it once: who comes second knew the old one only', async () => {
    const owner = await signedIn();
    const thief = await signedIn(owner.caller.user.id);
    const nexts = ['battery staple', 'stolen staple'];
    const outcomes = await Promise.allSettled(
      [owner, thief].map(({ caller, actor }, i) =>
        gateway.services.passwords.change(caller, { current: PASSWORD, next: nexts[i] ?? '' }, actor),
      ),
    );
    const won = outcomes.findIndex(({ status }) => status === 'fulfilled');
    expect(outcomes[1 - won]).toMatchObject({ status: 'rejected', reason: { code: 'PASSWORD_WRONG' } });
    const { passwordHash } = await gateway.services.users.get(owner.caller.user.id);
    expect(await verifyPassword(passwordHash, nexts[won] ?? '')).toBe(true);
    const sessions = await gateway.services.sessions.listActive(owner.caller.user.id);
    expect(sessions.map(({ id }) => id)).toEqual([[owner, thief][won]?.caller.sessionId]);
  });

  test('does not bring back one that was cleared meanwhile', async () => {
    const { caller, actor } = await signedIn();
    const { id } = caller.user;
    const changing = gateway.services.passwords.change(
      caller,
      { current: PASSWORD, next: 'stolen staple' },
      actor,
    );
    // As the first proof of a phone does; the hashing is under way for tens of milliseconds.
    const cleared = gateway.services.db.em.fork().nativeUpdate(User, { id }, { passwordHash: null });
    await expect(changing).rejects.toMatchObject({ code: 'PASSWORD_WRONG' });
    await cleared;
    expect((await gateway.services.users.get(id)).passwordHash).toBeNull();
  });

  test('shares the budget of wrong guesses with the login', async () => {
    const { caller, actor } = await signedIn();
    const guesses = Array.from({ length: 20 }, () =>
      gateway.services.passwords.change(caller, { current: 'wrong', next: 'battery staple' }, actor),
    );
    await Promise.allSettled(guesses);
    const login = { login: caller.user.username ?? '', password: PASSWORD, captcha: 'possible' } as const;
    await expect(
      gateway.services.logins.withPassword(login, client, graphqlSessionPolicy),
    ).rejects.toMatchObject({
      code: 'CAPTCHA_REQUIRED',
    });
  });

  test('keeps the old one when the new one is too short or too common', async () => {
    const { caller, actor } = await signedIn();
    await expect(
      gateway.services.passwords.change(caller, { current: PASSWORD, next: 'short' }, actor),
    ).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(
      gateway.services.passwords.change(caller, { current: PASSWORD, next: 'password1' }, actor),
    ).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await gateway.services.passwords.change(caller, { current: PASSWORD, next: 'short' }, actor, {
      minLength: 5,
      rejectsCommon: false,
    });
  });
});
