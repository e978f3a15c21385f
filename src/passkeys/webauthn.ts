import type { AuthenticatorTransport } from '@simplewebauthn/server';
import type { RelyingParty } from '../config.js';
import { DomainError } from '../errors.js';
import {
  type AssertionResponse,
  type ClientData,
  decoded,
  type RegistrationResponse,
} from './credential-response.js';
import type { Passkey } from './passkey.entity.js';

/** ES256, and RS256 for Windows Hello: https://www.iana.org/assignments/cose */
export const ALGORITHMS = [-7, -257];

/** Loaded when the first passkey is used: it takes 135 ms. */
export const loadWebauthn = () => import('@simplewebauthn/server');
const loadHelpers = () => import('@simplewebauthn/server/helpers');

/** A key that an authenticator has created. */
export type NewCredential = Pick<
  Passkey,
  'credentialId' | 'publicKey' | 'counter' | 'transports' | 'backupEligible' | 'backedUp'
>;

/** What an answer to a challenge says about its passkey. */
export type CredentialUse = Pick<Passkey, 'counter' | 'backupEligible' | 'backedUp'>;

/**
 * Checks where the browser says that the answer was given.
 * @throws DomainError PASSKEY_INVALID
 */
export function requirePage({ origin, crossOrigin, topOrigin }: ClientData, { origins }: RelyingParty): void {
  if (!origins.includes(origin)) {
    throw invalidPasskey(`Passkeys of this gateway work at ${origins.join(', ')} only.`);
  }
  if (crossOrigin || topOrigin !== undefined) {
    throw invalidPasskey('Passkeys do not work in a frame on a page of another site.');
  }
}

/**
 * Verifies a new key. An attestation with a certificate is refused: none was asked for, and its verification may fetch
 * what the certificate names.
 * @param page of the response. The caller must have consumed its challenge.
 * @throws DomainError INVALID_INPUT, PASSKEY_INVALID
 */
export async function verifyRegistration(
  { id, type, response }: RegistrationResponse,
  page: ClientData,
  party: RelyingParty,
): Promise<NewCredential> {
  const { verifyRegistrationResponse } = await loadWebauthn();
  const { hasCertificate, flags } = await decodeAttestation(response.attestationObject);
  if (hasCertificate) throw invalidPasskey('The passkey must have no attestation.');
  requireVerifiedUser(flags);
  const transports = response.transports as AuthenticatorTransport[];
  const { registrationInfo } = await verifyRegistrationResponse({
    response: { id, rawId: id, type, response: { ...response, transports }, clientExtensionResults: {} },
    ...expectations(page, party),
    supportedAlgorithmIDs: ALGORITHMS,
  }).catch(invalidAnswer);
  if (registrationInfo?.credential.id !== id) invalidAnswer();
  return {
    credentialId: id,
    publicKey: Buffer.from(registrationInfo.credential.publicKey).toString('base64url'),
    counter: registrationInfo.credential.counter,
    transports: response.transports,
    backupEligible: registrationInfo.credentialDeviceType === 'multiDevice',
    backedUp: registrationInfo.credentialBackedUp,
  };
}

/**
 * Verifies the answer of a passkey. Its counter is left to the caller.
 * @param page as for `verifyRegistration`.
 * @throws DomainError INVALID_INPUT, PASSKEY_INVALID
 */
export async function verifyAssertion(
  { id, type, response }: AssertionResponse,
  page: ClientData,
  party: RelyingParty,
  { publicKey }: Pick<Passkey, 'publicKey'>,
): Promise<CredentialUse> {
  const { verifyAuthenticationResponse } = await loadWebauthn();
  const { parseAuthenticatorData } = await loadHelpers();
  const { flags } = decoded('authenticatorData', 'data of an authenticator', () =>
    parseAuthenticatorData(bytesOf(response.authenticatorData)),
  );
  requireVerifiedUser(flags);
  const { clientDataJSON, authenticatorData, signature } = response;
  const { verified, authenticationInfo } = await verifyAuthenticationResponse({
    response: {
      id,
      rawId: id,
      type,
      response: { clientDataJSON, authenticatorData, signature },
      clientExtensionResults: {},
    },
    ...expectations(page, party),
    credential: { id, publicKey: bytesOf(publicKey), counter: 0 },
  }).catch(invalidAnswer);
  if (!verified) invalidAnswer();
  return {
    counter: authenticationInfo.newCounter,
    backupEligible: authenticationInfo.credentialDeviceType === 'multiDevice',
    backedUp: authenticationInfo.credentialBackedUp,
  };
}

async function decodeAttestation(attestationObject: string) {
  const { decodeAttestationObject, parseAuthenticatorData } = await loadHelpers();
  return decoded('attestationObject', 'CBOR of an attestation', () => {
    const attestation = decodeAttestationObject(bytesOf(attestationObject));
    const isCertified = attestation.get('attStmt').get('x5c') !== undefined;
    return {
      hasCertificate: isCertified || !['none', 'packed'].includes(attestation.get('fmt')),
      flags: parseAuthenticatorData(attestation.get('authData')).flags,
    };
  });
}

const expectations = ({ challenge, origin }: ClientData, { id }: RelyingParty) => ({
  expectedChallenge: challenge,
  expectedOrigin: origin,
  expectedRPID: id,
  requireUserVerification: true,
});

function requireVerifiedUser({ uv }: { readonly uv: boolean }): void {
  if (uv) return;
  throw invalidPasskey('The passkey must verify its user, for example by a PIN or a fingerprint.');
}

export const bytesOf = (base64url: string) => new Uint8Array(Buffer.from(base64url, 'base64url'));

const invalidPasskey = (message: string) => new DomainError('PASSKEY_INVALID', message);

/** The same for unknown passkeys, disabled accounts and wrong signatures. @throws DomainError PASSKEY_INVALID */
export function invalidAnswer(): never {
  throw invalidPasskey('The passkey is unknown here, or its answer is not valid.');
}
