import type { FastifyBaseLogger, FastifyInstance, FastifyRequest } from 'fastify';

const MINUTE_MS = 60_000;

declare module 'fastify' {
  interface FastifyRequest {
    /** An accepted heartbeat is counted, not logged, since a fleet sends thousands a second. */
    isHeartbeat: boolean;
    /** Why an API refused the request, which its status need not show; null for a success. */
    failureCode: string | null;
  }
}

/** The log of a request, whose lines have its id. Few requests log a line of their own, so it is made on demand. */
export const requestLog = ({ log, id: reqId }: FastifyRequest): FastifyBaseLogger => log.child({ reqId });

/** Logs a line for each response, and one a minute for all heartbeats. Query strings, which may have passwords, are left out. */
export function logRequests(app: FastifyInstance): void {
  app.decorateRequest('isHeartbeat', false);
  app.decorateRequest('failureCode', null);
  let counted = 0;
  const logHeartbeats = () => {
    if (counted > 0) app.log.info({ heartbeats: counted }, 'heartbeats');
    counted = 0;
  };
  app.addHook('onResponse', (request, reply, done) => {
    if (request.isHeartbeat) counted += 1;
    else {
      const { id: reqId, method, routeOptions, ip } = request;
      const { statusCode: status, elapsedTime: ms } = reply;
      app.log.info({ reqId, method, route: routeOptions.url, status, ms: Math.round(ms), ip }, 'request');
    }
    done();
  });
  const timer = setInterval(logHeartbeats, MINUTE_MS).unref();
  app.addHook('onClose', async () => {
    clearInterval(timer);
    logHeartbeats();
  });
}
