import { ApolloClient, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client, subscriptionExchange } from '@urql/core';
import { print } from 'graphql';
import { type ClientOptions, createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { graphqlSessionPolicy } from '../../../src/graphql/session-policy.js';
import { openSession } from '../../support/callers.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';
import * as op from '../../support/operations.js';

let gateway: TestGateway;
let host: string;
let token: string;
let otherToken: string;

beforeAll(async () => {
  gateway = await startGateway();
  host = await gateway.listen();
  const [root, other] = await Promise.all(
    ['root', 'other'].map(async (username) => {
      await gateway.createUser({ username });
      return (await openSession(gateway, username, graphqlSessionPolicy)).accessToken;
    }),
  );
  token = root ?? '';
  otherToken = other ?? '';
});
afterAll(() => gateway.close());

/** A stock client of graphql-ws. @param headers of the upgrade request. */
function connect(connectionParams: ClientOptions['connectionParams'], headers: Record<string, string> = {}) {
  class Upgrading extends WebSocket {
    constructor(url: string, protocols: string) {
      super(url, protocols, { headers });
    }
  }
  return createClient({
    url: `ws://${host}/graphql`,
    webSocketImpl: Upgrading,
    retryAttempts: 0,
    ...(connectionParams ? { connectionParams } : {}),
  });
}

/** The username that is signed in, or an error code, or a close code. */
async function signedIn(...args: Parameters<typeof connect>): Promise<unknown> {
  const client = connect(...args);
  try {
    const { value } = await client.iterate<op.MeQuery>({ query: print(op.MeDocument) }).next();
    return value?.data?.me.username ?? value?.errors?.[0]?.extensions?.code;
  } catch (error) {
    return error instanceof Object && 'code' in error ? error.code : error;
  } finally {
    await client.dispose();
  }
}

describe('a socket is signed in by a token', () => {
  const names = [
    'authorization',
    'Authorization',
    'AUTHORIZATION',
    'token',
    'Token',
    'userToken',
    'usertoken',
  ];

  test.each(names)('that connection_init names %s, with and without Bearer', async (name) => {
    expect(await signedIn({ [name]: token })).toBe('root');
    expect(await signedIn({ [name]: `bearer ${token}` })).toBe('root');
  });

  test.each(names)('in the header %s of the upgrade request', async (name) => {
    expect(await signedIn(undefined, { [name]: token })).toBe('root');
    expect(await signedIn({}, { [name]: `Bearer ${token}` })).toBe('root');
  });

  test('of connection_init rather than of the upgrade request', async () => {
    expect(await signedIn({ token }, { Authorization: otherToken })).toBe('root');
    expect(await signedIn({ token: 'invalid' }, { Authorization: otherToken })).toBe(4403);
  });

  test.each(['Bearer undefined', 'undefined', 'Bearer null', 'Bearer ', '', 'Basic cm9vdDpyb290'])(
    'beside %j, which is no token',
    async (none) => {
      expect(await signedIn({ authorization: none, token })).toBe('root');
      expect(await signedIn({ authorization: none }, { userToken: token })).toBe('root');
      expect(await signedIn({ authorization: none })).toBe('UNAUTHENTICATED');
      expect(await signedIn(undefined, { Authorization: none, token })).toBe('root');
    },
  );

  test.each([[1], [null], [true], [{ token: 'x' }], [['x']]])('beside %j, which is no text', async (none) => {
    expect(await signedIn({ authorization: none, token })).toBe('root');
    expect(await signedIn({ authorization: none })).toBe('UNAUTHENTICATED');
  });
});

test('an invalid token closes the socket with 4403, wherever it is', async () => {
  expect(await signedIn({ userToken: 'invalid' })).toBe(4403);
  expect(await signedIn(undefined, { userToken: 'invalid' })).toBe(4403);
});

test('Apollo Client is signed in by a token of connection_init', async () => {
  const socket = connect({ Authorization: `Bearer ${token}` });
  const client = new ApolloClient({ link: new GraphQLWsLink(socket), cache: new InMemoryCache() });
  const { data } = await client.query({ query: op.MeDocument });
  expect(data?.me.username).toBe('root');
  client.stop();
  await socket.dispose();
});

test('urql is signed in by a token of connection_init', async () => {
  const socket = connect(async () => ({ userToken: token }));
  const client = new Client({
    url: `http://${host}/graphql`,
    preferGetMethod: false,
    exchanges: [
      subscriptionExchange({
        enableAllOperations: true,
        forwardSubscription: ({ query = '', variables }) => ({
          subscribe: ({ error, complete, next }) => ({
            unsubscribe: socket.subscribe(
              { query, variables },
              { error, complete, next: ({ data = null }) => next({ data }) },
            ),
          }),
        }),
      }),
    ],
  });
  const { data } = await client.query(op.MeDocument, {}).toPromise();
  expect(data?.me.username).toBe('root');
  await socket.dispose();
});
