import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Client } from 'graphql-ws';
import { connect } from '../../support/clients/live.js';
import {
  overGet,
  overHttp,
  overSocket,
  type SentOperation,
  type Transport,
} from '../../support/clients/transports.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';
import { largeVariables } from '../../support/inputs/large-variables.js';

type Refusal = [
  reason: string,
  operation: SentOperation,
  errors: readonly (readonly [code: string, message: string])[],
];

const hash = { persistedQuery: { version: 1, sha256Hash: 'f'.repeat(64) } };
const several = 'query First { __typename } query Second { __typename }';
const withVariable =
  'query ($first: Int!, $search: String) { users(first: $first, search: $search) { edges { cursor } } }';

/** Each gateway has settings with which its refusals happen. */
const gateways: [settings: string, environment: Record<string, string>, refusals: Refusal[]][] = [
  [
    'low limits',
    {
      GRAPHQL_MAX_DEPTH: '5',
      GRAPHQL_MAX_ROOT_FIELDS: '2',
      GRAPHQL_MAX_ALIASES: '2',
      GRAPHQL_MAX_DIRECTIVES: '1',
      GRAPHQL_MAX_TOKENS: '60',
      GRAPHQL_MAX_COMPLEXITY: '500',
    },
    [
      ['no document', { query: '' }, [['BAD_REQUEST', 'query must be the text of a document.']]],
      [
        'an unknown hash',
        { query: '', extensions: hash },
        [['PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound']],
      ],
      [
        'an unknown document id',
        { query: '', documentId: 'x' },
        [['PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound']],
      ],
      [
        'a syntax error',
        { query: '{ me { id }' },
        [['GRAPHQL_PARSE_FAILED', 'Syntax Error: Expected Name.']],
      ],
      [
        'too many tokens',
        { query: `{ ${'__typename '.repeat(60)}}` },
        [['GRAPHQL_PARSE_FAILED', 'Syntax Error: Document contains more that 60 tokens. Parsing aborted.']],
      ],
      [
        'unknown fields',
        { query: '{ nothing nowhere }' },
        [
          ['GRAPHQL_VALIDATION_FAILED', 'Cannot query field "nothing" on type "Query".'],
          ['GRAPHQL_VALIDATION_FAILED', 'Cannot query field "nowhere" on type "Query".'],
        ],
      ],
      [
        'depth',
        { query: '{ devices(first: 1) { edges { node { user { license { status } } } } } }' },
        [['GRAPHQL_VALIDATION_FAILED', 'The operation has a depth of 6; the limit is 5.']],
      ],
      [
        'root fields',
        { query: '{ __typename me { id } latestRelease { id } }' },
        [['GRAPHQL_VALIDATION_FAILED', 'The operation has 3 root fields; the limit is 2.']],
      ],
      [
        'aliases',
        { query: '{ me { a: id b: id c: id } }' },
        [['GRAPHQL_VALIDATION_FAILED', 'The operation has 3 aliases; the limit is 2.']],
      ],
      [
        'directives',
        { query: '{ me { id @skip(if: false) name @skip(if: false) } }' },
        [['GRAPHQL_VALIDATION_FAILED', 'The operation has 2 directives; the limit is 1.']],
      ],
      [
        'complexity',
        { query: '{ latestRelease { id } users(first: 100) { edges { node { roles { code } } } } }' },
        [
          [
            'GRAPHQL_VALIDATION_FAILED',
            'The operation has a complexity of 1303 (most complex field: users.edges.node.roles); the limit is 500.',
          ],
        ],
      ],
      [
        'an unknown operation name',
        { query: several, operationName: 'Third' },
        [['OPERATION_RESOLUTION_FAILURE', 'Unknown operation named "Third".']],
      ],
      [
        'a missing operation name',
        { query: several },
        [
          [
            'OPERATION_RESOLUTION_FAILURE',
            'Must provide operation name if query contains multiple operations.',
          ],
        ],
      ],
      [
        'variables of the wrong types',
        { query: withVariable, variables: { first: 'many', search: 5 } },
        [
          ['BAD_USER_INPUT', 'Variable "$first" got an invalid value; Int cannot represent this value.'],
          ['BAD_USER_INPUT', 'Variable "$search" got an invalid value; String cannot represent this value.'],
        ],
      ],
      [
        'a missing variable',
        { query: withVariable },
        [['BAD_USER_INPUT', 'Variable "$first" of required type "Int!" was not provided.']],
      ],
      ...largeVariables.map(
        ([content, variables, message]): Refusal => [
          content,
          { query: '{ __typename }', variables },
          [['BAD_REQUEST', message]],
        ],
      ),
    ],
  ],
  [
    'trusted documents only',
    { GRAPHQL_DOCUMENTS: 'trusted' },
    [
      [
        'another document',
        { query: '{ __typename }' },
        [['FORBIDDEN', 'Only trusted documents are executed; this one is in no manifest.']],
      ],
      [
        'another document with the hash of a trusted one',
        { query: '{ __typename }', extensions: hash },
        [['FORBIDDEN', 'Only trusted documents are executed; this one is in no manifest.']],
      ],
    ],
  ],
  [
    'introspection off',
    { GRAPHQL_INTROSPECTION: 'off' },
    [
      [
        'introspection',
        { query: '{ __schema { description } }' },
        [
          [
            'GRAPHQL_VALIDATION_FAILED',
            'GraphQL introspection has been disabled, but the requested query contained the field "__schema".',
          ],
        ],
      ],
      [
        'a misspelt name, without a suggestion',
        { query: '{ mee { id } }' },
        [['GRAPHQL_VALIDATION_FAILED', 'Cannot query field "mee" on type "Query".']],
      ],
    ],
  ],
  [
    'a budget of 10',
    { GRAPHQL_COMPLEXITY_PER_MINUTE: '10' },
    [
      [
        'a complexity beyond the budget',
        { query: '{ users { pageInfo { a: endCursor } } }' },
        [['THROTTLED', 'Your operations of the last minute were too complex; try again later.']],
      ],
    ],
  ],
  [
    'a budget of 1000',
    { GRAPHQL_COMPLEXITY_PER_MINUTE: '1000' },
    [
      [
        'a complexity beyond the budget',
        {
          query:
            '{ users(first: 100) { edges { node { id name nickname phone } } } devices(first: 100) { edges { node { id name online } } } }',
        },
        [['THROTTLED', 'Your operations of the last minute were too complex; try again later.']],
      ],
    ],
  ],
];

