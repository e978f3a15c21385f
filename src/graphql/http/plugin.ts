import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import type { FastifyInstance } from 'fastify';
import type { Services } from '../../services.js';
import type { Context } from '../context.js';
import type { Pipeline } from '../execution/pipeline.js';
import { httpContext } from './context.js';
import { mountApollo } from './mount.js';
import { pipelinePlugin } from './pipeline-plugin.js';
import { withStatus } from './status.js';

/** The GraphQL API over HTTP, at `/graphql`. */
export async function registerGraphql(
  app: FastifyInstance,
  services: Services,
  pipeline: Pipeline,
): Promise<void> {
  const apollo = new ApolloServer<Context>({
    schema: pipeline.schema,
    plugins: [
      pipelinePlugin(pipeline),
      // It wraps every resolver.
      ApolloServerPluginCacheControlDisabled(),
      // It loads scripts from another host; the gateway has an explorer of its own.
      ApolloServerPluginLandingPageDisabled(),
    ],
    formatError: (_formatted, error) => pipeline.presentError(error),
    includeStacktraceInErrorResponses: false,
    // The pipeline keeps the documents, and decides about introspection.
    documentStore: null,
    persistedQueries: false,
    introspection: true,
    allowBatchedHttpRequests: true,
    // It refuses every GET request; see `requireCorsPreflight`.
    csrfPrevention: false,
    // Fastify stops first, and lets requests finish; see `close` of the app.
    stopOnTerminationSignals: false,
    logger: app.log,
  });
  await apollo.start();
  app.addHook('onClose', () => apollo.stop());
  mountApollo(app, apollo, {
    services,
    batchLimit: services.config.GRAPHQL_MAX_BATCH,
    context: (request, reply) =>
      httpContext(services, request, reply).catch((error: unknown) => {
        throw withStatus(error);
      }),
  });
}
