import type { IncomingMessage } from 'node:http';
import proxyAddr from '@fastify/proxy-addr';
import type { Config } from '../config.js';

/**
 * Removes ports and brackets from the addresses in X-Forwarded-For, such as `192.0.2.1:4711` and
 * `[2001:db8::1]:4711`. With a port, each connection of a client would have an address of its own. Must run before the
 * header is read.
 */
export function normalizeForwardedFor({ headers }: IncomingMessage): void {
  const forwarded = headers['x-forwarded-for'];
  if (forwarded !== undefined)
    headers['x-forwarded-for'] = String(forwarded).split(',').map(withoutPort).join(',');
}

const withoutPort = (address: string): string =>
  address
    .trim()
    .replace(/^\[([\da-f:.%]+)\](?::\d+)?$/i, '$1')
    .replace(/^([\d.]+):\d+$/, '$1')
    // Nine groups: an address of eight, and a port that was appended without brackets.
    .replace(/^((?:[\da-f]{1,4}:){7}[\da-f]{1,4}):\d{1,5}$/i, '$1');

/** The client address of a WebSocket's upgrade request, found behind trusted proxies like `ip` of Fastify. */
export function clientAddress({ TRUST_PROXY }: Config): (request: IncomingMessage) => string {
  const trusted = proxyAddr.compile(TRUST_PROXY);
  return (request) => {
    normalizeForwardedFor(request);
    return proxyAddr(request, trusted) ?? '';
  };
}

/** Whether a request comes from a proxy of TRUST_PROXY, whose headers count. */
export function trustsPeer({
  TRUST_PROXY,
}: Pick<Config, 'TRUST_PROXY'>): (request: IncomingMessage) => boolean {
  if (TRUST_PROXY.length === 0) return () => false;
  const trusted = proxyAddr.compile(TRUST_PROXY);
  return ({ socket: { remoteAddress } }) => remoteAddress !== undefined && trusted(remoteAddress, 0);
}
