import type { IncomingMessage } from 'node:http';
import type { FastifyBaseLogger } from 'fastify';

/**
 * Warns once of a proxy that TRUST_PROXY does not name: all of its clients share the limits of one address.
 * @returns a function for each request and the address that was found for it.
 */
export function unnamedProxyWarning(
  log: FastifyBaseLogger,
): (request: IncomingMessage, address: string | undefined) => void {
  let warned = false;
  return ({ headers, socket }, address) => {
    const peer = socket.remoteAddress;
    if (warned || headers['x-forwarded-for'] === undefined || address !== peer) return;
    warned = true;
    log.warn(
      { peer },
      'X-Forwarded-For from a peer that TRUST_PROXY does not name is ignored: its clients share one address and its limits',
    );
  };
}
