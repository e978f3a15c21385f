import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { AuditEntry } from '../../src/audit/audit-entry.entity.js';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import { purge } from '../../src/jobs/retention.js';
import { PasswordResetLink } from '../../src/users/passwords/password-reset-link.entity.js';
import { Role } from '../../src/users/role.entity.js';
import { UserStatus } from '../../src/users/user.entity.js';
import { callerOf, createCallers, openSession } from '../support/callers.js';
import { ask, send } from '../support/clients/client.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import * as op from '../support/operations.js';
import { PASSWORD } from '../support/password.js';

const DAY = 86_400_000;
const NEW_PASSWORD = 'battery staple';
const system = { userId: null, address: null };

let gateway: TestGateway;
let token: string;
beforeAll(async () => {
  gateway = await startGateway({ PUBLIC_URL: 'https://gateway.example' });
  await createCallers(gateway);
});
afterAll(() => gateway.close());

let created = 0;
let username: string;
let id: number;
beforeEach(async () => {
  created += 1;
  username = `person ${created}`;
  id = (await gateway.createUser({ username, password: PASSWORD })).id;
  token = (await openSession(gateway, 'root', graphqlSessionPolicy)).accessToken;
});

const create = (userId: string) => {
  const headers = { authorization: `Bearer ${token}`, host: 'evil.example' };
  return send(gateway, op.CreatePasswordResetLinkDocument, { input: { userId } }, headers);
};
const createLink = async () => {
  const { data } = await create(`user_${id}`);
  if (!data) throw new Error('There is no link.');
  return data.createPasswordResetLink;
};
const creationRefused = async (userId: string) => (await create(userId)).errors?.[0]?.extensions;
const tokenOf = ({ path }: { readonly path: string }) => path.slice(path.indexOf('#') + 1);
const newToken = async () => tokenOf(await createLink());
const redeem = (linkToken: string, newPassword = NEW_PASSWORD) =>
  ask(gateway, op.ResetPasswordWithLinkDocument, { input: { token: linkToken, newPassword } });
const refused = async (linkToken: string, newPassword = NEW_PASSWORD) => {
  const variables = { input: { token: linkToken, newPassword } };
  return (await send(gateway, op.ResetPasswordWithLinkDocument, variables)).errors?.[0]?.extensions;
};

