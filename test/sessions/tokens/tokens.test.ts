import { createHmac, generateKeyPairSync, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import jwt from 'jsonwebtoken';
import { graphqlSessionPolicy } from '../../../src/graphql/session-policy.js';
import { uimsSessionPolicy } from '../../../src/legacy/uims/session-policy.js';
import { sessionPolicies } from '../../../src/server/http-server.js';
import { Api, Session } from '../../../src/sessions/session.entity.js';
import type { SessionPolicy } from '../../../src/sessions/session-policy.js';
import { tokenHash } from '../../../src/sessions/tokens/token-signer.js';
import { ANONYMOUS } from '../../support/callers.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';

const SECRET = 'the secret that this gateway signs with';
const client = { address: '192.0.2.1', deviceId: 'device 1', version: null, model: null };
/** From the document of the UIMS API; its key is public knowledge. */
const UIMS_SAMPLE =
  'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJhY2NvdW50IjoidWltc19zdXBlcl9hZG1pbiIsImV4cCI6MTU5NDc0NDI1MiwiaXNzIjoiVUlN' +
  'Uy1CQUNLIiwibmJmIjoxNTk0NzIxNjUyfQ.AQWHRcS7d1orXJBFitNHQ7GdWTlOJkElcRePNYHtY_s';
const UIMS_SAMPLE_TIME_MS = 1_594_730_000_000;

let gateway: TestGateway;
let adminId: number;
beforeAll(async () => {
  gateway = await startGateway({ JWT_SECRETS: SECRET });
  adminId = (await gateway.createUser({ username: 'admin', roles: ['ADMIN'] })).id;
});
afterAll(() => gateway.close());

async function open(policy: SessionPolicy) {
  const em = gateway.services.db.em.fork();
  return gateway.services.sessions.open(em, await gateway.services.users.get(adminId, em), client, policy);
}
const caller = (token: string, of = gateway) => of.services.sessions.authenticate(token);

/** Stores an administrator's session with this token, so that only its signature can refuse it. */
async function store(token: string): Promise<string> {
  const em = gateway.services.db.em.fork();
  const times = { createdAt: new Date(0), lastSeenAt: new Date(0) };
  const expiry = { tokenExpiresAt: new Date('2100-01-01'), expiresAt: new Date('2100-01-01') };
  const columns = { id: randomUUID(), api: Api.GRAPHQL, restricted: false, tokenHash: tokenHash(token) };
  await em.insert(Session, { ...columns, user: adminId, ...times, ...expiry });
  return token;
}

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
/** @param key of the HMAC; null for no signature. */
function forge(header: object, key: string | null, change: object = {}): string {
  const seconds = Math.floor(gateway.clock.now / 1000);
  const claims = { iss: 'gatehouse', sub: String(adminId), iat: seconds, exp: seconds + 600, ...change };
  const signed = `${part({ typ: 'JWT', ...header })}.${part(claims)}`;
  const signature = key === null ? '' : createHmac('sha256', key).update(signed).digest('base64url');
  return `${signed}.${signature}`;
}
const claims = () => ({
  iss: 'gatehouse',
  sub: String(adminId),
  exp: Math.floor(gateway.clock.now / 1000) + 600,
});
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const now = () => Math.floor(gateway.clock.now / 1000);

test('accepts our own signature on a stored token', async () => {
  expect(await caller(await store(forge({ alg: 'HS256' }, SECRET)))).toMatchObject({ user: { id: adminId } });
});

describe('rejects a stored token that', () => {
  const forgeries: [string, () => string][] = [
    ['has the algorithm none', () => forge({ alg: 'none' }, null)],
    ['has the algorithm nOnE', () => forge({ alg: 'nOnE' }, null)],
    ['has the algorithm none and a signature', () => forge({ alg: 'none' }, SECRET)],
    ['has no algorithm', () => forge({}, SECRET)],
    ['has no signature', () => forge({ alg: 'HS256' }, null)],
    ['is HS384 with our secret', () => jwt.sign(claims(), SECRET, { algorithm: 'HS384' })],
    ['is HS512 with our secret', () => jwt.sign(claims(), SECRET, { algorithm: 'HS512' })],
    ['says RS256 over an HMAC with our secret', () => forge({ alg: 'RS256' }, SECRET)],
    ['is RS256', () => jwt.sign(claims(), rsa.privateKey, { algorithm: 'RS256' })],
    ['is PS256', () => jwt.sign(claims(), rsa.privateKey, { algorithm: 'PS256' })],
    ['is ES256', () => jwt.sign(claims(), ec.privateKey, { algorithm: 'ES256' })],
    ['brings its own key', () => forge({ alg: 'HS256', jwk: { kty: 'oct', k: part({}) } }, part({}))],
    ['names an empty file as its key', () => forge({ alg: 'HS256', kid: '../../../dev/null' }, '')],
    ['names a key by SQL', () => forge({ alg: 'HS256', kid: "' union select 'x" }, 'x')],
    ['names a page with its key', () => forge({ alg: 'HS256', jku: 'https://evil.example/jwks' }, 'x')],
    ['names a certificate', () => forge({ alg: 'HS256', x5u: 'https://evil.example/x5u' }, 'x')],
    ['has another secret', () => forge({ alg: 'HS256' }, 'the secret that another gateway signs with')],
    ['has expired', () => forge({ alg: 'HS256' }, SECRET, { exp: now() })],
    ['is of the future', () => forge({ alg: 'HS256' }, SECRET, { nbf: now() + 60 })],
    ['is cut by one character', () => forge({ alg: 'HS256' }, SECRET).slice(0, -1)],
    ['has two parts', () => forge({ alg: 'HS256' }, SECRET).replace(/\.[^.]*$/, '')],
    ['has four parts', () => `${forge({ alg: 'HS256' }, SECRET)}.x`],
  ];
  test.each(forgeries)('%s', async (_name, make) => {
    expect(await caller(await store(make()))).toBeNull();
  });

  test('is the sample of the UIMS document, at the time of the document', async () => {
    const { now } = gateway.clock;
    await store(UIMS_SAMPLE);
    gateway.clock.now = UIMS_SAMPLE_TIME_MS;
    expect(await caller(UIMS_SAMPLE)).toBeNull();
    gateway.clock.now = now;
  });
});

test.each([
  ['another issuer', { iss: 'https://evil.example' }],
  ['the issuer of another API', { iss: 'UIMS-BACK', account: 'admin' }],
  ['no issuer', { iss: undefined }],
  ['our issuer', { jti: 'invented' }],
])('rejects a token with %s that was signed with our secret but never issued', async (_name, change) => {
  expect(await caller(forge({ alg: 'HS256' }, SECRET, change))).toBeNull();
});

test('rejects every kind of token in place of another', async () => {
  const { accessToken, refreshToken } = await open(graphqlSessionPolicy);
  const uims = await open(uimsSessionPolicy);
  const { imageCaptchas, scanTickets, setupLink } = gateway.services;
  const captcha = await imageCaptchas.issue('device 1', client);
  const scan = await scanTickets.issue('device 1', client);
  const setUp = new URL(await setupLink.url('http://localhost')).searchParams.get('token');
  const others = [captcha.id, scan.ticket, setUp ?? ''];
  for (const token of [refreshToken ?? '', ...others])
    expect([token, await caller(token)]).toEqual([token, null]);
  for (const token of [accessToken, uims.accessToken, ...others]) {
    await expect(gateway.services.sessions.refresh(token, ANONYMOUS)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
  }
  for (const token of [accessToken, refreshToken ?? '', captcha.id]) {
    const redeemed = scanTickets.redeem(token, 'device 1', async () => null);
    await expect(redeemed).rejects.toMatchObject({ code: 'CAPTCHA_EXPIRED' });
  }
  // The attempts ended no session.
  expect(await caller(accessToken)).not.toBeNull();
});

test('accepts the tokens of an earlier secret of every API while it is listed', async () => {
  const opened = await Promise.all(sessionPolicies.map((policy) => open(policy)));
  const rotated = await startGateway(
    { JWT_SECRETS: `the secret that comes after the first one,${SECRET}` },
    gateway,
  );
  for (const { accessToken, session } of opened) {
    expect(await caller(accessToken, rotated)).toMatchObject({ sessionId: session.id });
  }
  const { refreshToken } = opened.find(({ session }) => session.api === 'graphql') ?? {};
  const renewed = await rotated.services.sessions.refresh(refreshToken ?? '', ANONYMOUS);
  // A node without the new secret cannot verify tokens that are signed with it.
  expect(await caller(renewed.accessToken)).toBeNull();
  expect(await caller(renewed.accessToken, rotated)).not.toBeNull();
  await rotated.close();
});

test('rejects the signed tokens of a secret that is no longer listed', async () => {
  const opened = await Promise.all(sessionPolicies.map((policy) => open(policy)));
  const dropped = await startGateway({ JWT_SECRETS: 'the secret that comes after the first one' }, gateway);
  for (const { accessToken } of opened) {
    const signed = accessToken.includes('.');
    expect((await caller(accessToken, dropped)) === null).toBe(signed);
  }
  await dropped.close();
});
