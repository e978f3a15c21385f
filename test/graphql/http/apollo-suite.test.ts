import { ApolloServer } from '@apollo/server';
import { defineIntegrationTestSuite } from '@apollo/server-integration-testsuite';
import { afterAll, beforeAll } from '@jest/globals';
import { fastify } from 'fastify';
import { mountApollo } from '../../../src/graphql/http/mount.js';
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
  mountApollo(app, apollo, {
    services: gateway.services,
    batchLimit: 100,
    context: async () => (await context?.()) ?? {},
  });
  const url = await app.listen({ port: 0 });
  return { server: apollo, url: `${url}/graphql`, extraCleanup: () => app.close() };
});
