import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { AuditEntry } from '../../src/audit/audit-entry.entity.js';
import { nodeId } from '../../src/database/node-id.js';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import { purge } from '../../src/jobs/retention.js';
import { bmsSessionPolicy } from '../../src/legacy/bms/session-policy.js';
import { Passkey } from '../../src/passkeys/passkey.entity.js';
import { PasskeyChallenge } from '../../src/passkeys/passkey-challenge.entity.js';
import { Session } from '../../src/sessions/session.entity.js';
import { UserStatus } from '../../src/users/user.entity.js';
import { Authenticator, type Lies } from '../support/authenticator.js';
import { openSession } from '../support/callers.js';
import { ask, type GraphqlAnswer, send } from '../support/clients/client.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import * as op from '../support/operations.js';

const ORIGIN = 'https://fleet.example';
const FOREIGN = 'https://fleet.example.evil';
const system = { userId: null, address: null };

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ PUBLIC_URL: ORIGIN, PASSKEY_ORIGINS: 'https://app.fleet.example' });
});
afterAll(() => gateway.close());

let created = 0;
let id: number;
let token: string;
let authenticator: Authenticator;
beforeEach(async () => {
  created += 1;
  id = (await gateway.createUser({ username: `person ${created}` })).id;
  ({ accessToken: token } = await openSession(gateway, `person ${created}`, graphqlSessionPolicy));
  authenticator = new Authenticator(ORIGIN);
});

const now = () => new Date(gateway.clock.now);
const bearer = (accessToken: string) => ({ authorization: `Bearer ${accessToken}` });
const codes = ({ errors }: GraphqlAnswer<unknown>) => errors?.map(({ extensions }) => extensions.code).join();

const startRegistration = async (accessToken = token, name: string | null = null) =>
  (await ask(gateway, op.StartPasskeyRegistrationDocument, { input: { name } }, accessToken))
    .startPasskeyRegistration.options;
const finishRegistration = (credential: object, accessToken = token) =>
  send(gateway, op.FinishPasskeyRegistrationDocument, { input: { credential } }, bearer(accessToken));
const add = async (lies?: Lies) => finishRegistration(authenticator.create(await startRegistration(), lies));

const startLogin = async () =>
  (await ask(gateway, op.StartPasskeyLoginDocument, { input: {} })).startPasskeyLogin.options;
const finishLogin = (credential: object) =>
  send(gateway, op.FinishPasskeyLoginDocument, { input: { credential } });
const login = async (lies?: Lies) => finishLogin(authenticator.get(await startLogin(), lies));

const listed = async () => (await ask(gateway, op.MyPasskeysDocument, {}, token)).secondFactors.passkeys;
const auditOf = async () => {
  const where = { target: nodeId('user', id), action: { $like: 'user.%' }, detail: { $ne: null } };
  const entries = await gateway.services.db.em.fork().find(AuditEntry, where, { orderBy: { id: 'asc' } });
  return entries.map(({ action, detail }) => `${action} ${detail}`);
};

