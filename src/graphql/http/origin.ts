import type { FastifyRequest } from 'fastify';
import { DomainError } from '../../errors.js';
import { tokenHeaderKeys } from '../../sessions/token-headers.js';

/**
 * Which page sent the request, as the browser vouches for it: one of ours, or another site's. Unknown for what the
 * person typed, and for clients that are no browser.
 */
export function siteOf(request: FastifyRequest): 'ours' | 'foreign' | 'unknown' {
  const { origin, 'sec-fetch-site': site } = request.headers;
  if (origin !== undefined && !isOurs(origin, request)) return 'foreign';
  if (site === 'none') return 'unknown';
  // Either header vouches: over plain HTTP browsers send no Sec-Fetch-Site. Neither may contradict.
  if (site !== undefined && site !== 'same-origin') return 'foreign';
  return origin === undefined && site === undefined ? 'unknown' : 'ours';
}

/**
 * Refuses a request whose host, or what a trusted proxy says of it, is none (RFC 9112, 3.2): no URL can be made of it.
 * @throws DomainError INVALID_INPUT
 */
export async function refuseBadHost({ protocol, hostname }: FastifyRequest): Promise<void> {
  if (URL.canParse(`${protocol}://${hostname}/`)) return;
  throw new DomainError('INVALID_INPUT', 'The Host of the request cannot be read.');
}

/** By host and port: behind a proxy we may not know that the page came over HTTPS. */
function isOurs(origin: string, request: FastifyRequest): boolean {
  const host = URL.parse(origin)?.host;
  return host !== undefined && host === URL.parse(`${request.protocol}://${request.host}`)?.host;
}

/**
 * Refuses what another site's page can send without the browser asking us first, such as a form or a link. What it
 * asks for is allowed: it takes a token, which only a front end that was given one has.
 * @throws DomainError FORBIDDEN
 */
export async function refuseUnasked(request: FastifyRequest): Promise<void> {
  if (siteOf(request) === 'foreign' && !isPreflighted(request)) {
    throw new DomainError('FORBIDDEN', 'Another site may send JSON only, or a header such as Authorization.');
  }
}

/** What a page may send unasked: https://fetch.spec.whatwg.org/#cors-safelisted-request-header */
const safelistedTypes = ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'];

const askedFor = [...tokenHeaderKeys, 'x-device-id', 'apollo-require-preflight', 'x-apollo-operation-name'];

function isPreflighted({ headers }: FastifyRequest): boolean {
  if (askedFor.some((name) => headers[name] !== undefined)) return true;
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  return type !== undefined && type !== '' && !safelistedTypes.includes(type);
}
