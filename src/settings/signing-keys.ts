import { createPrivateKey, hash } from 'node:crypto';
import { z } from 'zod';

const PrivateJwk = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.base64url(),
  y: z.base64url(),
  d: z.base64url(),
  kid: z.string().min(1).optional(),
});

/** A private key of the curve P-256 (RFC 7517; RFC 7518, 6.2). */
export type PrivateJwk = z.infer<typeof PrivateJwk> & { readonly kid: string };

const Keys = z.union([
  z.array(PrivateJwk),
  z.object({ keys: z.array(PrivateJwk) }).transform(({ keys }) => keys),
  PrivateJwk.transform((key) => [key]),
]);

/** The keys of the setting. */
export const signingKeys = z.string().transform((text, context): PrivateJwk[] => {
  try {
    return parse(text);
  } catch {
    context.addIssue(
      'must be private keys of the curve P-256 as JSON: a JWK, an array of them, or a JWK set',
    );
    return z.NEVER;
  }
});

/** @throws Error unless each key is whole, and there is one. */
function parse(text: string): PrivateJwk[] {
  const keys = Keys.parse(JSON.parse(text)).map(named);
  for (const key of keys) createPrivateKey({ key: { ...key }, format: 'jwk' });
  if (keys.length === 0 || new Set(keys.map(({ kid }) => kid)).size < keys.length) {
    throw new Error('There is no key, or two have the same id.');
  }
  return keys;
}

/** A key without an id gets its thumbprint (RFC 7638). */
export function named(key: Omit<PrivateJwk, 'kid'> & { readonly kid?: string | undefined }): PrivateJwk {
  const { crv, kty, x, y, kid } = key;
  return { ...key, kid: kid ?? hash('sha256', JSON.stringify({ crv, kty, x, y }), 'base64url') };
}
