import { createECDH, createPrivateKey, createPublicKey, hkdfSync, type KeyObject } from 'node:crypto';
import { named, type PrivateJwk } from '../../settings/signing-keys.js';

/** A public key of `/.well-known/jwks.json` (RFC 7517). */
export interface PublicJwk {
  readonly kty: 'EC';
  readonly crv: 'P-256';
  readonly x: string;
  readonly y: string;
  readonly kid: string;
  readonly use: 'sig';
  readonly alg: 'ES256';
}

/** The private key that signs. */
export interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
}

/** The keys of tokens that other services can verify. The first one signs; all of them verify, and are published. */
export class SigningKeys {
  readonly first: SigningKey;
  readonly published: readonly PublicJwk[];
  readonly #publicKeys: ReadonlyMap<string, KeyObject>;

  constructor(keys: readonly PrivateJwk[]) {
    const [first] = keys;
    if (first === undefined) throw new RangeError('There is no signing key.');
    this.first = { kid: first.kid, privateKey: createPrivateKey({ key: { ...first }, format: 'jwk' }) };
    this.published = keys.map(({ kty, crv, x, y, kid }) => ({
      kty,
      crv,
      x,
      y,
      kid,
      use: 'sig',
      alg: 'ES256',
    }));
    this.#publicKeys = new Map(
      this.published.map((jwk) => [jwk.kid, createPublicKey({ key: { ...jwk }, format: 'jwk' })]),
    );
  }

  publicKey(kid: string): KeyObject | undefined {
    return this.#publicKeys.get(kid);
  }
}

const CURVE = 'prime256v1';
/** The order of P-256 (NIST SP 800-186, 3.2.1.3). */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
/** So many bits more than the order that the remainder is even (NIST FIPS 186-5, A.2.1). */
const SEED_BYTES = 48;

/** The signing key that belongs to a secret of JWT_SECRETS, where SIGNING_KEYS is not set: equal on all nodes. */
export function derivedSigningKey(secret: string): PrivateJwk {
  const seed = Buffer.from(hkdfSync('sha256', secret, '', 'gatehouse ES256', SEED_BYTES));
  const scalar = (BigInt(`0x${seed.toString('hex')}`) % (ORDER - 1n)) + 1n;
  const d = Buffer.from(scalar.toString(16).padStart(64, '0'), 'hex');
  const pair = createECDH(CURVE);
  pair.setPrivateKey(d);
  const point = pair.getPublicKey();
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((number) => number.toString('base64url'));
  return named({ kty: 'EC', crv: 'P-256', x: x ?? '', y: y ?? '', d: d.toString('base64url') });
}
