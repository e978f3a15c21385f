import { METHODS } from 'node:http';
import { type FastifyBaseLogger, type FastifyInstance, fastify, LogController } from 'fastify';
import type { Config } from '../config.js';
import { registerExplorer } from '../dashboard/explorer-plugin.js';
import { registerDashboard } from '../dashboard/plugin.js';
import { registerExports } from '../downloads/exports.js';
import { registerDownloads } from '../downloads/plugin.js';
import type { Pipeline } from '../graphql/execution/pipeline.js';
import { registerGraphql } from '../graphql/http/plugin.js';
import { graphqlSessionPolicy } from '../graphql/session-policy.js';
import { normalizeForwardedFor } from '../http/client-address.js';
import { answerPreflight, crossOriginHeaders } from '../http/cross-origin.js';
import { requireHost } from '../http/host.js';
import { requestIds } from '../http/request-id.js';
import { logRequests } from '../http/request-log.js';
import { traceRequests } from '../http/request-spans.js';
import { setSecurityHeaders } from '../http/security-headers.js';
import { unnamedProxyWarning } from '../http/unnamed-proxy.js';
import { dialects } from '../legacy/index.js';
import { registerDialect } from '../legacy/plugin.js';
import { loggedError } from '../logging/logged-error.js';
import type { Metrics } from '../metrics/metrics.js';
import { registerReference } from '../reference/plugin.js';
import type { Services } from '../services.js';
import type { SessionPolicy } from '../sessions/session-policy.js';
import { handleUndecodableUrl, registerErrorHandlers } from './failures.js';
import { registerHealth } from './health.js';
import { registerJwks } from './jwks.js';
import { registerMetrics } from './metrics.js';
import { discardUnreadBodies } from './unread-bodies.js';

/** The session policies of all APIs. */
export const sessionPolicies: readonly SessionPolicy[] = [
  graphqlSessionPolicy,
  ...dialects.map(({ sessionPolicy }) => sessionPolicy),
];

const BODY_LIMIT = 1024 * 1024;

/** Registers every API and page. Nothing listens yet. @param metrics null where they are off. */
export async function createHttpServer(
  services: Services,
  pipeline: Pipeline,
  log: FastifyBaseLogger,
  metrics: Metrics | null = null,
): Promise<FastifyInstance> {
  const { config, tracing } = services;
  const app = createFastify(config, log);
  app.decorateRequest('span', null);
  if (tracing) traceRequests(app, tracing, config);
  const warnOfProxy = unnamedProxyWarning(app.log);
  // One hook with a callback: each promise of a hook would cost every request a turn of the microtask queue.
  app.addHook('onRequest', (request, reply, done) => {
    const { raw } = request;
    normalizeForwardedFor(raw);
    warnOfProxy(raw, request.ip);
    setSecurityHeaders(request, reply);
    reply.headers(crossOriginHeaders);
    if (request.method === 'OPTIONS') return void answerPreflight(request, reply);
    requireHost(raw);
    done();
  });
  discardUnreadBodies(app);
  registerErrorHandlers(app);
  logRequests(app);
  metrics?.measureRequests(app);
  for (const dialect of dialects) registerDialect(app, dialect, services);
  await registerGraphql(app, services, pipeline);
  registerDownloads(app, services);
  registerExports(app, services);
  registerDashboard(app);
  registerExplorer(app, config);
  registerReference(app, config);
  registerHealth(app, services.db, services.health);
  registerJwks(app, services.signingKeys);
  if (metrics && config.METRICS_PORT === undefined) registerMetrics(app, metrics);
  await app.ready();
  return app;
}

function createFastify(config: Config, log: FastifyBaseLogger): FastifyInstance {
  const { TRUST_PROXY } = config;
  const app: FastifyInstance = fastify({
    loggerInstance: log.child({}, { serializers: { err: loggedError } }),
    logController: new LogController({ disableRequestLogging: true }),
    // See `requestLog`.
    childLoggerFactory: (parent) => parent,
    genReqId: requestIds(config),
    bodyLimit: BODY_LIMIT,
    trustProxy: TRUST_PROXY.length > 0 ? TRUST_PROXY : false,
    routerOptions: { ignoreTrailingSlash: true },
    frameworkErrors: handleUndecodableUrl,
  });
  // Documented paths answer every method in their own envelope, including those that Fastify does not know.
  for (const method of METHODS) {
    if (!app.supportedMethods.includes(method) && method !== 'CONNECT')
      app.addHttpMethod(method, { hasBody: true });
  }
  return app;
}
