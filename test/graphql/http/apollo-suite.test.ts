/**
 * @jest-environment <rootDir>/test/support/expected-failures.js
 */
import { ApolloServer } from '@apollo/server';
import { defineIntegrationTestSuite } from '@apollo/server-integration-testsuite';
import { afterAll, beforeAll } from '@jest/globals';
import { fastify } from 'fastify';
import { TrustedDocuments } from '../../../src/graphql/execution/trusted-documents.js';
import { mountApollo } from '../../../src/graphql/http/mount.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';

/** Where we differ on purpose; each of these fails, and would be told if it did not. */
const deviations: Readonly<Record<string, readonly string[]>> = {
  'What a hash stands for is in the manifests, which Apollo does not see; nobody can teach us another one.': [
    'apolloServerTests.ts › Persisted Queries › returns result on the persisted query',
    'apolloServerTests.ts › Persisted Queries › returns error when hash does not match',
    'httpServerTests.ts › Persisted Queries › when ttlSeconds is',
    'httpServerTests.ts › Persisted Queries › errors when',
    'httpServerTests.ts › Persisted Queries › returns PersistedQueryNotFound on the first try',
    'httpServerTests.ts › Persisted Queries › returns result on the second try',
    'httpServerTests.ts › Persisted Queries › returns result on the persisted query',
    'httpServerTests.ts › Persisted Queries › returns error when hash does not match',
    'httpServerTests.ts › Persisted Queries › returns correct result using get request',
    'httpServerTests.ts › graphqlHTTP › returns PersistedQueryNot',
  ],
};
Object.assign(globalThis, {
  expectedFailures: Object.values(deviations)
    .flat()
    .map((name) => `integration tests › ${name}`),
});

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

defineIntegrationTestSuite(async (options, { context } = {}) => {
  const { services } = gateway;
  const apollo = new ApolloServer(options);
  await apollo.start();
  const app = fastify({ routerOptions: { ignoreTrailingSlash: true } });
  mountApollo(app, apollo, {
    services,
    trusted: TrustedDocuments.read(services.config),
    context: async () => (await context?.()) ?? {},
  });
  const url = await app.listen({ port: 0 });
  return { server: apollo, url: `${url}/graphql`, extraCleanup: () => app.close() };
});