describe('a passkey', () => {
  test('is added, signs in without a name, and shows when it was used', async () => {
    const options = await startRegistration(token, ' Phone ');
    expect(options).toMatchObject({
      rp: { id: 'fleet.example' },
      user: { name: `person ${created}` },
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      attestation: 'none',
      excludeCredentials: [],
    });
    const { data } = await finishRegistration(authenticator.create(options));
    expect(data?.finishPasskeyRegistration.passkey).toMatchObject({ name: 'Phone', lastUsedAt: null });
    expect(await startLogin()).toMatchObject({ rpId: 'fleet.example', allowCredentials: [] });
    const signedIn = await login();
    expect(signedIn.data?.finishPasskeyLogin.user.username).toBe(`person ${created}`);
    expect(signedIn.data?.finishPasskeyLogin.session.permissions).toContain('PROFILE_OWN');
    expect(await listed()).toMatchObject([{ name: 'Phone', lastUsedAt: expect.any(String) }]);
    expect(await startRegistration()).toMatchObject({ excludeCredentials: [{ id: authenticator.id }] });
    expect(await auditOf()).toEqual(['user.factor-add PASSKEY Phone']);
  });

  test('works on the pages of another front end that the settings name', async () => {
    authenticator = new Authenticator('https://app.fleet.example');
    expect(codes(await add())).toBeUndefined();
    expect(codes(await login())).toBeUndefined();
  });

  test('no longer signs in once its owner has renamed and removed it', async () => {
    await add();
    const [passkey] = await listed();
    const input = { id: passkey?.id ?? '', name: 'Key ring' };
    await ask(gateway, op.RenamePasskeyDocument, { input }, token);
    expect(await listed()).toMatchObject([{ name: 'Key ring' }]);
    const options = await startLogin();
    await ask(gateway, op.RemovePasskeyDocument, { input: { id: input.id } }, token);
    expect(codes(await finishLogin(authenticator.get(options)))).toBe('PASSKEY_INVALID');
    expect(await listed()).toEqual([]);
    expect(await auditOf()).toEqual([
      'user.factor-add PASSKEY Passkey',
      'user.passkey-rename Passkey → Key ring',
      'user.factor-remove PASSKEY Key ring',
    ]);
  });

  test('of another account is not found, whether it is renamed, removed or read', async () => {
    await add();
    const [passkey] = await listed();
    await gateway.createUser({ username: `stranger ${created}` });
    const { accessToken } = await openSession(gateway, `stranger ${created}`, graphqlSessionPolicy);
    const headers = bearer(accessToken);
    const input = { id: passkey?.id ?? '' };
    expect(codes(await send(gateway, op.RemovePasskeyDocument, { input }, headers))).toBe('NOT_FOUND');
    const renaming = { input: { ...input, name: 'x' } };
    expect(codes(await send(gateway, op.RenamePasskeyDocument, renaming, headers))).toBe('NOT_FOUND');
    const query = `{ node(id: "${input.id}") { id } }`;
    expect((await gateway.post('/graphql', { query }, headers)).json()).toEqual({ data: { node: null } });
  });

  test.each(['', ' ', 'x'.repeat(65), 'a\0b'])('cannot be called %j', async (name) => {
    const variables = { input: { name } };
    const answer = await send(gateway, op.StartPasskeyRegistrationDocument, variables, bearer(token));
    expect(answer.errors?.[0]?.extensions).toMatchObject({ code: 'INVALID_INPUT', field: 'name' });
  });

  test('is one of ten at most', async () => {
    const other = (await openSession(gateway, `person ${created}`, graphqlSessionPolicy)).accessToken;
    for (let n = 0; n < 9; n += 1) {
      await finishRegistration(new Authenticator(ORIGIN).create(await startRegistration()));
    }
    await gateway.services.db.em.fork().nativeUpdate(Session, { user: id }, { provenAt: now() });
    const late = await startRegistration(other);
    expect(codes(await add())).toBeUndefined();
    const answer = new Authenticator(ORIGIN).create(late);
    expect(codes(await finishRegistration(answer, other))).toBe('LIMIT_REACHED');
    const start = await send(gateway, op.StartPasskeyRegistrationDocument, { input: {} }, bearer(token));
    expect(codes(start)).toBe('LIMIT_REACHED');
  });

  test('cannot be added with a key or at a legacy session', async () => {
    const key = { userId: id, name: 'k', permissions: ['profile:own'], lifetimeDays: 1 } as const;
    const machine = await gateway.services.apiKeys.createByOperator(key, system);
    const legacy = await openSession(gateway, `person ${created}`, bmsSessionPolicy);
    for (const headers of [bearer(machine.token), bearer(legacy.accessToken)]) {
      const start = await send(gateway, op.StartPasskeyRegistrationDocument, { input: {} }, headers);
      expect(codes(start)).toBe('FORBIDDEN');
    }
  });
});

