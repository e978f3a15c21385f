import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import type { Config } from '../config.js';
import { trustsPeer } from './client-address.js';
import { EXPOSED_HEADERS } from './cross-origin.js';

/** What proxies generate: UUIDs, hexadecimal, base64. */
const REQUEST_ID = /^[\w.+/=-]{1,128}$/;

/** Makes ids of all processes different, together with a counter. */
const PREFIX_BYTES = 6;

/**
 * The id of each request, under which the log shows it: that of X-Request-Id where a proxy of TRUST_PROXY has sent one,
 * else a new one. Any other client could make its requests look like those of others.
 */
export function requestIds(config: Config): (request: IncomingMessage) => string {
  const trusts = trustsPeer(config);
  const prefix = randomBytes(PREFIX_BYTES).toString('base64url');
  let count = 0;
  return (request) => {
    const sent = request.headers['x-request-id'];
    if (typeof sent === 'string' && REQUEST_ID.test(sent) && trusts(request)) return sent;
    count += 1;
    return `${prefix}-${count.toString(36)}`;
  };
}

/** Tells a client the id of its request. Not at the legacy APIs, whose responses do not change. */
export const requestIdHeaders = ({ id }: FastifyRequest) => ({
  'x-request-id': id,
  'access-control-expose-headers': `${EXPOSED_HEADERS}, X-Request-Id`,
});
