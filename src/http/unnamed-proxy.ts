import type { IncomingMessage } from 'node:http';
import type { FastifyBaseLogger } from 'fastify';

/** Headers in which proxies name the client. Only the first one is read, from the proxies of TRUST_PROXY. */
const CLIENT_HEADERS = ['x-forwarded-for', 'forwarded', 'x-real-ip'] as const;

/**
 * Warns once of a proxy that is not trusted to name its clients: all of them share the limits of one address.
 * @returns a function for each request and the address that was found for it.
 */
export function unnamedProxyWarning(
  log: FastifyBaseLogger,
): (request: IncomingMessage, address: string | undefined) => void {
  let warned = false;
  return ({ headers, socket }, address) => {
    const peer = socket.remoteAddress;
    if (warned || address !== peer) return;
    const header = CLIENT_HEADERS.find((name) => headers[name] !== undefined);
    if (header === undefined) return;
    warned = true;
    log.warn(
      { peer, header },
      'a header that names the client is ignored: the clients of this proxy share one address and its limits, unless TRUST_PROXY names the proxy and it sends X-Forwarded-For',
    );
  };
}
