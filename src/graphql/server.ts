import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginCacheControlDisabled } from '@apollo/server/plugin/disabled';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import type { Services } from '../services.js';
import { sendBodyError } from './body-errors.js';
import { type Context, httpContext } from './context.js';
import { presentError } from './errors.js';
import { documentLimits } from './limits.js';
import { refuseUnasked } from './origin.js';
import { resolveDocument } from './request-document.js';
import { TrustedDocuments } from './trusted-documents.js';
import { UploadDoor } from './uploads.js';
import { statusByMediaType } from './watershed.js';

/** The GraphQL API over HTTP, at `/graphql`. */
export async function registerGraphql(
  app: FastifyInstance,
  services: Services,
  schema: GraphQLSchema,
): Promise<void> {
  const { parseOptions, rules } = documentLimits(services.config);
  const suggestions = services.config.GRAPHQL_INTROSPECTION === 'on';
  const trusted = TrustedDocuments.read(services.config);
  const apollo = new ApolloServer<Context>({
    schema,
    // It takes every GET for an attack; `refuseUnasked` looks at who sent it.
    csrfPrevention: false,
    // What a hash stands for is settled before, and nobody can teach us another one.
    persistedQueries: false,
    // Our rules say so, as over WebSocket.
    introspection: true,
    parseOptions,
    validationRules: [...rules],
    includeStacktraceInErrorResponses: false,
    formatError: (formatted, error) => presentError(error, formatted, app.log, { suggestions }),
    plugins: [ApolloServerPluginCacheControlDisabled(), statusByMediaType],
    // Fastify closes first, and ends what is under way; see `close` of the app.
    stopOnTerminationSignals: false,
    logger: app.log,
  });
  await apollo.start();
  app.addHook('onClose', () => apollo.stop());
  app.register(async (scope) => {
    scope.addHook('onRequest', refuseUnasked);
    scope.setErrorHandler(sendBodyError);
    const uploads = new UploadDoor(scope, services);
    const execute = fastifyApolloHandler(apollo, {
      context: (request, reply) => httpContext(services, request, reply, uploads.callerOf(request)),
    });
    scope.route({
      method: ['GET', 'POST'],
      url: '/graphql',
      handler(request, reply) {
        return uploads.run(request, async () => {
          resolveDocument(request, trusted);
          return execute.call(this, request, reply);
        });
      },
    });
  });
}
