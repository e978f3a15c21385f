import { ApolloClient, gql, InMemoryCache } from '@apollo/client';
import { BatchHttpLink } from '@apollo/client/link/batch-http';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { graphqlSessionPolicy } from '../../../src/graphql/session-policy.js';
import { createCallers, openSession } from '../../support/callers.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';

let gateway: TestGateway;
let authorization: string;
beforeAll(async () => {
  gateway = await startGateway({ GRAPHQL_COMPLEXITY_PER_MINUTE: '20000', GRAPHQL_MAX_BATCH: '3' });
  await createCallers(gateway);
  authorization = (await openSession(gateway, 'max', graphqlSessionPolicy)).accessToken;
});
afterAll(() => gateway.close());

/** As Apollo's BatchHttpLink sends them. */
const batch = (...queries: string[]) =>
  gateway.app.inject({
    method: 'POST',
    url: '/graphql',
    headers: { authorization, 'content-type': 'application/json', accept: '*/*' },
    payload: JSON.stringify(queries.map((query) => ({ operationName: null, variables: {}, query }))),
  });

test('answers the operations of a batch in their order, each with its own errors', async () => {
  const answer = await batch('{ me { login } }', '{ nothing }', 'query { __typename }');
  expect(answer.statusCode).toBe(200);
  expect(answer.json()).toEqual([
    { data: { me: { login: 'max' } } },
    {
      errors: [
        {
          message: 'Cannot query field "nothing" on type "Query".',
          locations: [{ line: 1, column: 3 }],
          extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
        },
      ],
    },
    { data: { __typename: 'Query' } },
  ]);
});

test("executes what Apollo's BatchHttpLink sends", async () => {
  const uri = `http://${await gateway.listen()}/graphql`;
  const sizes: number[] = [];
  const client = new ApolloClient({
    link: new BatchHttpLink({
      uri,
      headers: { authorization },
      batchMax: 3,
      fetch(url, options) {
        sizes.push(JSON.parse(String(options?.body)).length);
        return fetch(url, options);
      },
    }),
    cache: new InMemoryCache(),
  });
  const query = (text: string) => client.query({ query: gql(text), errorPolicy: 'all' });
  const [me, invalid, latest] = await Promise.all([
    query('query Me { me { id login } }'),
    query('query Invalid { nothing }'),
    query('query Latest { latestRelease { id } }'),
  ]);
  expect(sizes).toEqual([3]);
  expect(me.data).toMatchObject({ me: { login: 'max' } });
  expect(invalid.error?.message).toBe('Cannot query field "nothing" on type "Query".');
  expect(latest.data).toEqual({ latestRelease: null });
  client.stop();
});

test('refuses a batch of more operations than the limit, with a sentence that says so', async () => {
  const answer = await batch(...Array(4).fill('{ __typename }'));
  expect(answer.statusCode).toBe(400);
  expect(answer.json()).toEqual({
    errors: [{ message: 'A batch must have at most 3 operations.', extensions: { code: 'INVALID_INPUT' } }],
  });
});

test('refuses an empty batch', async () => {
  const answer = await batch();
  expect([answer.statusCode, answer.json().errors[0].extensions.code]).toEqual([400, 'BAD_REQUEST']);
});

test('charges each operation: a batch is no way around the budget', async () => {
  const page = '{ devices(first: 100) { edges { node { id name clientVersion lastSeenAt } } } }';
  const codes: string[] = [];
  for (let sent = 0; sent < 12; sent++) {
    for (const { errors } of (await batch(page, page, page)).json()) {
      codes.push(errors?.[0].extensions.code ?? 'executed');
    }
  }
  expect(codes.filter((code) => code === 'executed')).toHaveLength(Math.floor(20_000 / 601));
  expect(codes.at(-1)).toBe('THROTTLED');
});

test('refuses a subscription in a batch', async () => {
  const [answer] = (await batch('subscription { deviceStatus { kind } }')).json();
  expect(answer.errors[0].message).toMatch(/^Subscriptions are served over WebSocket only/);
});
