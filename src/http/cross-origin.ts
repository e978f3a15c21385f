/** What scripts of other origins may read of a response, besides the headers that browsers always show. */
export const EXPOSED_HEADERS = [
  'Retry-After',
  'ETag',
  'Content-Range',
  'Accept-Ranges',
  'Content-Disposition',
];

/** How long browsers keep the answer to a preflight, in seconds. */
export const PREFLIGHT_MAX_AGE = 86_400;

/** For responses that no hook of Fastify sees. */
export const crossOriginHeaders = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': EXPOSED_HEADERS.join(', '),
};
