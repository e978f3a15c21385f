import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { nodeId } from '../../src/database/node-id.js';
import { ask, refusal, send } from '../support/clients/client.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import * as op from '../support/operations.js';

const PASSWORD = 'correct horse';
let gateway: TestGateway;
let admin: string;

const login = async (username: string, password = PASSWORD) =>
  (await ask(gateway, op.LoginDocument, { input: { username, password } })).login;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createUser({ username: 'root', password: PASSWORD, roles: ['ADMIN'] });
  admin = (await login('root')).accessToken;
});
afterAll(() => gateway.close());

describe('login', () => {
  test('opens a session for the right password, by username or phone', async () => {
    await gateway.createUser({ username: 'Ada', phone: '13900000001', password: PASSWORD });
    for (const name of ['ada', '+86 139 0000 0001']) {
      const { accessToken, refreshToken, session, user } = await login(name);
      expect({ user, api: session.api, current: session.current }).toMatchObject({
        user: { username: 'Ada', phone: '13900000001', roles: [{ code: 'MEMBER' }] },
        api: 'GRAPHQL',
      });
      expect(refreshToken).toMatch(/^[\w-]{43}$/);
      const { me } = await ask(gateway, op.MeDocument, {}, accessToken);
      expect(me.username).toBe('Ada');
    }
  });

  test('answers the same for an unknown account, a wrong password and a disabled account', async () => {
    const { id } = await gateway.createUser({ username: 'gone', password: PASSWORD });
    await ask(
      gateway,
      op.SetUserStatusDocument,
      { input: { id: nodeId('user', id), status: 'DISABLED' } },
      admin,
    );
    const attempts = [
      { username: 'nobody', password: PASSWORD },
      { username: 'root', password: 'wrong password' },
      { username: 'gone', password: PASSWORD },
    ];
    const answers = await Promise.all(attempts.map((input) => send(gateway, op.LoginDocument, { input })));
    const [first, ...others] = answers.map(({ status, errors }) => ({ status, errors }));
    expect(first?.errors?.[0]?.extensions).toEqual({ code: 'BAD_CREDENTIALS' });
    for (const other of others) expect(other).toEqual(first);
  });

  test('asks for an image captcha after ten failures, and lets the owner in with it', async () => {
    await gateway.createUser({ username: 'target', password: PASSWORD });
    const wrong = { username: 'target', password: 'wrong password' };
    for (let i = 0; i < 10; i++) {
      expect(await refusal(gateway, op.LoginDocument, { input: wrong })).toBe('BAD_CREDENTIALS');
    }
    const right = { username: 'target', password: PASSWORD, deviceId: 'browser-1' };
    expect(await refusal(gateway, op.LoginDocument, { input: right })).toBe('CAPTCHA_REQUIRED');
    await ask(gateway, op.CreateCaptchaDocument, { input: { type: 'IMAGE', deviceId: 'browser-1' } });
    const guess = { ...right, captcha: '!!!!' };
    expect(await refusal(gateway, op.LoginDocument, { input: guess })).toBe('CAPTCHA_INVALID');
  });
});

describe('registration', () => {
  test('opens an account and its first session', async () => {
    const input = { username: 'newcomer', password: PASSWORD, phone: '139-0000-0002' };
    const { register } = await ask(gateway, op.RegisterDocument, { input });
    expect(register.user).toMatchObject({ username: 'newcomer', phone: '13900000002' });
    expect((await login('newcomer')).user.id).toBe(register.user.id);
  });

  test.each([
    [{ username: 'NEWCOMER', password: PASSWORD }, 'CONFLICT'],
    [{ username: 'other', phone: '008613900000002', password: PASSWORD }, 'CONFLICT'],
    [{ username: '13900000002', password: PASSWORD }, 'INVALID_INPUT'],
    [{ username: 'short', password: '1234567' }, 'INVALID_INPUT'],
    [{ password: PASSWORD }, 'INVALID_INPUT'],
    [{ username: 'tab\there', password: PASSWORD }, 'INVALID_INPUT'],
    [{ username: 'bad-phone', phone: '12ab', password: PASSWORD }, 'INVALID_INPUT'],
  ])('refuses %j with %s', async (input, code) => {
    expect(await refusal(gateway, op.RegisterDocument, { input })).toBe(code);
  });

  test('can be closed', async () => {
    const closed = await startGateway({ REGISTRATION: 'closed' });
    const input = { username: 'late', password: PASSWORD };
    expect(await refusal(closed, op.RegisterDocument, { input })).toBe('FORBIDDEN');
    await closed.close();
  });
});

