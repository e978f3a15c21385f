import type { IncomingMessage } from 'node:http';
import proxyAddr from '@fastify/proxy-addr';
import type { Config } from '../config.js';

/**
 * Takes ports and brackets off the addresses that proxies wrote, such as `192.0.2.1:4711` and `[2001:db8::1]:4711`:
 * with them an address is none, and every connection would have another one. To be called before anything looks.
 */
export function cleanForwardedFor({ headers }: IncomingMessage): void {
  const forwarded = headers['x-forwarded-for'];
  if (forwarded !== undefined) headers['x-forwarded-for'] = String(forwarded).split(',').map(bare).join(',');
}

const bare = (address: string): string =>
  address
    .trim()
    .replace(/^\[([\da-f:.%]+)\](?::\d+)?$/i, '$1')
    .replace(/^([\d.]+):\d+$/, '$1');

/** The address a socket's upgrade request comes from, past the proxies that we trust, as Fastify finds `ip`. */
export function clientAddress({ TRUST_PROXY }: Config): (request: IncomingMessage) => string {
  const trusted = proxyAddr.compile(TRUST_PROXY);
  return (request) => {
    cleanForwardedFor(request);
    return proxyAddr(request, trusted) ?? '';
  };
}
