import { createHmac, createSecretKey, hash, type KeyObject, randomBytes } from 'node:crypto';
import jwt from 'jsonwebtoken';

const ALGORITHM = 'HS256';
const HEADER = base64url({ alg: ALGORITHM, typ: 'JWT' });

/** The claims of a token, times in seconds. */
export type Claims = Readonly<Record<string, unknown>> & { readonly exp: number };

/** Signs JWTs with the first secret and verifies with all of them, so that secrets can be rotated. */
export class TokenSigner {
  readonly #secrets: readonly [KeyObject, ...KeyObject[]];

  constructor(secrets: readonly string[]) {
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
    const payload = { ...claims, jti: randomBytes(12).toString('base64url') };
    const signed = `${HEADER}.${base64url(payload)}`;
    return `${signed}.${createHmac('sha256', this.#secrets[0]).update(signed).digest('base64url')}`;
  }

  /** Whether the signature is ours and the token is valid at `nowMs`. */
  verifies(token: string, nowMs: number): boolean {
    const clockTimestamp = Math.floor(nowMs / 1000);
    return this.#secrets.some((secret) => {
      try {
        jwt.verify(token, secret, { algorithms: [ALGORITHM], clockTimestamp });
        return true;
      } catch {
        return false;
      }
    });
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

const mac = (secret: KeyObject, purpose: string, text: string): string =>
  createHmac('sha256', secret).update(`${purpose}\0${text}`).digest('hex');

/** The stored form of a token: SHA-256, hex. Tokens have at least 128 random bits, so no salt is needed. */
export const tokenHash = (token: string): string => hash('sha256', token);

function base64url(json: object): string {
  return Buffer.from(JSON.stringify(json)).toString('base64url');
}
