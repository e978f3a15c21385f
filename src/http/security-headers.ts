import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * What every answer says unless its route says otherwise (OWASP ASVS 5.0, 3.4): it is no page, frames nothing and
 * is framed by nobody, is of the type it names, and, since any may hold a token, is kept by no cache.
 */
const EVERYWHERE = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** Not for subdomains: they may be somebody else's. */
const HSTS = `max-age=${365 * 86_400}`;

/** To be called before a route looks at the request. Over TLS, also behind a trusted proxy, TLS is asked to stay. */
export function setSecurityHeaders(request: FastifyRequest, reply: FastifyReply): void {
  reply.headers(EVERYWHERE);
  if (request.protocol === 'https') reply.header('strict-transport-security', HSTS);
}
