/** Codes of authenticator apps (RFC 6238), with the parameters that all apps know: SHA-1, 6 digits, 30 seconds. */
const PARAMETERS = { algorithm: 'SHA1', digits: 6, period: 30 } as const;
/** As long as the output of SHA-1 (RFC 4226, 4, requirement 6). */
const SECRET_BYTES = 20;
/** Steps before and after the present one that are accepted, for clocks that differ (RFC 6238, 5.2). */
const WINDOW = 1;

const ISSUER = 'Gatehouse';
export const MAX_ISSUER_LENGTH = 64;

/** @returns 160 random bits in base32. */
export async function newTotpSecret(): Promise<string> {
  const { Secret } = await import('otpauth');
  return new Secret({ size: SECRET_BYTES }).base32;
}

/**
 * The content of the QR code that an app reads: https://github.com/google/google-authenticator/wiki/Key-Uri-Format
 * @param account what the app shows beside the issuer.
 * @param issuer `Gatehouse` by default.
 */
export async function totpUri(secret: string, account: string, issuer = ISSUER): Promise<string> {
  const { TOTP } = await import('otpauth');
  return new TOTP({ ...PARAMETERS, secret, issuer, label: account }).toString();
}

/** When a time step begins. */
export const timeOfStep = (step: number): Date => new Date(step * PARAMETERS.period * 1000);

/** The time step of a code, by which it is known as used; null for a wrong one. @param now in milliseconds. */
export async function totpStep(secret: string, code: string, now: number): Promise<number | null> {
  const token = code.slice(0, 64).normalize('NFKC').replace(/\s/g, '');
  if (!/^\d{6}$/.test(token)) return null;
  const { TOTP } = await import('otpauth');
  const delta = new TOTP({ ...PARAMETERS, secret }).validate({ token, timestamp: now, window: WINDOW });
  return delta === null ? null : Math.floor(now / 1000 / PARAMETERS.period) + delta;
}