test('sets a new password once, with a link that names the public URL and carries its token in the fragment', async () => {
  const { accessToken } = await openSession(gateway, username, graphqlSessionPolicy);
  const link = await createLink();
  expect(link.url).toBe(`https://gateway.example${link.path}`);
  expect(link.path).toMatch(/^\/reset-password#[\w-]{43}$/);
  expect(await redeem(tokenOf(link))).toEqual({ resetPasswordWithLink: { login: username } });
  expect(await gateway.services.sessions.authenticate(accessToken)).toBeNull();
  await ask(gateway, op.LoginDocument, { input: { username, password: NEW_PASSWORD } });
  expect(await refused(tokenOf(link))).toMatchObject({ code: 'FORBIDDEN' });
  const entries = await gateway.services.db.em
    .fork()
    .find(
      AuditEntry,
      { target: `user_${id}`, action: { $like: 'user.%reset%' } },
      { orderBy: { id: 'asc' } },
    );
  expect(entries).toMatchObject([
    { action: 'user.reset-link', actorId: expect.any(Number), detail: null },
    { action: 'user.password-reset', actorId: id, detail: 'link' },
  ]);
  expect(entries[0]?.actorId).not.toBe(id);
  const everywhere = JSON.stringify([
    entries,
    await gateway.services.db.em.fork().find(PasswordResetLink, {}),
  ]);
  expect(everywhere + gateway.logged()).not.toContain(tokenOf(link));
});

test('lets an account create 200 links in an hour', async () => {
  const { id: creator } = await gateway.createUser({ username: `creator ${created}`, roles: ['ADMIN'] });
  token = (await openSession(gateway, `creator ${created}`, graphqlSessionPolicy)).accessToken;
  const actor = { userId: creator, address: null };
  for (let n = 0; n < 200; n += 1) await gateway.services.resetLinks.create(id, actor);
  expect(await creationRefused(`user_${id}`)).toMatchObject({
    code: 'THROTTLED',
    retryAfter: expect.any(Number),
  });
  expect(await gateway.services.resetLinks.create(id, system)).toMatchObject({ path: expect.any(String) });
});

test('accepts one of two parallel uses', async () => {
  const linkToken = await newToken();
  const outcomes = await Promise.allSettled([redeem(linkToken), redeem(linkToken, 'another staple')]);
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
});

test('keeps the link when the password is refused', async () => {
  const linkToken = await newToken();
  for (const password of ['short', 'password1', `${username}1`]) {
    expect(await refused(linkToken, password)).toMatchObject({ code: 'INVALID_INPUT', field: 'newPassword' });
  }
  await redeem(linkToken);
});

test('ends a link with a newer one, with a new password, after a day, and with the account', async () => {
  const older = await newToken();
  const newer = await newToken();
  expect(await refused(older)).toMatchObject({ code: 'FORBIDDEN' });
  const { accessToken } = await openSession(gateway, username, graphqlSessionPolicy);
  const passwords = { currentPassword: PASSWORD, newPassword: 'changed staple' };
  await gateway.services.passwords.change(await callerOf(gateway, accessToken), passwords, system);
  expect(await refused(newer)).toMatchObject({ code: 'FORBIDDEN' });

  const disabled = await newToken();
  await gateway.services.administration.setStatus(id, UserStatus.DISABLED, system);
  await gateway.services.administration.setStatus(id, UserStatus.ACTIVE, system);
  expect(await refused(disabled)).toMatchObject({ code: 'FORBIDDEN' });

  const expired = await newToken();
  gateway.clock.advance(DAY);
  expect(await refused(expired)).toMatchObject({ code: 'FORBIDDEN' });
  const em = gateway.services.db.em.fork();
  expect(await em.count(PasswordResetLink, { user: id })).toBe(1);
  await purge(
    gateway.services.db,
    { sessions: DAY, audit: DAY, presence: DAY, deviceActions: DAY },
    gateway.clock.now + 1,
  );
  expect(await em.count(PasswordResetLink, { user: id })).toBe(0);
});

test('creates none for a disabled or unknown account', async () => {
  await gateway.services.administration.setStatus(id, UserStatus.DISABLED, system);
  expect(await creationRefused(`user_${id}`)).toMatchObject({ code: 'ACCOUNT_DISABLED' });
  expect(await creationRefused('user_999999')).toMatchObject({ code: 'NOT_FOUND' });
  expect(await creationRefused('device_1')).toMatchObject({ code: 'INVALID_INPUT', field: 'userId' });
});

test('creates none for an account that may do more than the administrator', async () => {
  const em = gateway.services.db.em.fork();
  await em.insert(Role, {
    id: 500,
    code: 'HELPDESK',
    name: 'Help desk',
    permissions: ['users:read', 'users:manage'],
  });
  await gateway.createUser({ username: 'hanna', password: PASSWORD, roles: ['HELPDESK'] });
  const root = await gateway.services.users.findByLoginName(em, 'root');
  token = (await openSession(gateway, 'hanna', graphqlSessionPolicy)).accessToken;
  expect(await creationRefused(`user_${root?.id}`)).toMatchObject({ code: 'FORBIDDEN' });
  await createLink();
});

test('limits how often an address tries links', async () => {
  const codes = new Set<unknown>();
  for (let i = 0; i < 101; i += 1) {
    codes.add((await refused('x'.repeat(43)))?.code);
  }
  expect([...codes]).toEqual(['FORBIDDEN', 'THROTTLED']);
});
