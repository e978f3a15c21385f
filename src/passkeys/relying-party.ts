import type { RelyingParty } from '../config.js';
import { DomainError } from '../errors.js';

/**
 * The relying party of a request. Without settings, passkeys belong to `localhost`, which no other machine can be.
 * @param configured null where no setting names a domain.
 * @param publicUrl the base URL of the request.
 * @throws DomainError FORBIDDEN where passkeys have no domain
 */
export function relyingPartyOf(configured: RelyingParty | null, publicUrl: string): RelyingParty {
  if (configured) return configured;
  const { hostname, origin } = new URL(publicUrl);
  if (hostname === LOCALHOST) return { id: LOCALHOST, origins: [origin] };
  throw new DomainError(
    'FORBIDDEN',
    'Passkeys belong to a domain: the setting PUBLIC_URL must name it. On the machine of the gateway, open localhost instead of an IP address.',
  );
}

const LOCALHOST = 'localhost';
