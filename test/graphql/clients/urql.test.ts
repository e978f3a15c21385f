import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { Client, fetchExchange, gql, subscriptionExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import { buildSchema, type IntrospectionQuery, introspectionFromSchema } from 'graphql';
import { type ClientGateway, startForClients } from '../../support/clients/clients.js';
import * as op from '../../support/operations.js';
import { PASSWORD } from '../../support/password.js';

const orderBy: op.DeviceOrder = { field: 'NAME', direction: 'ASC' };
let on: ClientGateway;
let schema: IntrospectionQuery;
let client: Client;
const warnings: unknown[][] = [];

beforeAll(async () => {
  on = await startForClients();
  schema = introspectionFromSchema(buildSchema(await readFile('schema/schema.graphql', 'utf8')));
  jest.spyOn(console, 'warn').mockImplementation((...args) => void warnings.push(args));
  jest.spyOn(console, 'error').mockImplementation((...args) => void warnings.push(args));
  client = createClient();
});
afterAll(async () => {
  jest.restoreAllMocks();
  await on.live.dispose();
  await on.gateway.close();
});

/** A stock client with a cache that knows the schema. Values have no key: they belong to what holds them. */
function createClient(): Client {
  const embedded = () => null;
  return new Client({
    url: on.url,
    preferGetMethod: false,
    fetchOptions: { headers: on.headers },
    exchanges: [
      cacheExchange({
        schema,
        keys: {
          Captcha: embedded,
          DeviceStatusEvent: embedded,
          License: embedded,
          PresenceSummary: embedded,
        },
        resolvers: { Query: { devices: relayPagination() } },
      }),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query = '', variables }) => ({
          subscribe: (sink) => ({
            unsubscribe: on.live.subscribe(
              { query, variables: variables ?? {} },
              {
                next: ({ data = null, errors }) =>
                  sink.next({ data, ...(errors ? { errors: [...errors] } : {}) }),
                error: sink.error.bind(sink),
                complete: sink.complete.bind(sink),
              },
            ),
          }),
        }),
      }),
    ],
  });
}

test('keeps a user and a device of equal numbers apart, and reads each by its id', async () => {
  const number = on.userId.replace('user_', '');
  const ids = [`user_${number}`, `device_${number}`];
  const nodes = gql`query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on User { login } ... on Device { name } } }`;
  const { data } = await client.query(nodes, { ids }).toPromise();
  expect(data?.nodes).toMatchObject([
    { __typename: 'User', id: ids[0], login: 'root' },
    { __typename: 'Device', id: ids[1], name: 'one' },
  ]);
});

test('pages with relayPagination', async () => {
  const page = (variables: op.DevicesQueryVariables) =>
    client.query(op.DevicesDocument, variables).toPromise();
  const { data } = await page({ first: 2, orderBy });
  const after = data?.devices.pageInfo.endCursor ?? null;
  const all = await page({ first: 20, after, orderBy });
  expect(all.data?.devices.edges.map(({ node }) => node.name)).toEqual([
    'five',
    'four',
    'one',
    'three',
    'two',
  ]);
});

test('shows in every query what a mutation changed', async () => {
  await client.query(op.MeDocument, {}).toPromise();
  await client.mutation(op.UpdateProfileDocument, { input: { nickname: 'urql' } }).toPromise();
  const { data } = await client.query(op.MeDocument, {}, { requestPolicy: 'cache-only' }).toPromise();
  expect(data?.me.nickname).toBe('urql');
});

test('reads payloads that sign in by their interface', async () => {
  await on.gateway.createUser({ username: 'ursula', password: PASSWORD });
  const input = { username: 'ursula', password: PASSWORD };
  const { data } = await client.mutation(op.LoginDocument, { input }).toPromise();
  expect(data?.login.user.username).toBe('ursula');
});

test('receives the events of a subscription', async () => {
  const kinds: string[] = [];
  const variables = { filter: { search: 'urql' } };
  await new Promise<void>((resolve, reject) => {
    const { unsubscribe } = client
      .subscription(op.DeviceStatusDocument, variables)
      .subscribe(({ data, error }) => {
        if (error || !data) return reject(error);
        kinds.push(data.deviceStatus.kind);
        if (!data.deviceStatus.device) return void on.bringOnline('urql');
        unsubscribe();
        resolve();
      });
  });
  expect(kinds).toEqual(['SNAPSHOT', 'ONLINE']);
});

test('warns of nothing', () => {
  expect(warnings).toEqual([]);
});