describe.each(gateways)('with %s', (_settings, environment, refusals) => {
  let gateway: TestGateway;
  let client: Client;
  let transports: Transport[];
  beforeAll(async () => {
    gateway = await startGateway(environment);
    client = connect(await gateway.listen());
    transports = [overHttp(gateway), overGet(gateway), overSocket(client)];
  });
  afterAll(async () => {
    await client.dispose();
    await gateway.close();
  });

  test.each(refusals)(
    'every transport refuses %s with the same errors',
    async (_reason, operation, errors) => {
      const [post, get, socket] = await Promise.all(transports.map((send) => send(operation)));
      expect(post?.map(({ message, extensions }) => [extensions.code, message])).toEqual(errors);
      expect(get).toEqual(post);
      expect(socket).toEqual(post);
    },
  );
});

describe('a subscription over HTTP', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway();
  });
  afterAll(() => gateway.close());

  test.each([
    ['POST', overHttp],
    ['GET', overGet],
  ])('is refused by %s with a hint, and is not logged as a fault', async (_method, transport) => {
    const errors = await transport(gateway)({ query: 'subscription { deviceStatus { kind } }' });
    const message =
      'Subscriptions are served over WebSocket only: connect to the same URL with the protocol graphql-transport-ws.';
    expect(errors).toEqual([{ message, extensions: { code: 'BAD_REQUEST' } }]);
    expect(gateway.logged()).not.toMatch(/"level":[56]0/);
  });
});
