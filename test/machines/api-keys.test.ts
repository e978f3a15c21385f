import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { nodeId } from '../../src/database/node-id.js';
import { bmsSessionPolicy } from '../../src/legacy/bms/session-policy.js';
import { API_KEY, newMachineToken } from '../../src/sessions/tokens/machine-token.js';
import { openSession } from '../support/callers.js';
import { ask, refusal, send } from '../support/clients/client.js';
import { RawLive } from '../support/clients/raw-live.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import type { Permission } from '../support/operations.js';
import * as op from '../support/operations.js';
import { PASSWORD } from '../support/password.js';
import { publishRelease } from '../support/releases.js';

const DAY = 86_400_000;
let gateway: TestGateway;
let host: string;
let root: string;
let serviceId: string;
let accounts = 0;

beforeAll(async () => {
  gateway = await startGateway();
  host = await gateway.listen();
  await gateway.createUser({ username: 'root', password: PASSWORD, roles: ['ADMIN'] });
  await gateway.createUser({
    username: 'pia',
    phone: '13800000001',
    password: PASSWORD,
    roles: ['PUBLISHER'],
  });
});
afterAll(() => gateway.close());
beforeEach(async () => {
  root = await login('root');
  serviceId = await createServiceAccount(['PUBLISHER']);
});

const login = async (username: string) =>
  (await ask(gateway, op.LoginDocument, { input: { username, password: PASSWORD } })).login.accessToken;

async function createServiceAccount(roles: string[]): Promise<string> {
  accounts += 1;
  const input = { username: `ci-${accounts}`, roles };
  return (await ask(gateway, op.CreateServiceAccountDocument, { input }, root)).createServiceAccount.user.id;
}

const keyInput = (userId: string | null, permissions: Permission[], lifetimeDays?: number | null) => ({
  input: {
    userId,
    name: 'build server',
    permissions,
    ...(lifetimeDays === undefined ? {} : { lifetimeDays }),
  },
});

const createKey = async (permissions: Permission[], lifetimeDays?: number | null) =>
  (await ask(gateway, op.CreateApiKeyDocument, keyInput(serviceId, permissions, lifetimeDays), root))
    .createApiKey;

const listed = async (userId = serviceId) =>
  (await ask(gateway, op.ApiKeysDocument, { filter: { userId } }, root)).apiKeys.edges.map(
    ({ node }) => node,
  );

const releases = (token: string) => refusal(gateway, op.ReleasesDocument, { first: 1 }, token);

