import { createHash, createSign, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { isoCBOR } from '@simplewebauthn/server/helpers';

const FLAGS = { userPresent: 0x01, userVerified: 0x04, attested: 0x40 };

/** What an authenticator and its browser say, where a test differs from honest ones. */
export interface Lies {
  readonly origin?: string;
  readonly rpId?: string;
  readonly type?: string;
  readonly challenge?: string;
  readonly crossOrigin?: boolean;
  readonly topOrigin?: string;
  readonly userVerified?: boolean;
  readonly userHandle?: string;
  readonly counter?: number;
  readonly format?: string;
  readonly statement?: Map<string, unknown>;
}

/** The options of the gateway, as far as an authenticator needs them. */
interface Options {
  readonly challenge: string;
  readonly rp?: { readonly id: string };
  readonly rpId?: string;
  readonly user?: { readonly id: string };
}

/** An authenticator and the browser around it, with one passkey of ES256. */
export class Authenticator {
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  readonly id = randomBytes(32).toString('base64url');
  userHandle = '';
  /** Increments with each use unless it is 0, as that of synchronised passkeys. */
  counter = 0;

  constructor(private readonly origin: string) {}

  /** As `navigator.credentials.create`. */
  create(options: object, lies: Lies = {}) {
    const { challenge, rp, user } = options as Options;
    this.userHandle = user?.id ?? '';
    const id = Buffer.from(this.id, 'base64url');
    const length = Buffer.alloc(2);
    length.writeUInt16BE(id.length);
    const attested = Buffer.concat([Buffer.alloc(16), length, id, coseKey(this.#keys.publicKey)]);
    const authData = this.#data(rp?.id ?? '', FLAGS.attested, attested, lies);
    const attestation = new Map<string, unknown>([
      ['fmt', lies.format ?? 'none'],
      ['attStmt', lies.statement ?? new Map()],
      ['authData', new Uint8Array(authData)],
    ]);
    return {
      id: this.id,
      rawId: this.id,
      type: 'public-key',
      authenticatorAttachment: 'platform',
      clientExtensionResults: { credProps: { rk: true } },
      response: {
        clientDataJSON: this.#page('webauthn.create', challenge, lies).toString('base64url'),
        attestationObject: encode(attestation).toString('base64url'),
        transports: ['internal', 'hybrid'],
      },
    };
  }

  /** As `navigator.credentials.get`. */
  get(options: object, lies: Lies = {}) {
    const { challenge, rpId } = options as Options;
    const page = this.#page('webauthn.get', challenge, lies);
    if (this.counter > 0) this.counter += 1;
    const data = this.#data(rpId ?? '', 0, Buffer.alloc(0), lies);
    const signed = Buffer.concat([data, createHash('sha256').update(page).digest()]);
    return {
      id: this.id,
      rawId: this.id,
      type: 'public-key',
      clientExtensionResults: {},
      response: {
        clientDataJSON: page.toString('base64url'),
        authenticatorData: data.toString('base64url'),
        signature: createSign('sha256').update(signed).sign(this.#keys.privateKey).toString('base64url'),
        userHandle: lies.userHandle ?? this.userHandle,
      },
    };
  }

  #page(type: string, challenge: string, lies: Lies): Buffer {
    const { crossOrigin = false, topOrigin } = lies;
    const page = { type: lies.type ?? type, challenge: lies.challenge ?? challenge, crossOrigin, topOrigin };
    return Buffer.from(JSON.stringify({ ...page, origin: lies.origin ?? this.origin }));
  }

  #data(rpId: string, flags: number, attested: Buffer, lies: Lies): Buffer {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(lies.counter ?? this.counter);
    const verified = lies.userVerified === false ? 0 : FLAGS.userVerified;
    const set = Buffer.from([flags | FLAGS.userPresent | verified]);
    const rpIdHash = createHash('sha256')
      .update(lies.rpId ?? rpId)
      .digest();
    return Buffer.concat([rpIdHash, set, counter, attested]);
  }
}

/** https://www.rfc-editor.org/rfc/rfc9053#section-7.1.1 */
function coseKey(key: KeyObject): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  return encode(
    new Map<number, unknown>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, new Uint8Array(Buffer.from(x, 'base64url'))],
      [-3, new Uint8Array(Buffer.from(y, 'base64url'))],
    ]),
  );
}

const encode = (value: unknown): Buffer =>
  Buffer.from(isoCBOR.encode(value as Parameters<typeof isoCBOR.encode>[0]));
