import { isIP } from 'node:net';
import { z } from 'zod';
import { commaList, doc, duration, httpUrl, integer } from './setting-types.js';

export const network = {
  HOST: z
    .string()
    .refine((host) => host === 'localhost' || isIP(host) !== 0, 'must be an IP address or localhost')
    .prefault('127.0.0.1')
    .meta(doc('IP address to listen on, or `localhost`.')),
  PORTS: commaList
    .pipe(z.array(integer(0, 65_535)).min(1, 'must name at least one port'))
    .refine(isDistinct, 'must not contain a port twice')
    .prefault('8080,8888')
    .meta(doc('Ports to listen on. Every API is on every port; `0` picks a free one.')),
  PUBLIC_URL: httpUrl
    .transform((url) => url.replace(/\/+$/, ''))
    .optional()
    .meta(
      doc(
        'Base URL of the absolute links in responses. Passkeys belong to its host: see [operations.md](operations.md#passkeys).',
        'taken from the request',
      ),
    ),
  TRUST_PROXY: z
    .string()
    .transform((text) => (text === 'off' ? [] : commaList.parse(text)))
    .refine((items) => items.every(isProxy), 'must be off, or addresses, CIDR ranges, loopback, uniquelocal')
    .prefault('off')
    .meta(
      doc(
        'Proxies whose `X-Forwarded-*`, `X-Request-Id` and `traceparent` headers count: addresses, CIDR ranges, `loopback`, `uniquelocal`.',
      ),
    ),
  KEEP_ALIVE_TIMEOUT: duration('1s')
    .prefault('75s')
    .meta(
      doc(
        'How long a connection stays open without a request. It must be longer than the proxy in front keeps its connections: otherwise the proxy sends requests on connections that close, and answers 502. nginx keeps them for 60 seconds.',
      ),
    ),
  DRAIN_DELAY: duration('0s')
    .prefault('0s')
    .meta(
      doc(
        'How long a stopping gateway still accepts connections, while `/health/ready` answers 503. Set it to the time that your load balancer takes to notice, such as `10s` with Kubernetes. nginx does not ask.',
      ),
    ),
  DRAIN_TIMEOUT: duration('0s')
    .prefault('5s')
    .meta(
      doc(
        'How long a stopping gateway then waits for requests in progress, such as uploads. A supervisor must wait for 10 seconds more before it kills the gateway.',
      ),
    ),
};

/** Port 0 may repeat: each one picks a free port. */
function isDistinct(ports: readonly number[]): boolean {
  const fixed = ports.filter(Boolean);
  return new Set(fixed).size === fixed.length;
}

/** Whether `@fastify/proxy-addr` accepts it as a trusted proxy. */
function isProxy(item: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(item)) return true;
  return isIP(item.split('/')[0] ?? '') !== 0 && /^[^/]+(\/\d{1,3})?$/.test(item);
}