describe('a key', () => {
  test('works in the token header of every API, as its account and with its permissions only', async () => {
    const { token, apiKey } = await createKey(['DEVICES_OWN', 'RELEASES_READ']);
    expect(token).toMatch(/^ghk_[0-9A-Za-z]{36}$/);
    expect(apiKey).toMatchObject({ hint: token.slice(-4), permissions: ['DEVICES_OWN', 'RELEASES_READ'] });
    for (const headers of [
      { authorization: `Bearer ${token}` },
      { authorization: token },
      { token },
      { userToken: token },
    ]) {
      const beat = await gateway.post('/api/heart/check', {}, { ...headers, 'x-device-id': 'builder' });
      expect(beat.json()).toMatchObject({
        meta: { msg: '用户创建成功' },
        data: { id: Number(serviceId.slice(5)) },
      });
    }
    const profile = await gateway.post('/api/user/updateAccount', { name: 'x' }, { userToken: token });
    expect(profile.json().code).not.toBe(200000);
    expect(await releases(token)).toBeUndefined();
    expect(await refusal(gateway, op.MeDocument, {}, token)).toBe('FORBIDDEN');
    expect(await refusal(gateway, op.UsersDocument, {}, token)).toBe('FORBIDDEN');
  });

  test('opens sockets, which close when it is revoked', async () => {
    const { token, apiKey } = await createKey(['RELEASES_READ']);
    const live = await RawLive.open(host, token);
    await ask(gateway, op.RevokeApiKeyDocument, { input: { id: apiKey.id } }, root);
    expect(await live.closed).toBe(4403);
    expect(await releases(token)).toBe('UNAUTHENTICATED');
    expect(await listed()).toEqual([]);
  });

  test('closes its sockets when it expires, after 90 days by default', async () => {
    const { token } = await createKey(['RELEASES_READ']);
    const { token: lasting } = await createKey(['RELEASES_READ'], null);
    const live = await RawLive.open(host, token);
    gateway.clock.advance(90 * DAY + 1000);
    expect(await live.closed).toBe(4403);
    expect(await releases(token)).toBe('UNAUTHENTICATED');
    expect(await releases(lasting)).toBeUndefined();
  });

  test('loses a permission, and its sockets, with the role of its account', async () => {
    const { token } = await createKey(['RELEASES_READ', 'ADOPTION_READ']);
    const live = await RawLive.open(host, token);
    const adoption = () => gateway.post('/graphql', { query: '{ adoption { devices } }' }, { token });
    expect((await adoption()).json().errors).toBeUndefined();
    await ask(gateway, op.SetUserRolesDocument, { input: { id: serviceId, roles: ['MEMBER'] } }, root);
    expect(await live.closed).toBe(4403);
    expect((await adoption()).json().errors[0].extensions.code).toBe('FORBIDDEN');
    expect(await releases(token)).toBeUndefined();
  });

  test('ends with its account, whether that is disabled or deleted', async () => {
    const { token } = await createKey(['RELEASES_READ']);
    await ask(gateway, op.SetUserStatusDocument, { input: { id: serviceId, status: 'DISABLED' } }, root);
    expect(await releases(token)).toBe('UNAUTHENTICATED');
    await ask(gateway, op.SetUserStatusDocument, { input: { id: serviceId, status: 'ACTIVE' } }, root);
    expect(await releases(token)).toBe('UNAUTHENTICATED');
    const { token: later } = await createKey(['RELEASES_READ']);
    await ask(gateway, op.DeleteUserDocument, { input: { id: serviceId } }, root);
    expect(await releases(later)).toBe('UNAUTHENTICATED');
  });

  test('shows when it was last used', async () => {
    const { token } = await createKey(['RELEASES_READ']);
    expect(await listed()).toMatchObject([{ lastUsedAt: null }]);
    gateway.clock.advance(5000);
    await releases(token);
    await gateway.services.sessions.saveActivity();
    expect(await listed()).toMatchObject([{ lastUsedAt: new Date(gateway.clock.now).toISOString() }]);
  });

  test('appears in no log line, audit entry or table', async () => {
    const { token } = await createKey(['DEVICES_OWN']);
    await gateway.post('/api/heart/check', {}, { authorization: `Bearer ${token}` });
    await gateway.post('/graphql', { query: '{ nothing }' }, { token });
    await RawLive.open(host, token).then((live) => live.close());
    const secret = token.slice(4, -6);
    expect(gateway.logged()).not.toContain(secret);
    const rows = await gateway.services.db.em.fork().execute<{ text: string }[]>(
      `select (select json_agg(a) from audit_entries a)::text || (select json_agg(s) from sessions s)::text ||
         (select json_agg(k) from api_keys k)::text as text`,
    );
    expect(rows[0]?.text).not.toContain(secret);
  });
});

