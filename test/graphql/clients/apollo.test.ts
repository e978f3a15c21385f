import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { split } from '@apollo/client/link';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { getMainDefinition, relayStylePagination } from '@apollo/client/utilities';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ClientGateway, startForClients } from '../../support/clients/clients.js';
import * as op from '../../support/operations.js';
import { PASSWORD } from '../../support/password.js';

let on: ClientGateway;
let client: ApolloClient;
beforeAll(async () => {
  on = await startForClients();
  const isSubscription = ({ query }: { query: Parameters<typeof getMainDefinition>[0] }) => {
    const definition = getMainDefinition(query);
    return definition.kind === 'OperationDefinition' && definition.operation === 'subscription';
  };
  client = new ApolloClient({
    link: split(
      isSubscription,
      new GraphQLWsLink(on.live),
      new HttpLink({ uri: on.url, headers: on.headers }),
    ),
    cache: new InMemoryCache({
      possibleTypes: await readPossibleTypes(),
      typePolicies: { Query: { fields: { devices: relayStylePagination(['filter', 'orderBy']) } } },
    }),
  });
});
afterAll(async () => {
  client.stop();
  await on.live.dispose();
  await on.gateway.close();
});

/** https://www.apollographql.com/docs/react/data/fragments#generating-possibletypes-automatically */
async function readPossibleTypes(): Promise<Record<string, string[]>> {
  const query = '{ __schema { types { name possibleTypes { name } } } }';
  const answer = await on.gateway.post('/graphql', { query });
  const { types } = answer.json<{ data: IntrospectedTypes }>().data.__schema;
  return Object.fromEntries(
    types.map(({ name, possibleTypes }) => [name, (possibleTypes ?? []).map((type) => type.name)]),
  );
}

interface IntrospectedTypes {
  readonly __schema: {
    readonly types: readonly {
      readonly name: string;
      readonly possibleTypes: readonly { readonly name: string }[] | null;
    }[];
  };
}

const orderBy: op.DeviceOrder = { field: 'NAME', direction: 'ASC' };

test('keeps a user and a device of equal numbers apart', async () => {
  const number = on.userId.replace('user_', '');
  const ids = [`user_${number}`, `device_${number}`];
  await client.query({ query: gql`query ($ids: [ID!]!) { nodes(ids: $ids) { id } }`, variables: { ids } });
  const cache = client.cache.extract() as Record<string, unknown>;
  expect(cache).toMatchObject({
    [`User:${ids[0]}`]: { __typename: 'User' },
    [`Device:${ids[1]}`]: { __typename: 'Device' },
  });
});

test('pages with relayStylePagination', async () => {
  const query = client.watchQuery({ query: op.DevicesDocument, variables: { first: 2, orderBy } });
  const names = () =>
    client
      .readQuery({ query: op.DevicesDocument, variables: { first: 2, orderBy } })
      ?.devices.edges.map(({ node }) => node.name);
  const subscription = query.subscribe(() => {});
  const { data } = await query.refetch();
  expect(names()).toEqual(['five', 'four']);
  const after = data?.devices.pageInfo.endCursor ?? null;
  await query.fetchMore({ variables: { first: 20, after } });
  expect(names()).toEqual(['five', 'four', 'one', 'three', 'two']);
  subscription.unsubscribe();
});

test('shows in every query what a mutation changed', async () => {
  await client.query({ query: op.MeDocument });
  await client.mutate({ mutation: op.UpdateProfileDocument, variables: { input: { nickname: 'Apollo' } } });
  expect(client.readQuery({ query: op.MeDocument })).toMatchObject({ me: { nickname: 'Apollo' } });
});

test('receives the events of a subscription, and updates the cache with them', async () => {
  const kinds: string[] = [];
  const device = await new Promise<string>((resolve, reject) => {
    const subscription = client
      .subscribe({ query: op.DeviceStatusDocument, variables: { filter: { search: 'apollo' } } })
      .subscribe({
        next({ data, error }) {
          if (error || !data) return reject(error);
          kinds.push(data.deviceStatus.kind);
          if (!data.deviceStatus.device) return void on.bringOnline('apollo');
          subscription.unsubscribe();
          resolve(data.deviceStatus.device.id);
        },
        error: reject,
      });
  });
  expect(kinds).toEqual(['SNAPSHOT', 'ONLINE']);
  expect(client.cache.extract()).toMatchObject({ [`Device:${device}`]: { online: true } });
});

test('reads payloads that sign in by their interface', async () => {
  await on.gateway.createUser({ username: 'apollonia', password: PASSWORD });
  const input = { username: 'apollonia', password: PASSWORD };
  const { data } = await client.mutate({ mutation: op.LoginDocument, variables: { input } });
  expect(data?.login).toMatchObject({ __typename: 'LoginPayload', user: { username: 'apollonia' } });
});
