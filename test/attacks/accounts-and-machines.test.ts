import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import { bmsSessionPolicy } from '../../src/legacy/bms/session-policy.js';
import { User } from '../../src/users/user.entity.js';
import { openSession } from '../support/callers.js';
import { ask, refusal, send } from '../support/clients/client.js';
import { RawLive } from '../support/clients/raw-live.js';
import { eventually } from '../support/eventually.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import * as op from '../support/operations.js';
import { PASSWORD } from '../support/password.js';

const NEW_PASSWORD = 'battery staple';
const system = { userId: null, address: null };

let gateway: TestGateway;
/** Another node on the same database. */
let other: TestGateway;
let host: string;
let root: string;
let people = 0;
let person: { readonly id: number; readonly username: string; readonly phone: string };

beforeAll(async () => {
  gateway = await startGateway();
  other = await startGateway({}, gateway);
  host = await gateway.listen();
  await gateway.createUser({ username: 'root', password: PASSWORD, roles: ['ADMIN'] });
});
afterAll(async () => {
  await other.close();
  await gateway.close();
});
beforeEach(async () => {
  root = await tokenOf('root');
  person = await newPerson();
});

const tokenOf = async (username: string) =>
  (await openSession(gateway, username, graphqlSessionPolicy)).accessToken;

async function newPerson() {
  people += 1;
  const [username, phone] = [`person ${people}`, String(13_700_000_000 + people)];
  const { id } = await gateway.createUser({ username, phone, phoneVerified: true, password: PASSWORD });
  return { id, username, phone };
}

const nodeIdOf = ({ id }: { readonly id: number }) => `user_${id}`;
const newLink = async () =>
  (await ask(gateway, op.CreatePasswordResetLinkDocument, { input: { userId: nodeIdOf(person) } }, root))
    .createPasswordResetLink;
const linkToken = ({ path }: { readonly path: string }) => path.slice(path.indexOf('#') + 1);
const refusedLink = (token: string) =>
  refusal(gateway, op.ResetPasswordWithLinkDocument, { input: { token, newPassword: NEW_PASSWORD } });

describe('a reset of a password', () => {
  test('takes the host of its link from no header', async () => {
    const variables = { input: { userId: nodeIdOf(person) } };
    const { data } = await send(gateway, op.CreatePasswordResetLinkDocument, variables, {
      authorization: `Bearer ${root}`,
      host: 'evil.example',
      'x-forwarded-host': 'evil.example',
      forwarded: 'host=evil.example;proto=https',
      origin: 'https://evil.example',
    });
    expect(data?.createPasswordResetLink.url).toBeNull();
    expect(JSON.stringify(data)).not.toContain('evil');
  });

  const resets: Record<string, () => Promise<unknown>> = {
    'a code': async () => {
      await ask(gateway, op.RequestPasswordResetDocument, { input: { phone: person.phone } });
      let code = '';
      await eventually(async () => {
        code = await gateway.lastSms(person.phone).catch(() => '');
        return code !== '';
      });
      const input = { phone: person.phone, code, newPassword: NEW_PASSWORD };
      await ask(gateway, op.ResetPasswordDocument, { input });
    },
    'a link': async () => {
      const input = { token: linkToken(await newLink()), newPassword: NEW_PASSWORD };
      await ask(gateway, op.ResetPasswordWithLinkDocument, { input });
    },
    'an operator': async () => {
      const { users, passwordResets } = gateway.services;
      await passwordResets.resetByOperator(await users.get(person.id), NEW_PASSWORD, system);
    },
  };
  test.each(Object.keys(resets))('by %s leaves no token, socket or claim of an intruder', async (way) => {
    const intruder = await openSession(gateway, person.username, graphqlSessionPolicy);
    const legacy = await openSession(gateway, person.username, bmsSessionPolicy);
    const socket = await RawLive.open(host, intruder.accessToken);
    const { code, secret } = await requested('of an intruder');
    await claim(code, intruder.accessToken);
    await resets[way]?.();
    await other.services.sessions.pollChanges();
    expect(await socket.closed).toBe(4403);
    for (const { sessions } of [gateway.services, other.services]) {
      for (const { accessToken } of [intruder, legacy]) {
        expect(await sessions.authenticate(accessToken)).toBeNull();
      }
      await expect(sessions.refresh(intruder.refreshToken ?? '', system)).rejects.toMatchObject({
        code: 'UNAUTHENTICATED',
      });
    }
    expect(await refusedCollection(secret)).toBe('NOT_FOUND');
  });

  test.each([
    ['phone', { phone: '13799999999' }],
    ['e-mail address', { email: 'new@example.com' }],
  ])('by a link ends with the %s that the link was sent to', async (_, change) => {
    const token = linkToken(await newLink());
    await ask(gateway, op.UpdateUserDocument, { input: { id: nodeIdOf(person), ...change } }, root);
    expect(await refusedLink(token)).toBe('FORBIDDEN');
  });

  test('by a link ends when its owner changes the e-mail address', async () => {
    const token = linkToken(await newLink());
    const own = await tokenOf(person.username);
    await ask(gateway, op.UpdateProfileDocument, { input: { email: 'own@example.com' } }, own);
    expect(await refusedLink(token)).toBe('FORBIDDEN');
  });

  test('by a code goes to the account that has the phone when the code is used', async () => {
    const { phone } = person;
    await ask(gateway, op.RequestPasswordResetDocument, { input: { phone } });
    await eventually(async () => (await gateway.lastSms(phone).catch(() => '')) !== '');
    const code = await gateway.lastSms(phone);
    const former = person;
    await ask(gateway, op.UpdateUserDocument, { input: { id: nodeIdOf(former), phone: null } }, root);
    const next = await newPerson();
    const recycled = { id: nodeIdOf(next), phone };
    await ask(gateway, op.UpdateUserDocument, { input: recycled }, root);
    const input = { phone, code, newPassword: NEW_PASSWORD };
    expect(await refusal(gateway, op.ResetPasswordDocument, { input })).toMatch(/^CAPTCHA_/);
  });
});

