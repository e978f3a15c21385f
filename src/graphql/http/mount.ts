import type { FastifyInstance, RouteHandlerMethod } from 'fastify';
import { DomainError } from '../../errors.js';
import { requestIdHeaders } from '../../http/request-id.js';
import type { Services } from '../../services.js';
import { sendBodyError } from './body-errors.js';
import { requireCorsPreflight, requireValidHost } from './origin.js';
import { parseJsonBodies, requireReadableHead } from './request-text.js';
import { acceptsEventsOnly, refuseEventStream, registerOtherMethods } from './unsupported-requests.js';
import { registerUploads } from './uploads.js';

/**
 * Mounts a handler at `/graphql`, behind everything that is checked before a request becomes an operation.
 * @param batchLimit operations in one request.
 */
export function mountGraphql(
  app: FastifyInstance,
  services: Services,
  batchLimit: number,
  handler: RouteHandlerMethod,
): void {
  app.register(async (scope) => {
    scope.addHook('onRequest', (request, reply, done) => {
      reply.headers(requestIdHeaders(request));
      requireValidHost(request);
      requireCorsPreflight(request, services.config.PUBLIC_URL);
      requireReadableHead(request);
      if (acceptsEventsOnly(request)) return void refuseEventStream(request, reply);
      done();
    });
    scope.addHook('preHandler', ({ body }, _reply, done) => {
      refuseLargeBatch(body, batchLimit);
      done();
    });
    scope.setErrorHandler(sendBodyError);
    parseJsonBodies(scope);
    registerUploads(scope, services);
    registerOtherMethods(scope);
    scope.route({ method: ['GET', 'POST'], url: '/graphql', handler });
  });
}

/** @throws DomainError INVALID_INPUT */
function refuseLargeBatch(body: unknown, limit: number): void {
  if (!Array.isArray(body) || body.length <= limit) return;
  throw new DomainError('INVALID_INPUT', `A batch must have at most ${limit} operations.`);
}
