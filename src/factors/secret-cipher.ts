import { createCipheriv, createDecipheriv, hash, hkdfSync, randomBytes } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
/** Of GCM (NIST SP 800-38D, 5.2.1.1). */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

interface Key {
  readonly id: string;
  readonly bytes: Buffer;
}

/**
 * Encrypts secrets that the gateway must read again, so that the database alone does not reveal them. The keys follow from
 * the secrets of `JWT_SECRETS`, as the signing keys do: the first one encrypts, and all of them decrypt.
 */
export class SecretCipher {
  readonly #keys: readonly [Key, ...Key[]];

  constructor(secrets: readonly string[]) {
    const [first, ...rest] = secrets.map(derivedKey);
    if (first === undefined) throw new RangeError('A cipher needs at least one secret.');
    this.#keys = [first, ...rest];
  }

  /**
   * @param owner binds the result to a row: it does not decrypt in another one.
   * @returns the id of the key, a dot, and nonce, tag and ciphertext in base64url.
   */
  encrypt(text: string, owner: string): string {
    const [{ id, bytes }] = this.#keys;
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, bytes, nonce).setAAD(Buffer.from(owner));
    const encrypted = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return `${id}.${Buffer.concat([nonce, cipher.getAuthTag(), encrypted]).toString('base64url')}`;
  }

  /** @throws Error if its key is missing, or it belongs to another owner. */
  decrypt(stored: string, owner: string): string {
    const key = this.#keyOf(stored);
    if (!key) throw new Error('The secret of JWT_SECRETS that the key follows from is missing.');
    const [, content = ''] = stored.split('.');
    const parts = Buffer.from(content, 'base64url');
    const decipher = createDecipheriv(ALGORITHM, key.bytes, parts.subarray(0, NONCE_BYTES))
      .setAAD(Buffer.from(owner))
      .setAuthTag(parts.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    const encrypted = parts.subarray(NONCE_BYTES + TAG_BYTES);
    return Buffer.concat([decipher.update(encrypted), decipher.final()]).toString('utf8');
  }

  /** Whether the key is there. */
  decrypts(stored: string): boolean {
    return this.#keyOf(stored) !== undefined;
  }

  #keyOf(stored: string): Key | undefined {
    return this.#keys.find(({ id }) => stored.startsWith(`${id}.`));
  }

  /** The prefix of everything that is encrypted with the first key. */
  get currentPrefix(): string {
    return `${this.#keys[0].id}.`;
  }
}

function derivedKey(secret: string): Key {
  const bytes = Buffer.from(hkdfSync('sha256', secret, '', 'gatehouse second factors', KEY_BYTES));
  return { id: hash('sha256', bytes).slice(0, 8), bytes };
}
