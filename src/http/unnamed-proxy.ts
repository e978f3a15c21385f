import type { FastifyInstance } from 'fastify';

/** Warns once of a proxy that TRUST_PROXY does not name: all of its clients share the limits of one address. */
export function warnOfUnnamedProxy(app: FastifyInstance): void {
  let warned = false;
  app.addHook('onRequest', async ({ raw, ip, log }) => {
    const peer = raw.socket.remoteAddress;
    if (warned || raw.headers['x-forwarded-for'] === undefined || ip !== peer) return;
    warned = true;
    log.warn(
      { peer },
      'X-Forwarded-For from a peer that TRUST_PROXY does not name is ignored: its clients share one address and its limits',
    );
  });
}
