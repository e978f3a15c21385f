/** Mercurius with `jit: 1`: the second execution of a document is compiled by graphql-jit. */
import { fastify } from 'fastify';
import mercurius from 'mercurius';
import { addressOf } from '../support/servers/address.ts';
import type { Peer } from '../support/servers/host.ts';
import { type Context, contextOf, createResolvers, type GraphqlOptions, typeDefs } from './resolvers.ts';

declare module 'mercurius' {
  interface MercuriusContext extends Context {}
}

export async function start(options: GraphqlOptions): Promise<Peer> {
  const app = fastify();
  const context = contextOf(options);
  await app.register(mercurius, {
    schema: typeDefs,
    resolvers: await createResolvers(options),
    jit: 1,
    context: ({ headers }) => context(headers.authorization),
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  return { url: addressOf(app.server) };
}