describe('an API key', () => {
  const keyOf = async (permissions: op.Permission[]) => {
    const input = { name: 'stolen', permissions };
    return (await ask(gateway, op.CreateApiKeyDocument, { input }, root)).createApiKey.token;
  };

  test('with every permission neither recovers accounts nor proves who its owner is', async () => {
    const key = await keyOf(['PROFILE_OWN', 'SESSIONS_OWN', 'DEVICES_OWN', 'USERS_READ', 'USERS_MANAGE']);
    const attempts: readonly (readonly [TypedDocumentNode<unknown, never>, object])[] = [
      [op.ChangePasswordDocument, { currentPassword: PASSWORD, newPassword: NEW_PASSWORD }],
      [op.CreatePasswordResetLinkDocument, { userId: nodeIdOf(person) }],
      [op.StepUpDocument, { password: PASSWORD }],
      [op.StartTotpEnrollmentDocument, {}],
      [op.ResetSecondFactorsDocument, { userId: nodeIdOf(person) }],
      [op.CreateApiKeyDocument, { name: 'more', permissions: ['PROFILE_OWN'] }],
      [op.IssueDeviceCredentialsDocument, { deviceIds: ['more'] }],
      [op.ClaimDeviceDocument, { code: (await requested('more')).code }],
      [op.SetUserRolesDocument, { id: nodeIdOf(person), roles: ['ADMIN'] }],
      [op.CreateRoleDocument, { code: 'MORE', name: 'More', permissions: [] }],
    ];
    const refusals = attempts.map(([document, input]) => refusal(gateway, document, { input } as never, key));
    expect(await Promise.all(refusals)).toEqual(attempts.map(() => 'FORBIDDEN'));
    const socket = { input: { newPassword: NEW_PASSWORD } };
    expect(await refusal(gateway, op.SetPasswordDocument, socket, key)).toMatch(/^(FORBIDDEN|CONFLICT)$/);
  });

  test('appears in no answer and no log line, wherever it is sent', async () => {
    const key = await keyOf(['RELEASES_READ']);
    const requests = [
      { method: 'GET', url: `/graphql?query=%7Bme%7Bid%7D%7D&token=${key}&authorization=${key}` },
      { method: 'GET', url: `/${key}` },
      { method: 'GET', url: `/dist/${key}` },
      { method: 'POST', url: `/api/heart/check?token=${key}`, payload: { token: key } },
      { method: 'POST', url: '/api/user/login', payload: { username: key, password: key } },
      { method: 'POST', url: '/graphql', payload: { query: '{ nothing }' }, headers: { authorization: key } },
      { method: 'POST', url: '/graphql', payload: { query: '{ me { id } }' }, headers: { token: `${key}x` } },
    ] as const;
    for (const request of requests) {
      const { body, headers } = await gateway.app.inject(request);
      expect(body + JSON.stringify(headers)).not.toContain(key.slice(4, -6));
    }
    expect(gateway.logged()).not.toContain(key.slice(4, -6));
  });
});