const forgeries: Record<string, Lies> = {
  'from another page': { origin: FOREIGN },
  'from a page without TLS': { origin: 'http://fleet.example' },
  'for another domain': { rpId: 'fleet.example.evil' },
  'from a frame of another site': { crossOrigin: true, topOrigin: FOREIGN },
  'from a frame that names no other site': { crossOrigin: true },
  'without a verified user': { userVerified: false },
  'to a challenge that was never issued': { challenge: Buffer.alloc(32).toString('base64url') },
};

describe('a registration is refused', () => {
  test.each([
    ...Object.entries(forgeries),
    ['as the answer to a login', { type: 'webauthn.get' }],
    ['with an unknown attestation', { format: 'unknown' }],
    ['with a certificate', { format: 'packed', statement: new Map([['x5c', []]]) }],
  ] as [string, Lies][])('%s', async (_title, lies) => {
    expect(codes(await add(lies))).toBe('PASSKEY_INVALID');
    expect(await listed()).toEqual([]);
  });

  test('a second time, in another session, or after five minutes', async () => {
    const options = await startRegistration();
    const other = (await openSession(gateway, `person ${created}`, graphqlSessionPolicy)).accessToken;
    const answer = authenticator.create(options);
    expect(codes(await finishRegistration(answer, other))).toBe('PASSKEY_INVALID');
    expect(codes(await finishRegistration(answer))).toBeUndefined();
    expect(codes(await finishRegistration(answer))).toBe('PASSKEY_INVALID');
    const late = new Authenticator(ORIGIN).create(await startRegistration());
    gateway.clock.advance(5 * 60_000 + 1);
    expect(codes(await finishRegistration(late))).toBe('PASSKEY_INVALID');
    await purge(
      gateway.services.db,
      { sessions: 0, audit: 1e12, presence: 0, deviceActions: 0 },
      gateway.clock.now,
    );
    expect(await gateway.services.db.em.fork().count(PasskeyChallenge, {})).toBe(0);
  });

  test('with the id of a passkey of another account', async () => {
    await add();
    await gateway.createUser({ username: `thief ${created}` });
    const thief = (await openSession(gateway, `thief ${created}`, graphqlSessionPolicy)).accessToken;
    const answer = authenticator.create(await startRegistration(thief));
    const { errors } = await finishRegistration(answer, thief);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'CONFLICT', field: 'credential' });
  });
});

describe('a login is refused', () => {
  beforeEach(() => add());

  test.each([
    ...Object.entries(forgeries),
    ['as the answer to a registration', { type: 'webauthn.create' }],
    ['with the handle of another account', { userHandle: Buffer.alloc(32).toString('base64url') }],
  ] as [string, Lies][])('%s', async (_title, lies) => {
    const answer = await login(lies);
    expect(codes(answer)).toBe('PASSKEY_INVALID');
    expect(codes(await login())).toBeUndefined();
  });

  test('a second time, even for one of two parallel answers', async () => {
    const answer = authenticator.get(await startLogin());
    const results = await Promise.all([finishLogin(answer), finishLogin(answer)]);
    expect(results.map(codes).sort()).toEqual(['PASSKEY_INVALID', undefined]);
    expect(codes(await finishLogin(answer))).toBe('PASSKEY_INVALID');
  });

  test('with the challenge of a registration', async () => {
    const { challenge } = (await startRegistration()) as { challenge: string };
    expect(codes(await login({ challenge }))).toBe('PASSKEY_INVALID');
  });

  test('on another device than the one that began it', async () => {
    const variables = { input: { deviceId: 'kiosk' } };
    const { options } = (await ask(gateway, op.StartPasskeyLoginDocument, variables)).startPasskeyLogin;
    const credential = authenticator.get(options);
    expect(codes(await finishLogin(credential))).toBe('PASSKEY_INVALID');
    const input = { credential, deviceId: 'kiosk' };
    expect(codes(await send(gateway, op.FinishPasskeyLoginDocument, { input }))).toBeUndefined();
  });

  test('with the signature of another passkey', async () => {
    const mine = authenticator.get(await startLogin());
    const other = new Authenticator(ORIGIN).get(await startLogin());
    const mixed = { ...mine, response: { ...mine.response, signature: other.response.signature } };
    expect(codes(await finishLogin(mixed))).toBe('PASSKEY_INVALID');
  });

  test('to a disabled account and to an unknown passkey alike', async () => {
    await gateway.services.administration.setStatus(id, UserStatus.DISABLED, system);
    const disabled = await login();
    authenticator = new Authenticator(ORIGIN);
    authenticator.userHandle = 'AA';
    const unknown = await login();
    expect(codes(disabled)).toBe('PASSKEY_INVALID');
    expect(unknown.errors?.[0]?.message).toBe(disabled.errors?.[0]?.message);
  });

  test('when the counter does not advance, which the audit log shows', async () => {
    authenticator.counter = 41;
    expect(codes(await login())).toBeUndefined();
    expect(codes(await login({ counter: 42 }))).toBe('PASSKEY_INVALID');
    expect(codes(await login({ counter: 0 }))).toBe('PASSKEY_INVALID');
    expect(await auditOf()).toEqual([
      'user.factor-add PASSKEY Passkey',
      'user.passkey-refuse Passkey',
      'user.passkey-refuse Passkey',
    ]);
    expect((await gateway.services.db.em.fork().findOneOrFail(Passkey, { user: id })).counter).toBe(42);
  });
});

