import { METHODS } from 'node:http';
import cors from '@fastify/cors';
import { type FastifyBaseLogger, type FastifyInstance, fastify } from 'fastify';
import type { Services } from './app.js';
import { dialects } from './legacy/index.js';
import { registerDialect } from './legacy/dialect.js';

const BODY_LIMIT = 1024 * 1024;

/** The headers that the documented clients and ours send. */
const ALLOWED_HEADERS = [
  'Authorization',
  'token',
  'userToken',
  'Content-Type',
  'X-Device-Id',
  'apollo-require-preflight',
];

/** Every door, ready to be listened to. Nothing listens yet. */
export async function createHttp(services: Services, log: FastifyBaseLogger): Promise<FastifyInstance> {
  const { config } = services;
  const app: FastifyInstance = fastify({
    loggerInstance: log,
    disableRequestLogging: true,
    bodyLimit: BODY_LIMIT,
    trustProxy: config.TRUST_PROXY.length > 0 ? config.TRUST_PROXY : false,
    routerOptions: { ignoreTrailingSlash: true },
  });
  // A documented path answers every method in its own envelope, also those that Fastify does not know.
  for (const method of METHODS) {
    if (!app.supportedMethods.includes(method) && method !== 'CONNECT') app.addHttpMethod(method, { hasBody: true });
  }
  await app.register(cors, {
    origin: '*',
    allowedHeaders: ALLOWED_HEADERS,
    strictPreflight: false,
  });
  app.addHook('onResponse', async (request, reply) => {
    const { method, routeOptions, ip } = request;
    const { statusCode: status, elapsedTime: ms } = reply;
    request.log.info({ method, route: routeOptions.url, status, ms: Math.round(ms), ip }, 'request');
  });
  for (const dialect of dialects) registerDialect(app, dialect, services);
  app.get('/health/live', async () => ({ status: 'ok' }));
  await app.ready();
  return app;
}
