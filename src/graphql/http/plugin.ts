import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance } from 'fastify';
import type { Services } from '../../services.js';
import type { Pipeline } from '../execution/pipeline.js';
import { startApollo } from './apollo.js';
import { httpContexts } from './context.js';
import { responseType } from './media-type.js';
import { mountGraphql } from './mount.js';
import { answerPosted, postedOperation } from './posted-operation.js';

/** The GraphQL API over HTTP, at `/graphql`. */
export async function registerGraphql(
  app: FastifyInstance,
  services: Services,
  pipeline: Pipeline,
): Promise<void> {
  const apollo = await startApollo(pipeline, app.log);
  const contextOf = httpContexts(services);
  app.addHook('onClose', () => apollo.stop());
  mountGraphql(app, services, services.config.GRAPHQL_MAX_BATCH, async (request, reply) => {
    const context = await contextOf(request, reply);
    const operation = postedOperation(request);
    const type = responseType(request.headers.accept);
    if (operation && type) return answerPosted(pipeline, operation, context, { request, reply, type });
    return fastifyApolloHandler(apollo, { context: async () => context }).call(app, request, reply);
  });
}
