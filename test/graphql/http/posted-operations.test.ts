import { fastifyApolloHandler } from '@as-integrations/fastify';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type FastifyInstance, fastify } from 'fastify';
import { getOperationAST, parse } from 'graphql';
import documents from '../../../schema/trusted-documents.json' with { type: 'json' };
import { Pipeline } from '../../../src/graphql/execution/pipeline.js';
import { startApollo } from '../../../src/graphql/http/apollo.js';
import { httpContexts } from '../../../src/graphql/http/context.js';
import { mountGraphql } from '../../../src/graphql/http/mount.js';
import { createSchema } from '../../../src/graphql/schema.js';
import { graphqlSessionPolicy } from '../../../src/graphql/session-policy.js';
import { createCallers, openSession } from '../../support/callers.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';
import { queries } from '../../support/inputs/generated-operations.js';

const schema = createSchema();
let gateway: TestGateway;
/** The same services, behind Apollo Server alone. */
let plain: FastifyInstance;
const tokens: Record<string, string> = {};

beforeAll(async () => {
  gateway = await startGateway({ GRAPHQL_COMPLEXITY_PER_MINUTE: '1000000000' });
  await createCallers(gateway);
  for (const name of ['root', 'max']) {
    tokens[name] = (await openSession(gateway, name, graphqlSessionPolicy)).accessToken;
  }
  const { services } = gateway;
  const pipeline = new Pipeline(schema, services.config, services, gateway.app.log);
  const apollo = await startApollo(pipeline, gateway.app.log);
  const contextOf = httpContexts(services);
  plain = fastify();
  plain.addHook('onClose', () => apollo.stop());
  mountGraphql(plain, services, services.config.GRAPHQL_MAX_BATCH, async (request, reply) => {
    const context = () => contextOf(request, reply);
    return fastifyApolloHandler(apollo, { context }).call(plain, request, reply);
  });
});
afterAll(async () => {
  await plain.close();
  await gateway.close();
});

async function post(app: FastifyInstance, payload: unknown, headers: Record<string, string>) {
  const {
    statusCode,
    headers: sent,
    body,
  } = await app.inject({
    method: 'POST',
    url: '/graphql',
    payload: JSON.stringify(payload),
    headers: { 'content-type': 'application/json', ...headers },
  });
  const [type, length, retryAfter] = ['content-type', 'content-length', 'retry-after'].map(
    (name) => sent[name],
  );
  return { statusCode, type, length, retryAfter, body };
}

/** Posts the same twice: to the gateway, and to Apollo Server alone. @returns the body of both. */
async function expectEqual(payload: unknown, headers: Record<string, string> = {}): Promise<string> {
  const answer = await post(gateway.app, payload, headers);
  expect(answer).toEqual(await post(plain, payload, headers));
  return answer.body;
}

const isQuery = (text: string) => getOperationAST(parse(text))?.operation === 'query';

/** Their answer differs each time: it has the free disk space, or a new challenge. */
const CHANGING = ['Health', 'StartPasskeyLogin'];

/** The other operations of `schema/operations`: name, id and document. */
const named = Object.entries(documents)
  .map(([id, text]) => [getOperationAST(parse(text))?.name?.value, id, text] as const)
  .filter(([name = '']) => !CHANGING.includes(name));

describe('a posted operation is answered byte for byte as Apollo Server answers it', () => {
  test.each(named)('%s', async (_name, id, query) => {
    const variables = { id: 'user_1', ids: ['user_1', 'user_2'], first: 3, channel: 'stable', input: {} };
    for (const token of isQuery(query) ? [tokens.root, tokens.max, ''] : ['']) {
      const headers = token ? { authorization: token } : {};
      await expectEqual({ query, variables }, headers);
      await expectEqual({ documentId: id, variables }, headers);
    }
  });

  test('generated queries', async () => {
    let [answered, refused] = [0, 0];
    await fc.assert(
      fc.asyncProperty(queries(schema), fc.constantFrom('root', 'max', ''), async (query, name) => {
        const token = tokens[name];
        const body = await expectEqual({ query }, token === undefined ? {} : { authorization: token });
        if (body.startsWith('{"data":')) answered += 1;
        else refused += 1;
      }),
      { numRuns: 300, seed: 12 },
    );
    expect(Math.min(answered, refused)).toBeGreaterThan(10);
  });

  const me = '{ me { id login } }';
  test.each([
    ['a document that cannot be parsed', { query: '{' }],
    ['a document that is not valid', { query: '{ nothing }' }],
    ['no document', { variables: {} }],
    ['an empty document', { query: '' }],
    ['a document of another type', { query: 1 }],
    ['an unknown operation', { query: me, operationName: 'Other' }],
    ['a name of another type', { query: me, operationName: 1 }],
    ['fields that are null', { query: me, operationName: null, variables: null, extensions: null }],
    ['variables that are a list', { query: me, variables: [] }],
    ['variables that are text', { query: me, variables: '{}' }],
    ['extensions that are text', { query: me, extensions: '{}' }],
    ['an unknown persisted query', { extensions: { persistedQuery: { version: 1, sha256Hash: 'none' } } }],
    ['extensions', { query: me, extensions: { client: 'test' } }],
    ['a subscription', { query: 'subscription { heartbeats { at } }' }],
    ['an unknown field', { query: me, other: true }],
    ['no field', {}],
    ['a batch', [{ query: me }, { query: '{' }]],
    ['text', 'query'],
  ])('%s', async (_what, payload) => {
    await expectEqual(payload);
    await expectEqual(payload, { authorization: tokens.root ?? '' });
  });

  test.each([
    '*/*',
    'application/json',
    'application/graphql-response+json',
    'application/graphql-response+json, application/json;q=0.9',
    'application/json;q=0.5, application/graphql-response+json;q=0.6, */*;q=0.1',
    'text/html, */*;q=0.1',
    'text/html',
    'application/json;q=0',
    'nonsense',
  ])('with the header Accept: %s', async (accept) => {
    for (const query of [me, '{', '{ nothing }']) {
      await expectEqual({ query }, { accept, authorization: tokens.max ?? '' });
      await expectEqual({ query }, { accept });
    }
  });
});
