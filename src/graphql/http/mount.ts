import type { ApolloServer, BaseContext } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Services } from '../../services.js';
import type { TrustedDocuments } from '../execution/trusted-documents.js';
import { sendBodyError } from './body-errors.js';
import { refuseBadHost, refuseUnasked } from './origin.js';
import { resolveDocument } from './request-document.js';
import { registerUploads } from './uploads.js';

/** What goes into a request beside the GraphQL server. */
export interface Mounting<C extends BaseContext> {
  readonly services: Services;
  readonly trusted: TrustedDocuments;
  context(request: FastifyRequest, reply: FastifyReply): Promise<C>;
}

/** Mounts a GraphQL server, which has been started, at `/graphql`: all that HTTP is, and nothing of our schema. */
export function mountApollo<C extends BaseContext>(
  app: FastifyInstance,
  apollo: ApolloServer<C>,
  { services, trusted, context }: Mounting<C>,
): void {
  app.register(async (scope) => {
    scope.addHook('onRequest', refuseBadHost);
    scope.addHook('onRequest', refuseUnasked);
    scope.setErrorHandler(sendBodyError);
    registerUploads(scope, services);
    const execute = fastifyApolloHandler(apollo, { context });
    scope.route({
      method: ['GET', 'POST'],
      url: '/graphql',
      async handler(request, reply) {
        resolveDocument(request, trusted);
        return execute.call(this, request, reply);
      },
    });
  });
}
