/**
 * Apollo Server on Fastify with `@as-integrations/fastify`. As its manual advises for production: no landing page, no
 * cache hints, and no CSRF prevention, which Fastify would do.
 */
import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import { fastify } from 'fastify';
import { addressOf } from '../support/servers/address.ts';
import type { Peer } from '../support/servers/host.ts';
import { contextOf, createResolvers, type GraphqlOptions, typeDefs } from './resolvers.ts';

export async function start(options: GraphqlOptions): Promise<Peer> {
  const apollo = new ApolloServer({
    typeDefs,
    resolvers: await createResolvers(options),
    plugins: [ApolloServerPluginCacheControlDisabled(), ApolloServerPluginLandingPageDisabled()],
    persistedQueries: false,
    csrfPrevention: false,
  });
  await apollo.start();
  const app = fastify();
  const context = contextOf(options);
  app.post(
    '/graphql',
    fastifyApolloHandler(apollo, { context: async ({ headers }) => context(headers.authorization) }),
  );
  await app.listen({ port: 0, host: '127.0.0.1' });
  return { url: addressOf(app.server) };
}