describe('a key is refused', () => {
  test('that would allow more than its creator or its account may', async () => {
    const administrators = await createServiceAccount(['ADMIN']);
    const create = (userId: string | null, permissions: Permission[], token: string) =>
      refusal(gateway, op.CreateApiKeyDocument, keyInput(userId, permissions), token);
    const pia = await login('pia');
    expect(await create(serviceId, ['USERS_MANAGE'], root)).toBe('INVALID_INPUT');
    expect(await create(null, ['USERS_MANAGE'], pia)).toBe('INVALID_INPUT');
    expect(await create(administrators, ['RELEASES_READ'], pia)).toBe('FORBIDDEN');
    expect(await create(null, ['RELEASES_PUBLISH'], pia)).toBeUndefined();
    const legacy = await openSession(gateway, 'pia', bmsSessionPolicy);
    expect(await create(null, ['ADOPTION_READ'], legacy.accessToken)).toBe('FORBIDDEN');
    expect(await create(null, ['RELEASES_READ'], legacy.accessToken)).toBe('FORBIDDEN');
  });

  test('of another person, even for an administrator', async () => {
    const [pia] = await gateway.services.db.em
      .fork()
      .execute<{ id: number }[]>("select id from users where username = 'pia'");
    const input = keyInput(nodeId('user', pia?.id ?? 0), ['RELEASES_READ']);
    expect(await refusal(gateway, op.CreateApiKeyDocument, input, root)).toBe('FORBIDDEN');
  });

  test.each([
    ['name', { name: ' ' }],
    ['permissions', { permissions: [] }],
    ['lifetimeDays', { lifetimeDays: 0 }],
    ['userId', { userId: 'device_1' }],
  ])('with an invalid %s, which the error names', async (field, wrong) => {
    const { input } = keyInput(serviceId, ['RELEASES_READ']);
    const variables = { input: { ...input, ...wrong } };
    const { errors } = await send(gateway, op.CreateApiKeyDocument, variables, { token: root });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID_INPUT', field });
  });

  test('for all that would outlast it or exceed it', async () => {
    const manager = await createServiceAccount(['ADMIN']);
    const { token } = (
      await ask(
        gateway,
        op.CreateApiKeyDocument,
        keyInput(manager, ['USERS_MANAGE', 'USERS_READ', 'SESSIONS_OWN', 'PROFILE_OWN']),
        root,
      )
    ).createApiKey;
    expect(await refusal(gateway, op.CreateApiKeyDocument, keyInput(null, ['SESSIONS_OWN']), token)).toBe(
      'FORBIDDEN',
    );
    expect(await refusal(gateway, op.CreateApiKeyDocument, keyInput(serviceId, ['PROFILE_OWN']), token)).toBe(
      'FORBIDDEN',
    );
    const promotion = { input: { id: serviceId, roles: ['ADMIN'] } };
    expect(await refusal(gateway, op.SetUserRolesDocument, promotion, token)).toBe('FORBIDDEN');
    const { captcha } = (
      await ask(gateway, op.CreateCaptchaDocument, { input: { type: 'SCAN', deviceId: 'kiosk' } })
    ).createCaptcha;
    const approval = { input: { ticket: captcha.ticket ?? '', decision: 'APPROVE' as const } };
    expect(await refusal(gateway, op.ApproveScanDocument, approval, token)).toBe('FORBIDDEN');
  });

  test('by its checksum before the database is asked, and with limited attempts', async () => {
    const headers = { token: `${newMachineToken(API_KEY).slice(0, -1)}_` };
    const tried = async () => {
      const request = {
        method: 'POST',
        url: '/graphql',
        headers,
        payload: { query: '{ me { id } }' },
      } as const;
      const response = await gateway.app.inject({ ...request, remoteAddress: '192.0.2.7' });
      return response.json().errors[0].extensions;
    };
    for (let n = 0; n <= 50; n += 1) expect((await tried()).code).toBe('UNAUTHENTICATED');
    expect(await tried()).toMatchObject({ code: 'THROTTLED', retryAfter: expect.any(Number) });
    const { token } = await createKey(['RELEASES_READ']);
    expect(await releases(token)).toBeUndefined();
  });

  test('is limited to so many attempts at a path that needs no token, too', async () => {
    await publishRelease(gateway, '1.0.0');
    // The path looks at tokens once a device has another channel.
    await ask(gateway, op.HeartbeatDocument, { input: { deviceId: 'beta-1' } }, root);
    const { devices } = await ask(gateway, op.DevicesDocument, { filter: { search: 'beta-1' } }, root);
    const inBeta = { input: { id: devices.edges[0]?.node.id ?? '', channel: 'beta' } };
    await ask(gateway, op.UpdateDeviceDocument, inBeta, root);
    const headers = { token: newMachineToken(API_KEY) };
    const tried = async () => {
      const request = { method: 'POST', url: '/api/upgrade/checkVersion', headers, payload: {} } as const;
      return (await gateway.app.inject({ ...request, remoteAddress: '192.0.2.8' })).json().data?.version;
    };
    for (let n = 0; n <= 50; n += 1) expect(await tried()).toBe('1.0.0');
    expect(await tried()).toBeUndefined();
  });
});

describe('a service account', () => {
  test('is listed apart from people', async () => {
    const kinds = async (kind: 'PERSON' | 'SERVICE') =>
      (await ask(gateway, op.UsersDocument, { kind, first: 100 }, root)).users.edges.map(
        ({ node }) => node.kind,
      );
    expect(new Set(await kinds('SERVICE'))).toEqual(new Set(['SERVICE']));
    expect(new Set(await kinds('PERSON'))).toEqual(new Set(['PERSON']));
  });

  test('gets neither a phone nor a password', async () => {
    const edit = { input: { id: serviceId, phone: '13800000099' } };
    expect(await refusal(gateway, op.UpdateUserDocument, edit, root)).toBe('FORBIDDEN');
    const link = { input: { userId: serviceId } };
    expect(await refusal(gateway, op.CreatePasswordResetLinkDocument, link, root)).toBe('FORBIDDEN');
    const account = await gateway.services.users.get(Number(serviceId.slice(5)));
    const client = { address: '127.0.0.1', deviceId: null, version: null, model: null };
    const opening = gateway.services.sessions.open(
      gateway.services.db.em.fork(),
      account,
      client,
      bmsSessionPolicy,
    );
    await expect(opening).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});

test('a new password revokes the keys of a person', async () => {
  const pia = await login('pia');
  const { token } = (await ask(gateway, op.CreateApiKeyDocument, keyInput(null, ['RELEASES_READ']), pia))
    .createApiKey;
  const input = { currentPassword: PASSWORD, newPassword: 'battery staple horse' };
  await ask(gateway, op.ChangePasswordDocument, { input }, pia);
  expect(await releases(token)).toBe('UNAUTHENTICATED');
});