describe('malformed credentials', () => {
  const long = 'A'.repeat(5000);
  const depth = Buffer.alloc(3000, 0x81).toString('base64url');
  const huge = Buffer.from([0x9b, ...Buffer.alloc(8, 0xff)]).toString('base64url');
  const answer = { clientDataJSON: 'e30', attestationObject: 'oA' };

  test.each<[message: string, credential: object]>([
    ['credential.id must be a string.', {}],
    ['credential.id must be base64url of at most 1364 characters.', { id: '+' }],
    ['credential.type must be public-key.', { id: 'a', type: 'password' }],
    ['credential.response must be an object.', { id: 'a', type: 'public-key', response: 'x' }],
  ])('%s', async (message, credential) => {
    for (const { errors } of [await finishRegistration(credential), await finishLogin(credential)]) {
      expect(errors?.[0]).toMatchObject({
        message,
        extensions: { code: 'INVALID_INPUT', field: 'credential' },
      });
    }
  });

  test.each<[message: string, response: object]>([
    [
      'credential.response.clientDataJSON must be at most 4096 characters.',
      { ...answer, clientDataJSON: long },
    ],
    [
      'credential.response.clientDataJSON must be the JSON of the browser.',
      { ...answer, clientDataJSON: 'AA' },
    ],
    ['credential.response.clientDataJSON must be the JSON of the browser.', answer],
    [
      'credential.response.attestationObject must be at most 4096 characters.',
      { ...answer, attestationObject: long },
    ],
    ['credential.response.transports.0 must be a transport such as usb.', { ...answer, transports: ['a b'] }],
  ])('%s', async (message, response) => {
    const { errors } = await finishRegistration({ id: 'a', type: 'public-key', response });
    expect(errors?.map((error) => error.message)).toEqual([message]);
  });

  test.each([depth, huge, 'oA', 'AA'])(
    'the attestation %# is no CBOR of an attestation',
    async (attestationObject) => {
      const credential = authenticator.create(await startRegistration());
      const broken = { ...credential, response: { ...credential.response, attestationObject } };
      const { errors } = await finishRegistration(broken);
      const message = 'credential.response.attestationObject must be the CBOR of an attestation.';
      expect(errors?.[0]).toMatchObject({ message, extensions: { code: 'INVALID_INPUT' } });
    },
  );

  test.each([depth, 'AA'])('authenticator data %# is refused', async (authenticatorData) => {
    await add();
    const credential = authenticator.get(await startLogin());
    const broken = { ...credential, response: { ...credential.response, authenticatorData } };
    expect(codes(await finishLogin(broken))).toMatch(/INVALID/);
  });
});
