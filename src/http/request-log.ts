import type { FastifyInstance, FastifyRequest } from 'fastify';

const MINUTE_MS = 60_000;

const heartbeats = new WeakSet<FastifyRequest>();

/** Keeps the request out of the log: a fleet sends thousands of heartbeats a second. To be called once it is taken. */
export const countHeartbeat = (request: FastifyRequest): void => void heartbeats.add(request);

/** A line for each answer, and one a minute for all heartbeats. Never what was asked: some clients log in by query string. */
export function logRequests(app: FastifyInstance): void {
  let counted = 0;
  const tell = () => {
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
  const timer = setInterval(tell, MINUTE_MS).unref();
  app.addHook('onClose', async () => {
    clearInterval(timer);
    tell();
  });
}
