import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import { standardAccountPolicy } from '../../src/users/new-user.js';
import { hashPassword } from '../../src/users/passwords/password-hash.js';
import { User, UserStatus } from '../../src/users/user.entity.js';
import { openSession } from '../support/callers.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { PASSWORD } from '../support/password.js';

const ADDRESS = '192.0.2.1';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const invalidEmail = { code: 'INVALID_INPUT', details: { field: 'email' } };

let created = 0;
const newName = () => {
  created += 1;
  return `person ${created}`;
};
const find = (name: string) => gateway.services.users.findByLoginName(gateway.services.db.em.fork(), name);

describe('create', () => {
  test('gives the account its names, a role and a unique user code', async () => {
    const username = newName();
    const first = await gateway.createUser({ username, phone: '+1 415 555 1234' });
    const second = await gateway.createUser({ username: newName() });
    expect((await find(username))?.id).toBe(first.id);
    expect((await find('+14155551234'))?.id).toBe(first.id);
    expect(await find('14155551234')).toBeNull();
    expect(await find(username)).toEqual(await gateway.services.users.get(first.id));
    expect((await find(username))?.roles.getItems()).toMatchObject([{ code: 'MEMBER', name: 'Member' }]);
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
    ['the username in another case', { username: 'Taken@8' }],
    ['the username in full width', { username: 'ｔａｋｅｎ＠８' }],
    ['the username with spaces around it', { username: ' taken@8\u3000' }],
    ['a username that equals it after NFKC', { username: 'ＷＥＩ　ＩＶ' }],
    ['the phone in another spelling', { phone: '0086 138-0000-0000' }],
    ['the phone as a username', { username: '13800000000' }],
    ['the phone as a username in full width', { username: '１３８００００００００' }],
  ])('rejects %s', async (_name, input) => {
    await gateway.createUser({ username: 'taken@8', phone: '13800000000' }).catch(() => null);
    await gateway.createUser({ username: 'Wei Ⅳ' }).catch(() => null);
    await expect(gateway.createUser(input)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  test('rejects an invalid email', async () => {
    const username = newName();
    await expect(gateway.createUser({ username, email: 'nope' })).rejects.toMatchObject(invalidEmail);
    await gateway.createUser({ username, email: 'li@example.com' });
  });

  test.each<[string, Parameters<TestGateway['createUser']>[0], string]>([
    ['a malformed phone', { phone: '12345' }, 'phone'],
    ['a password that is too short', { username: 'short', password: '1234567' }, 'password'],
    ['an unknown role', { username: 'king', roles: ['KING'] }, 'roles'],
    ['a text of 2001 characters', { username: 'wordy', brief: 'x'.repeat(2001) }, 'brief'],
    ['a text with a NUL', { username: 'nul', name: 'a\0b' }, 'name'],
  ])('rejects %s, and names the field', async (_name, input, field) => {
    await expect(gateway.createUser(input)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringMatching(new RegExp(`^${field} `)),
      details: { field },
    });
  });

  test('hashes no password for invalid input', async () => {
    const invalid = () =>
      gateway.services.users.register({ username: '', password: PASSWORD }, ADDRESS).catch(() => 'refused');
    // The first call loads the list of common passwords.
    await invalid();
    const hashes = Promise.all(Array.from({ length: 20 }, () => hashPassword(PASSWORD)));
    expect(await Promise.race([hashes, invalid()])).toBe('refused');
    await hashes;
  });

  test('creates one of two accounts with the same phone, and nothing of the other', async () => {
    const phone = '13800000009';
    const usernames = [newName(), newName()];
    const outcomes = await Promise.allSettled(
      usernames.map((username) => gateway.createUser({ username, phone })),
    );
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await gateway.services.db.em.fork().count(User, { phone: `86${phone}` })).toBe(1);
    const found = await Promise.all(usernames.map(find));
    expect(found.filter((user) => user === null)).toHaveLength(1);
  });
});

describe('updateProfile', () => {
  test('changes the given fields only', async () => {
    const { id } = await gateway.createUser({ username: newName(), name: 'Li', email: 'li@example.com' });
    gateway.clock.advance(1000);
    await gateway.services.users.updateProfile(id, { brief: '', email: null });
    expect(await gateway.services.users.get(id)).toMatchObject({
      name: 'Li',
      brief: '',
      email: null,
      updatedAt: new Date(gateway.clock.now),
    });
  });

  test('reaches the next request of an open session', async () => {
    const { id, username } = await gateway.createUser({ username: newName() });
    const { accessToken } = await openSession(gateway, username ?? '', graphqlSessionPolicy);
    await gateway.services.sessions.authenticate(accessToken);
    await gateway.services.users.updateProfile(id, { email: 'lin@example.com' });
    expect((await gateway.services.sessions.authenticate(accessToken))?.user.email).toBe('lin@example.com');
  });

  test('accepts a valid email, an empty one, and an invalid one that is unchanged', async () => {
    const { users } = gateway.services;
    const account = { username: newName(), email: 'nope' };
    const { id } = await users.register(account, ADDRESS, { ...standardAccountPolicy, email: 'any' });
    await users.updateProfile(id, { email: 'nope', nickname: 'Li' });
    for (const email of ['nope', 'a b@example.com', 'a@b@c', '@example.com']) {
      await users.updateProfile(id, { email: 'li@example.com' });
      await expect(users.updateProfile(id, { email })).rejects.toMatchObject(invalidEmail);
    }
    for (const email of ['li+1@mail.example.com', 'li@intranet', '', null]) {
      await users.updateProfile(id, { email });
      expect(await users.get(id)).toMatchObject({ email });
    }
  });

  test('accepts any email from the teacher API', async () => {
    const account = { phone: '13700000001', password: PASSWORD, email: 'nope' };
    expect((await gateway.post('/api/user/register', account)).json()).toMatchObject({ code: 0 });
    const login = await gateway.post('/api/user/login', account);
    const { userToken } = login.json<{ data: { userToken: string } }>().data;
    const changed = await gateway.post('/api/user/updateAccount', { email: 'still nope' }, { userToken });
    expect(changed.json()).toMatchObject({ code: 0 });
    expect(await find('8613700000001')).toMatchObject({ email: 'still nope' });
  });

  test('rejects an unknown user', async () => {
    await expect(gateway.services.users.updateProfile(404, { name: 'x' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});
