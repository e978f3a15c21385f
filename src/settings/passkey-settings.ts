import { isIP } from 'node:net';
import { z } from 'zod';
import { commaList, doc } from './setting-types.js';

/** The domain that passkeys belong to, and the pages that may use them. */
export interface RelyingParty {
  /** A host name. */
  readonly id: string;
  /** Such as `https://fleet.example`. */
  readonly origins: readonly string[];
}

const DOMAIN = /^(?=.{1,253}$)([a-z\d]([a-z\d-]{0,61}[a-z\d])?)(\.[a-z\d]([a-z\d-]{0,61}[a-z\d])?)*$/;

export const passkeys = {
  PASSKEY_DOMAIN: z
    .string()
    .refine(isDomainName, 'must be a domain name in lower case, such as example.com')
    .optional()
    .meta(
      doc(
        'Domain that passkeys belong to, such as `example.com` for front ends on several of its hosts. Passkeys of another domain stop working when it changes.',
        'host of `PUBLIC_URL`',
      ),
    ),
  PASSKEY_ORIGINS: commaList
    .pipe(z.array(z.string().refine(isSecureOrigin, 'must be origins such as https://app.example.com')))
    .prefault('')
    .meta(
      doc(
        'Comma-separated origins of other front ends whose pages may use passkeys, such as `https://app.example.com`. Each must be on the domain of the passkeys.',
        'none',
      ),
    ),
};

/** The settings that name the relying party. */
interface PasskeySettings {
  readonly PUBLIC_URL?: string | undefined;
  readonly PASSKEY_DOMAIN?: string | undefined;
  readonly PASSKEY_ORIGINS: readonly string[];
}

/** @returns null if no setting names a domain. An IP address is not a domain. */
export function relyingParty({
  PUBLIC_URL,
  PASSKEY_DOMAIN,
  PASSKEY_ORIGINS,
}: PasskeySettings): RelyingParty | null {
  const publicUrl = PUBLIC_URL === undefined ? null : URL.parse(PUBLIC_URL);
  const id = PASSKEY_DOMAIN ?? (publicUrl && isDomainName(publicUrl.hostname) ? publicUrl.hostname : null);
  if (id === null) return null;
  const own = publicUrl && isOn(publicUrl.hostname, id) ? [publicUrl.origin] : [];
  return { id, origins: [...own, ...PASSKEY_ORIGINS] };
}

/**
 * Finds conflicts between these settings, which may be invalid themselves.
 * @returns sentences without a period.
 */
export function passkeyConflicts(given: Readonly<Record<string, string | undefined>>): string[] {
  const { PUBLIC_URL, PASSKEY_DOMAIN, PASSKEY_ORIGINS = '' } = given;
  const party = relyingParty({
    PUBLIC_URL,
    PASSKEY_DOMAIN,
    PASSKEY_ORIGINS: commaList.parse(PASSKEY_ORIGINS),
  });
  if (party === null) {
    return PASSKEY_ORIGINS === ''
      ? []
      : ['PASSKEY_ORIGINS requires PASSKEY_DOMAIN, or a domain in PUBLIC_URL'];
  }
  const { id, origins } = party;
  if (origins.length === 0 && isDomainName(id)) {
    return ['PASSKEY_DOMAIN requires PUBLIC_URL or PASSKEY_ORIGINS on this domain'];
  }
  const isForeign = origins.some((origin) => !isOn(URL.parse(origin)?.hostname ?? id, id));
  return isForeign ? [`PASSKEY_ORIGINS must be on the domain of the passkeys, ${id}`] : [];
}

function isDomainName(text: string): boolean {
  return DOMAIN.test(text) && isIP(text) === 0;
}

const isOn = (host: string, domain: string): boolean => host === domain || host.endsWith(`.${domain}`);

/** https://w3c.github.io/webappsec-secure-contexts/#is-origin-trustworthy */
function isSecureOrigin(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.origin !== text) return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isOn(url.hostname, 'localhost'));
}
