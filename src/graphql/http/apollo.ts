import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import type { FastifyBaseLogger } from 'fastify';
import type { Context } from '../context.js';
import type { Pipeline } from '../execution/pipeline.js';
import { pipelinePlugin } from './pipeline-plugin.js';

/** Starts Apollo Server, which reads requests and writes responses; the pipeline does the rest. */
export async function startApollo(
  pipeline: Pipeline,
  logger: FastifyBaseLogger,
): Promise<ApolloServer<Context>> {
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
    logger,
  });
  await apollo.start();
  return apollo;
}
