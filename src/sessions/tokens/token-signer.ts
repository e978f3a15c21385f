import { createHmac, createSecretKey, hash, type KeyObject, randomBytes } from 'node:crypto';
import jwt from 'jsonwebtoken';
import type { SigningKeys } from './signing-keys.js';

/** Of the documented tokens of the legacy APIs. */
const ALGORITHM = 'HS256';
const KEY_ALGORITHM = 'ES256';
const HEADER = base64url({ alg: ALGORITHM, typ: 'JWT' });

/** The claims of a token, times in seconds. */
export type Claims = Readonly<Record<string, unknown>> & { readonly exp: number };

/** Signs JWTs with the first secret or key, and verifies with all of them, so that they can be rotated. */
export class TokenSigner {
  readonly #secrets: readonly [KeyObject, ...KeyObject[]];

  /**
   * @param secrets of at least 32 characters.
   * @param keys of tokens that other services can verify.
   * @param isEverywhere whether every node of the fleet verifies with keys.
   */
  constructor(
    secrets: readonly string[],
    readonly keys: SigningKeys,
    private readonly isEverywhere: () => boolean,
  ) {
    // Keys, because a text is made one at each verification, which takes three times as long as the verification.
    const [first, ...rest] = secrets.map((secret) => createSecretKey(secret, 'utf8'));
    if (first === undefined) throw new RangeError('A token signer needs at least one secret.');
    this.#secrets = [first, ...rest];
  }

  /**
   * Adds a random `jti`, so that two logins in the same second get different tokens. A JWS in compact serialization (RFC
   * 7515, 7.1): the library takes several times the CPU time, for options that are always the same.
   */
  sign(claims: Claims): string {
    const payload = { ...claims, jti: tokenId() };
    const signed = `${HEADER}.${base64url(payload)}`;
    return `${signed}.${createHmac('sha256', this.#secrets[0]).update(signed).digest('base64url')}`;
  }

  /** Signs a token that other services can verify with the published keys: ES256. */
  signForOthers(claims: Claims): string {
    // Nodes of the version before verify secrets only.
    if (!this.isEverywhere()) return this.sign(claims);
    const { kid, privateKey } = this.keys.first;
    const payload = { ...claims, jti: tokenId() };
    return jwt.sign(payload, privateKey, { algorithm: KEY_ALGORITHM, keyid: kid });
  }

  /** Whether the signature is ours and the token is valid at `nowMs`. Its key fixes the algorithm. */
  verifies(token: string, nowMs: number): boolean {
    const clockTimestamp = Math.floor(nowMs / 1000);
    const isSigned = (key: KeyObject, algorithm: jwt.Algorithm) => {
      try {
        jwt.verify(token, key, { algorithms: [algorithm], clockTimestamp });
        return true;
      } catch {
        return false;
      }
    };
    const kid = keyId(token);
    if (kid === undefined) return this.#secrets.some((secret) => isSigned(secret, ALGORITHM));
    const key = this.keys.publicKey(kid);
    return key !== undefined && isSigned(key, KEY_ALGORITHM);
  }

  /**
   * HMAC-SHA256 of a short secret such as an SMS code. Unlike a plain hash, it cannot be brute-forced with access to
   * the database alone.
   * @param purpose separates the key spaces of different uses.
   * @returns 64 hex digits.
   */
  mac(purpose: string, text: string): string {
    return mac(this.#secrets[0], purpose, text);
  }

  /** The `mac` by each secret: another node, or an earlier start, may have used any of them first. */
  macs(purpose: string, text: string): string[] {
    return this.#secrets.map((secret) => mac(secret, purpose, text));
  }
}

const tokenId = (): string => randomBytes(12).toString('base64url');

/** The `kid` in the header of a token, unverified; undefined if it has none, or is no JWT. */
function keyId(token: string): string | undefined {
  try {
    return jwt.decode(token, { complete: true })?.header.kid;
  } catch {
    return undefined;
  }
}

const mac = (secret: KeyObject, purpose: string, text: string): string =>
  createHmac('sha256', secret).update(`${purpose}\0${text}`).digest('hex');

/** The stored form of a token: SHA-256, hex. Tokens have at least 128 random bits, so no salt is needed. */
export const tokenHash = (token: string): string => hash('sha256', token);

function base64url(json: object): string {
  return Buffer.from(JSON.stringify(json)).toString('base64url');
}
