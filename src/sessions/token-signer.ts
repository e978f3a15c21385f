import { createHash, createHmac, randomBytes } from 'node:crypto';
import jwt from 'jsonwebtoken';

const ALGORITHM = 'HS256';

/** The claims of a token; times in seconds. Whoever calls sets `exp`; `jti` is always added. */
export type Claims = Readonly<Record<string, unknown>> & { readonly exp: number };

/** Signs JWTs with the first secret and accepts those of every secret, so that secrets can be rotated. */
export class TokenSigner {
  readonly #secrets: readonly [string, ...string[]];

  constructor(secrets: readonly string[]) {
    const [first, ...rest] = secrets;
    if (first === undefined) throw new RangeError('A token signer needs at least one secret.');
    this.#secrets = [first, ...rest];
  }

  /** Two logins in one second differ by their `jti`. */
  sign(claims: Claims): string {
    const payload = { ...claims, jti: randomBytes(12).toString('base64url') };
    return jwt.sign(payload, this.#secrets[0], { algorithm: ALGORITHM, noTimestamp: !('iat' in claims) });
  }

  /** Whether one of our secrets signed it with our algorithm, and it is in its time at `nowMs`. */
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
   * Keyed hash of a short answer: whoever reads the database cannot try all codes.
   * @param purpose keeps the key spaces of different uses apart.
   * @returns 64 hex digits.
   */
  mac(purpose: string, text: string): string {
    return createHmac('sha256', this.#secrets[0]).update(`${purpose}\0${text}`).digest('hex');
  }
}

/** What the database keeps of a token: SHA-256, hex. Tokens have at least 128 random bits, so no salt. */
export const tokenHash = (token: string): string => createHash('sha256').update(token).digest('hex');

/**
 * The token of a header such as `Authorization`, with or without its `Bearer ` prefix; null when there is none,
 * as with another scheme (`Basic …`).
 */
export function bearerToken(header: string | undefined): string | null {
  return /^\s*(?:Bearer\s+)?(?!Bearer\s*$)(\S+)\s*$/i.exec(header ?? '')?.[1] ?? null;
}

/** Every door takes a token in any of them. */
export const TOKEN_HEADERS = ['Authorization', 'token', 'userToken'];

/** As Node names them. */
export const tokenHeaders: readonly string[] = TOKEN_HEADERS.map((name) => name.toLowerCase());

/** The first token that the headers of a request hold. */
export function sentToken(headers: Readonly<Record<string, string | string[] | undefined>>): string | null {
  for (const name of tokenHeaders) {
    const header = headers[name];
    const token = bearerToken(Array.isArray(header) ? header[0] : header);
    if (token !== null) return token;
  }
  return null;
}
