import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * Defaults for responses that are not pages (OWASP ASVS 5.0, 3.4). No cache may keep them, since any may contain a token.
 */
export const defaultHeaders = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** Without subdomains, which may belong to others. */
const HSTS = `max-age=${365 * 86_400}`;

/** Must run before the route, which may replace them. HSTS is sent over TLS only, also behind a trusted proxy. */
export function setSecurityHeaders(request: FastifyRequest, reply: FastifyReply): void {
  reply.headers(defaultHeaders);
  if (request.protocol === 'https') reply.header('strict-transport-security', HSTS);
}
