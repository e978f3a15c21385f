import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createLocalJWKSet, createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import jwt from 'jsonwebtoken';
import { stateInMemory } from '../../../src/adapters/shared-state.js';
import { graphqlSessionPolicy } from '../../../src/graphql/session-policy.js';
import { upgradeSessionPolicy } from '../../../src/legacy/upgrade/session-policy.js';
import { Session } from '../../../src/sessions/session.entity.js';
import type { SessionPolicy } from '../../../src/sessions/session-policy.js';
import { SigningKeys } from '../../../src/sessions/tokens/signing-keys.js';
import { TokenSigner, tokenHash } from '../../../src/sessions/tokens/token-signer.js';
import { named, type PrivateJwk } from '../../../src/settings/signing-keys.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';

const SECRET = 'the secret of the tokens of legacy APIs';
const client = { address: '192.0.2.1', deviceId: 'device 1', version: null, model: null };
const PATH = '/.well-known/jwks.json';

function createKey(): PrivateJwk {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return named(privateKey.export({ format: 'jwk' }) as PrivateJwk);
}
const [oldKey, newKey] = [createKey(), createKey()];
const publicKey = (key: PrivateJwk) => createPublicKey({ key: { ...key }, format: 'jwk' });

let gateway: TestGateway;
let userId: number;
beforeAll(async () => {
  gateway = await startGateway({ JWT_SECRETS: SECRET, SIGNING_KEYS: JSON.stringify(oldKey) });
  userId = (await gateway.createUser({ username: 'alice' })).id;
});
afterAll(() => gateway.close());

async function open(of: TestGateway, policy: SessionPolicy = graphqlSessionPolicy): Promise<string> {
  const em = of.services.db.em.fork();
  const user = await of.services.users.get(userId, em);
  return (await of.services.sessions.open(em, user, client, policy)).accessToken;
}
const caller = (token: string, of = gateway) => of.services.sessions.authenticate(token);

async function publishedBy(of: TestGateway) {
  const response = await of.app.inject(PATH);
  expect(response.headers['content-type']).toBe('application/jwk-set+json; charset=utf-8');
  return response.json<{ keys: { kid: string }[] }>();
}

test('another service verifies a token with a stock client and the published keys', async () => {
  const keys = createRemoteJWKSet(new URL(PATH, `http://${await gateway.listen()}`));
  const currentDate = new Date(gateway.clock.now);
  const { payload, protectedHeader } = await jwtVerify(await open(gateway), keys, {
    issuer: 'gatehouse',
    currentDate,
  });
  expect(payload.sub).toBe(String(userId));
  expect(protectedHeader).toEqual({ alg: 'ES256', typ: 'JWT', kid: oldKey.kid });
});

test('publishes nothing of the private keys', async () => {
  expect(await publishedBy(gateway)).toEqual({
    keys: [{ kty: 'EC', crv: 'P-256', x: oldKey.x, y: oldKey.y, kid: oldKey.kid, use: 'sig', alg: 'ES256' }],
  });
});

test('the tokens of legacy APIs stay HS256, as their documents say', async () => {
  expect(decodeProtectedHeader(await open(gateway, upgradeSessionPolicy))).toEqual({
    alg: 'HS256',
    typ: 'JWT',
  });
});

test('a new key signs, and the old one still verifies', async () => {
  const before = await open(gateway);
  const SIGNING_KEYS = JSON.stringify({ keys: [newKey, oldKey] });
  const rotated = await startGateway({ JWT_SECRETS: SECRET, SIGNING_KEYS }, gateway);
  const after = await open(rotated);
  expect(decodeProtectedHeader(after).kid).toBe(newKey.kid);
  expect((await publishedBy(rotated)).keys.map(({ kid }) => kid)).toEqual([newKey.kid, oldKey.kid]);
  for (const token of [before, after]) {
    expect(await caller(token, rotated)).toMatchObject({ user: { id: userId } });
  }
  await rotated.close();
});

test('without SIGNING_KEYS, the keys follow from JWT_SECRETS, and are equal on all nodes', async () => {
  const secrets = `another secret of this gateway again, ${SECRET}`;
  const nodes = await Promise.all([
    startGateway({ JWT_SECRETS: secrets }, gateway),
    startGateway({ JWT_SECRETS: secrets }, gateway),
  ]);
  const [one, other] = await Promise.all(nodes.map(publishedBy));
  expect(one?.keys).toHaveLength(2);
  expect(one).toEqual(other);
  const currentDate = new Date(gateway.clock.now);
  const [node] = nodes;
  if (node) await jwtVerify(await open(node), createLocalJWKSet(other as never), { currentDate });
  await Promise.all(nodes.map((each) => each.close()));
});

test.each<[string, (claims: object) => string]>([
  [
    'has the id of our key and the signature of another',
    (claims) =>
      jwt.sign(claims, generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey, {
        algorithm: 'ES256',
        keyid: oldKey.kid,
      }),
  ],
  [
    'is HS256 with our public key as its secret',
    (claims) =>
      jwt.sign(claims, publicKey(oldKey).export({ format: 'pem', type: 'spki' }).toString(), {
        algorithm: 'HS256',
        keyid: oldKey.kid,
        allowInsecureKeySizes: true,
      }),
  ],
  [
    'is HS256 with our secret and the id of our key',
    (claims) => jwt.sign(claims, SECRET, { algorithm: 'HS256', keyid: oldKey.kid }),
  ],
  [
    'is of a key that was removed',
    (claims) => {
      const signer = new TokenSigner([SECRET], new SigningKeys([newKey]), () => true);
      return signer.signForOthers({ ...claims, exp: Math.floor(gateway.clock.now / 1000) + 600 });
    },
  ],
])('rejects a stored token that %s', async (_name, make) => {
  const token = make({
    iss: 'gatehouse',
    sub: String(userId),
    exp: Math.floor(gateway.clock.now / 1000) + 600,
  });
  const issued = await open(gateway);
  const em = gateway.services.db.em.fork();
  await em.nativeUpdate(Session, { tokenHash: tokenHash(issued) }, { tokenHash: tokenHash(token) });
  expect(await caller(token)).toBeNull();
});

test('signs with a secret while a node runs that verifies secrets only', async () => {
  let isEverywhere = false;
  const shared = { ...stateInMemory(() => gateway.clock.now), everyNodeKnows: () => isEverywhere };
  const node = await startGateway({ JWT_SECRETS: SECRET }, gateway, shared);
  const token = await open(node);
  expect(decodeProtectedHeader(token).alg).toBe('HS256');
  isEverywhere = true;
  expect(decodeProtectedHeader(await open(node)).alg).toBe('ES256');
  expect(await caller(token, node)).toMatchObject({ user: { id: userId } });
  await node.close();
});
