import type { FastifyInstance, FastifyRequest } from 'fastify';

const MINUTE_MS = 60_000;

const heartbeats = new WeakSet<FastifyRequest>();

/** Marks a request as an accepted heartbeat: it is counted, not logged, since a fleet sends thousands a second. */
export const countHeartbeat = (request: FastifyRequest): void => void heartbeats.add(request);

/** Logs a line for each response, and one a minute for all heartbeats. Query strings, which may have passwords, are left out. */
export function logRequests(app: FastifyInstance): void {
  let counted = 0;
  const logHeartbeats = () => {
    if (counted > 0) app.log.info({ heartbeats: counted }, 'heartbeats');
    counted = 0;
  };
  app.addHook('onResponse', async (request, reply) => {
    if (heartbeats.has(request)) {
      counted += 1;
      return;
    }
    const { method, routeOptions, ip } = request;
    const { statusCode: status, elapsedTime: ms } = reply;
    request.log.info({ method, route: routeOptions.url, status, ms: Math.round(ms), ip }, 'request');
  });
  const timer = setInterval(logHeartbeats, MINUTE_MS).unref();
  app.addHook('onClose', async () => {
    clearInterval(timer);
    logHeartbeats();
  });
}
