import type { FastifyReply, FastifyRequest } from 'fastify';

/** What scripts of other origins may read of a response, besides the headers that browsers always show. */
export const EXPOSED_HEADERS = 'Retry-After, ETag, Content-Range, Accept-Ranges, Content-Disposition';

/** How long browsers keep the answer to a preflight, in seconds. */
const PREFLIGHT_MAX_AGE = 86_400;

/** For every response. Without credentials: the token, which only its owner has, authorises. */
export const crossOriginHeaders = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': EXPOSED_HEADERS,
};

/** Allows whatever headers a preflight asks for. Every OPTIONS request counts as one. */
export function answerPreflight({ headers }: FastifyRequest, reply: FastifyReply): FastifyReply {
  const requested = headers['access-control-request-headers'];
  if (requested !== undefined) reply.header('access-control-allow-headers', requested);
  return reply
    .code(204)
    .headers({
      'access-control-allow-methods': 'GET,HEAD,POST',
      'access-control-max-age': PREFLIGHT_MAX_AGE,
      vary: 'Access-Control-Request-Headers',
      'content-length': 0,
    })
    .send();
}
