import { ApolloServer } from '@apollo/server';
import { defineIntegrationTestSuite } from '@apollo/server-integration-testsuite';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import { afterAll, beforeAll } from '@jest/globals';
import { fastify } from 'fastify';
import { mountGraphql } from '../../../src/graphql/http/mount.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

defineIntegrationTestSuite(async (options, { context } = {}) => {
  const apollo = new ApolloServer(options);
  await apollo.start();
  const app = fastify({ routerOptions: { ignoreTrailingSlash: true } });
  const handler = fastifyApolloHandler(apollo, { context: async () => (await context?.()) ?? {} });
  mountGraphql(app, gateway.services, 100, handler);
  const url = await app.listen({ port: 0 });
  return { server: apollo, url: `${url}/graphql`, extraCleanup: () => app.close() };
});
