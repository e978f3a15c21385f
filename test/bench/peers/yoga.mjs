/**
 * GraphQL Yoga on `node:http`, as its manual shows: parsed and validated documents are cached. In JavaScript, since its
 * types would change those of `graphql` in the whole program.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createSchema, createYoga } from 'graphql-yoga';
import { addressOf } from '../support/servers/address.ts';
import { contextOf, createResolvers, typeDefs } from './resolvers.ts';

/** @param {import('./resolvers.ts').GraphqlOptions} options */
export async function start(options) {
  const context = contextOf(options);
  const yoga = createYoga({
    schema: createSchema({ typeDefs, resolvers: await createResolvers(options) }),
    context: ({ request }) => context(request.headers.get('authorization')),
    logging: false,
    graphiql: false,
    landingPage: false,
    multipart: false,
  });
  const server = createServer(yoga);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: addressOf(server) };
}