describe('sessions', () => {
  test('are refreshed by rotation, and a reused refresh token ends them', async () => {
    await gateway.createUser({ username: 'rotor', password: PASSWORD });
    const first = await login('rotor');
    const refresh = (refreshToken: string | null) => ({ refreshToken });
    const second = (await ask(gateway, op.RefreshSessionDocument, { input: refresh(first.refreshToken) }))
      .refreshSession;
    expect(await refusal(gateway, op.MeDocument, {}, first.accessToken)).toBe('UNAUTHENTICATED');
    await ask(gateway, op.MeDocument, {}, second.accessToken);
    expect(await refusal(gateway, op.RefreshSessionDocument, { input: refresh(first.refreshToken) })).toBe(
      'UNAUTHENTICATED',
    );
    expect(await refusal(gateway, op.MeDocument, {}, second.accessToken)).toBe('UNAUTHENTICATED');
    expect(await refusal(gateway, op.RefreshSessionDocument, { input: refresh(second.refreshToken) })).toBe(
      'UNAUTHENTICATED',
    );
  });

  test('are listed and revoked by their owner, and by nobody else but administrators', async () => {
    await gateway.createUser({ username: 'owner', password: PASSWORD });
    await gateway.createUser({ username: 'stranger', password: PASSWORD });
    const [here, there, stranger] = [await login('owner'), await login('owner'), await login('stranger')];
    const { sessions } = await ask(gateway, op.SessionsDocument, {}, here.accessToken);
    expect(sessions.edges.map(({ node }) => node.current).sort()).toEqual([false, true]);
    const owner = { filter: { userId: here.user.id } };
    expect(await refusal(gateway, op.SessionsDocument, owner, stranger.accessToken)).toBe('FORBIDDEN');
    expect((await ask(gateway, op.SessionsDocument, owner, admin)).sessions.edges).toHaveLength(2);
    const target = { id: there.session.id };
    expect(await refusal(gateway, op.RevokeSessionDocument, { input: target }, stranger.accessToken)).toBe(
      'NOT_FOUND',
    );
    await ask(gateway, op.RevokeSessionDocument, { input: target }, here.accessToken);
    expect(await refusal(gateway, op.MeDocument, {}, there.accessToken)).toBe('UNAUTHENTICATED');
    await ask(gateway, op.LogoutDocument, { input: {} }, here.accessToken);
    expect(await refusal(gateway, op.MeDocument, {}, here.accessToken)).toBe('UNAUTHENTICATED');
  });

  test('end elsewhere when the password changes', async () => {
    await gateway.createUser({ username: 'changer', password: PASSWORD });
    const [here, there] = [await login('changer'), await login('changer')];
    const change = { currentPassword: PASSWORD, newPassword: 'battery staple' };
    const wrong = { ...change, currentPassword: 'wrong password' };
    expect(await refusal(gateway, op.ChangePasswordDocument, { input: wrong }, here.accessToken)).toBe(
      'BAD_CREDENTIALS',
    );
    await ask(gateway, op.ChangePasswordDocument, { input: change }, here.accessToken);
    await ask(gateway, op.MeDocument, {}, here.accessToken);
    expect(await refusal(gateway, op.MeDocument, {}, there.accessToken)).toBe('UNAUTHENTICATED');
    await login('changer', 'battery staple');
  });
});

