import type { ApolloServer, BaseContext } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../../errors.js';
import type { Services } from '../../services.js';
import { sendBodyError } from './body-errors.js';
import { requireCorsPreflight, requireValidHost } from './origin.js';
import { parseJsonBodies, requireReadableHead } from './request-text.js';
import { acceptsEventsOnly, refuseEventStream, registerOtherMethods } from './unsupported-requests.js';
import { registerUploads } from './uploads.js';

export interface MountOptions<C extends BaseContext> {
  readonly services: Services;
  /** Operations in one request. */
  readonly batchLimit: number;
  context(request: FastifyRequest, reply: FastifyReply): Promise<C>;
}

/** Mounts a started Apollo Server at `/graphql`. Independent of the schema, so that Apollo's own tests can run it. */
export function mountApollo<C extends BaseContext>(
  app: FastifyInstance,
  apollo: ApolloServer<C>,
  { services, batchLimit, context }: MountOptions<C>,
): void {
  app.register(async (scope) => {
    scope.addHook('onRequest', (request, reply, done) => {
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
    scope.route({
      method: ['GET', 'POST'],
      url: '/graphql',
      handler: fastifyApolloHandler(apollo, { context }),
    });
  });
}

/** @throws DomainError INVALID_INPUT */
function refuseLargeBatch(body: unknown, limit: number): void {
  if (!Array.isArray(body) || body.length <= limit) return;
  throw new DomainError('INVALID_INPUT', `A batch must have at most ${limit} operations.`);
}
