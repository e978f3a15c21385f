import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import type { FastifyInstance } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import type { Services } from '../../services.js';
import type { Context } from '../context.js';
import { documentLimits } from '../execution/document-limits.js';
import { presentError } from '../execution/errors.js';
import { TrustedDocuments } from '../execution/trusted-documents.js';
import { httpContext } from './context.js';
import { HttpCosts } from './costs.js';
import { mountApollo } from './mount.js';
import { documentText } from './request-document.js';
import { statusByMediaType } from './status.js';
import { boundedVariables } from './variables.js';

/** The GraphQL API over HTTP, at `/graphql`. */
export async function registerGraphql(
  app: FastifyInstance,
  services: Services,
  schema: GraphQLSchema,
): Promise<void> {
  const limits = documentLimits(services.config);
  const costs = new HttpCosts(limits);
  const suggestions = services.config.GRAPHQL_INTROSPECTION === 'on';
  const apollo = new ApolloServer<Context>({
    schema,
    // It takes every GET for an attack; `refuseUnasked` looks at who sent it.
    csrfPrevention: false,
    // What a hash stands for is settled before, and nobody can teach us another one.
    persistedQueries: false,
    // Our rules say so, as over WebSocket.
    introspection: true,
    parseOptions: limits.parseOptions,
    validationRules: [...limits.rules],
    includeStacktraceInErrorResponses: false,
    formatError: (formatted, error) => presentError(error, formatted, app.log, { suggestions }),
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      // It loads scripts of others; the explorer is ours.
      ApolloServerPluginLandingPageDisabled(),
      statusByMediaType,
      boundedVariables,
      costs.plugin(),
    ],
    // Fastify closes first, and ends what is under way; see `close` of the app.
    stopOnTerminationSignals: false,
    logger: app.log,
  });
  await apollo.start();
  app.addHook('onClose', () => apollo.stop());
  mountApollo(app, apollo, {
    services,
    trusted: TrustedDocuments.read(services.config),
    async context(request, reply) {
      const context = await httpContext(services, request, reply);
      await costs.requireReadable(documentText(request), context);
      return context;
    },
  });
}
