import type { FastifyRequest } from 'fastify';
import { DomainError } from '../../errors.js';
import { tokenHeaderKeys } from '../../sessions/tokens/token-headers.js';

/**
 * The site whose page sent the request, according to the browser. Unknown for a URL that a person typed, and for
 * clients that are not browsers.
 * @param publicUrl PUBLIC_URL: a proxy may forward neither its host nor its protocol.
 */
export function siteOf(request: FastifyRequest, publicUrl: string | undefined): 'same' | 'other' | 'unknown' {
  const { origin, 'sec-fetch-site': site } = request.headers;
  if (origin !== undefined && !isPublicOrigin(origin, publicUrl) && !isSameOrigin(origin, request)) {
    return 'other';
  }
  if (site === 'none') return 'unknown';
  // One of the headers is enough, because browsers send no Sec-Fetch-Site over plain HTTP; neither may contradict.
  if (site !== undefined && site !== 'same-origin') return 'other';
  return origin === undefined && site === undefined ? 'unknown' : 'same';
}

/**
 * Refuses a request without a valid host, or whose trusted proxy names an invalid one (RFC 9112, 3.2).
 * @throws DomainError INVALID_INPUT
 */
export function requireValidHost({ protocol, hostname }: FastifyRequest): void {
  if (URL.canParse(`${protocol}://${hostname}/`)) return;
  throw new DomainError('INVALID_INPUT', 'Host must be a valid host name, with or without a port.');
}

/** Whether a page was loaded from PUBLIC_URL. */
export const isPublicOrigin = (origin: string | undefined, publicUrl: string | undefined): boolean =>
  origin !== undefined && publicUrl !== undefined && URL.parse(publicUrl)?.origin === origin;

/** By host and port, since a proxy may not say that the page was loaded over HTTPS. */
function isSameOrigin(origin: string, request: FastifyRequest): boolean {
  const host = URL.parse(origin)?.host;
  return host !== undefined && host === URL.parse(`${request.protocol}://${request.host}`)?.host;
}

/**
 * Refuses requests that a page of another site can send without a CORS preflight, such as forms and links. Preflighted
 * requests are allowed: they need a token, which only a front end with a session has.
 * @throws DomainError FORBIDDEN
 */
export function requireCorsPreflight(request: FastifyRequest, publicUrl: string | undefined): void {
  if (siteOf(request, publicUrl) !== 'other' || isPreflighted(request)) return;
  throw new DomainError(
    'FORBIDDEN',
    'Pages of other sites must send JSON, or a header such as Authorization.',
  );
}

/** https://fetch.spec.whatwg.org/#cors-safelisted-request-header */
const safelistedTypes = ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'];

const preflightedHeaders = [
  ...tokenHeaderKeys,
  'x-device-id',
  'apollo-require-preflight',
  'x-apollo-operation-name',
];

function isPreflighted({ headers }: FastifyRequest): boolean {
  if (preflightedHeaders.some((name) => headers[name] !== undefined)) return true;
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  return type !== undefined && type !== '' && !safelistedTypes.includes(type);
}
