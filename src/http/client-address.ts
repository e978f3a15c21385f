import type { IncomingMessage } from 'node:http';
import proxyAddr from '@fastify/proxy-addr';
import type { Config } from '../config.js';

/** The address a socket's upgrade request comes from, past the proxies that we trust, as Fastify finds `ip`. */
export function clientAddress({ TRUST_PROXY }: Config): (request: IncomingMessage) => string {
  const trusted = proxyAddr.compile(TRUST_PROXY);
  return (request) => proxyAddr(request, trusted) ?? '';
}