describe('a claim', () => {
  test('is won by one of two owners who enter the code at once, at two nodes', async () => {
    const rival = await newPerson();
    const owners = [await tokenOf(person.username), await tokenOf(rival.username)];
    const { code, secret } = await requested('wanted');
    const claims = owners.map((token, node) =>
      refusal(node === 0 ? gateway : other, op.ClaimDeviceDocument, { input: { code } }, token),
    );
    expect((await Promise.all(claims)).sort()).toEqual(['NOT_FOUND', undefined]);
    const collected = await Promise.allSettled([collect(secret), collect(secret)]);
    const tokens = collected.flatMap((outcome) => ('value' in outcome ? (outcome.value ?? []) : []));
    expect(tokens).toHaveLength(1);
    expect(await refusedCollection(secret)).toBe('NOT_FOUND');
  });

  test('cannot be guessed by many accounts at one address, nor by one account at many', async () => {
    const guess = async (token: string, remoteAddress: string) => {
      const query = 'mutation { claimDevice(input: {code: "22222222"}) { clientId } }';
      const headers = { authorization: `Bearer ${token}` };
      const request = {
        method: 'POST',
        url: '/graphql',
        headers,
        payload: { query },
        remoteAddress,
      } as const;
      return (await gateway.app.inject(request)).json().errors[0].extensions.code;
    };
    const accounts: string[] = [];
    while (accounts.length < 6) accounts.push(await tokenOf((await newPerson()).username));
    const results: string[] = [];
    for (const account of accounts) {
      for (let n = 0; n < 10; n += 1) results.push(await guess(account, '192.0.2.50'));
    }
    expect(results).toEqual([...Array(50).fill('NOT_FOUND'), ...Array(10).fill('THROTTLED')]);
    const [single = ''] = accounts;
    expect(await guess(single, '192.0.2.51')).toBe('THROTTLED');
    expect(await guess(single, '192.0.2.52')).toBe('THROTTLED');
  });

  test('of a session that was signed out still gives the device its credential', async () => {
    const token = await tokenOf(person.username);
    const { code, secret } = await requested('kiosk');
    await claim(code, token);
    await ask(gateway, op.LogoutDocument, { input: { scope: 'SESSION' } }, token);
    expect(await collect(secret)).toMatch(/^ghd_/);
  });
});

describe('a helper who manages people and roles', () => {
  let helper: string;
  beforeEach(async () => {
    const code = `HELPER_${people}`;
    const permissions = ['users:read', 'users:manage'] as const;
    await gateway.services.roleEditing.create(code, 'Helper', permissions, system);
    await gateway.services.administration.setRoles(person.id, [code], system);
    helper = await tokenOf(person.username);
  });

  test('gains no permission by roles, people, keys or links', async () => {
    const [administrator] = await gateway.services.db.em.fork().find(User, { username: 'root' });
    const code = `HELPER_${people}`;
    const own = nodeIdOf(person);
    const service = await gateway.createUser({ username: `bot ${people}`, roles: ['ADMIN'] });
    const attempts: readonly (readonly [TypedDocumentNode<unknown, never>, object])[] = [
      [op.UpdateRoleDocument, { id: `role_${code}`, permissions: ['USERS_MANAGE', 'AUDIT_READ'] }],
      [op.UpdateRoleDocument, { id: 'role_ADMIN', permissions: ['USERS_MANAGE'] }],
      [op.CreateRoleDocument, { code: 'MORE', name: 'More', permissions: ['AUDIT_READ'] }],
      [op.SetUserRolesDocument, { id: own, roles: ['ADMIN'] }],
      [op.CreateUserDocument, { username: 'accomplice', password: NEW_PASSWORD, roles: ['ADMIN'] }],
      [op.CreateServiceAccountDocument, { username: 'accomplice', roles: ['ADMIN'] }],
      [op.CreatePasswordResetLinkDocument, { userId: nodeIdOf(administrator ?? person) }],
      [op.UpdateUserDocument, { id: nodeIdOf(administrator ?? person), phone: '13788888888' }],
      [op.SetUserStatusDocument, { id: nodeIdOf(administrator ?? person), status: 'DISABLED' }],
      [op.DeleteUserDocument, { id: nodeIdOf(service) }],
      [op.IssueDeviceCredentialsDocument, { userId: nodeIdOf(service), deviceIds: ['spy'] }],
    ];
    const refusals: unknown[] = [];
    for (const [document, input] of attempts) {
      refusals.push(await refusal(gateway, document, { input } as never, helper));
    }
    expect(refusals).toEqual(attempts.map(() => 'FORBIDDEN'));
  });

  test('loses every permission with the role, at open sockets and other nodes, too', async () => {
    const socket = await RawLive.open(host, helper);
    expect(await refusal(other, op.UsersDocument, {}, helper)).toBeUndefined();
    await ask(gateway, op.SetUserRolesDocument, { input: { id: nodeIdOf(person), roles: [] } }, root);
    await other.services.sessions.pollChanges();
    expect(await socket.closed).toBe(4403);
    for (const node of [gateway, other]) {
      expect(await refusal(node, op.UsersDocument, {}, helper)).toBe('FORBIDDEN');
    }
  });
});

const requested = async (deviceId: string) =>
  (await ask(gateway, op.RequestDeviceCredentialDocument, { input: { deviceId } })).requestDeviceCredential;
const claim = (code: string, token: string) =>
  ask(gateway, op.ClaimDeviceDocument, { input: { code } }, token);
const collect = (secret: string) => other.services.deviceClaims.collect(secret, '192.0.2.1');
const refusedCollection = (secret: string) =>
  refusal(other, op.CollectDeviceCredentialDocument, { input: { secret } });