test.each([
  ['Bearer', (token: string) => ({ authorization: `bearer  ${token}` })],
  ['no scheme', (token: string) => ({ authorization: token })],
  [
    "a proxy's own scheme, beside the header token",
    (token: string) => ({ authorization: 'Basic cHJveHk6c2VjcmV0', token }),
  ],
  [
    'an empty scheme, beside the header userToken',
    (token: string) => ({ authorization: 'Bearer', userToken: token }),
  ],
])('a token is found with %s', async (_name, headersOf) => {
  const answer = await gateway.post('/graphql', { query: '{ me { login } }' }, headersOf(admin));
  expect(answer.json()).toEqual({ data: { me: { login: 'root' } } });
});

describe('administration', () => {
  test('is for administrators', async () => {
    await gateway.createUser({ username: 'member', password: PASSWORD });
    const { accessToken, user } = await login('member');
    const id = user.id;
    expect([
      await refusal(gateway, op.UsersDocument, {}, accessToken),
      await refusal(gateway, op.UserDocument, { id }, accessToken),
      await refusal(
        gateway,
        op.CreateUserDocument,
        { input: { username: 'x', password: PASSWORD } },
        accessToken,
      ),
      await refusal(gateway, op.SetUserRolesDocument, { input: { id, roles: ['ADMIN'] } }, accessToken),
      await refusal(gateway, op.AuditLogDocument, {}, accessToken),
    ]).toEqual(Array(5).fill('FORBIDDEN'));
    expect(await refusal(gateway, op.UsersDocument, {})).toBe('UNAUTHENTICATED');
  });

  test('pages through users by cursor, and finds them by part of a name', async () => {
    for (const n of [1, 2, 3]) await gateway.createUser({ username: `paged-${n}_%`, password: PASSWORD });
    const first = await ask(gateway, op.UsersDocument, { search: 'PAGED', first: 2 }, admin);
    const { endCursor, hasNextPage } = first.users.pageInfo;
    const rest = await ask(
      gateway,
      op.UsersDocument,
      { search: 'PAGED', first: 2, after: endCursor ?? null },
      admin,
    );
    const names = [...first.users.edges, ...rest.users.edges].map(({ node }) => node.username);
    expect(names).toEqual(['paged-1_%', 'paged-2_%', 'paged-3_%']);
    expect([hasNextPage, rest.users.pageInfo.hasNextPage]).toEqual([true, false]);
    expect((await ask(gateway, op.UsersDocument, { search: '_%' }, admin)).users.edges).toHaveLength(3);
    expect(await refusal(gateway, op.UsersDocument, { first: 101 }, admin)).toBe('INVALID_INPUT');
    expect(await refusal(gateway, op.UsersDocument, { after: 'bm90LW91cnM' }, admin)).toBe('INVALID_INPUT');
  });

  test('takes effect on the next request, and keeps one administrator', async () => {
    const { id } = await gateway.createUser({ username: 'promoted', password: PASSWORD, roles: ['ADMIN'] });
    const { accessToken } = await login('promoted');
    await ask(gateway, op.UsersDocument, {}, accessToken);
    await ask(
      gateway,
      op.SetUserRolesDocument,
      { input: { id: nodeId('user', id), roles: ['MEMBER'] } },
      admin,
    );
    expect(await refusal(gateway, op.UsersDocument, {}, accessToken)).toBe('FORBIDDEN');
    const root = (await login('root')).user.id;
    expect(await refusal(gateway, op.DeleteUserDocument, { input: { id: root } }, admin)).toBe('CONFLICT');
    await ask(gateway, op.DeleteUserDocument, { input: { id: nodeId('user', id) } }, admin);
    expect(await refusal(gateway, op.MeDocument, {}, accessToken)).toBe('UNAUTHENTICATED');
    const { auditLog } = await ask(gateway, op.AuditLogDocument, { first: 3 }, admin);
    expect(auditLog.edges[0]?.node).toMatchObject({ action: 'USER_DELETE', target: 'user_erased' });
  });
});

test('nothing secret reaches the log', async () => {
  const { accessToken, refreshToken } = await login('root');
  for (const secret of [PASSWORD, accessToken, refreshToken ?? '-'])
    expect(gateway.logged()).not.toContain(secret);
});
