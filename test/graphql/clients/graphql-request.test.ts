import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ClientError, GraphQLClient, gql } from 'graphql-request';
import { type ClientGateway, startForClients } from '../../support/clients/clients.js';
import * as op from '../../support/operations.js';
import { PASSWORD } from '../../support/password.js';

let on: ClientGateway;
let client: GraphQLClient;
beforeAll(async () => {
  on = await startForClients();
  client = new GraphQLClient(on.url, { headers: on.headers });
});
afterAll(async () => {
  await on.live.dispose();
  await on.gateway.close();
});

test('sends documents of the client preset, with their types', async () => {
  const { devices } = await client.request(op.DevicesDocument, { first: 1 });
  const name: string | null | undefined = devices.edges[0]?.node.name;
  expect(name).toBe('one');
});

test('sends text, and returns what a mutation changed', async () => {
  await on.gateway.createUser({ username: 'rita', password: PASSWORD });
  const login = gql`
    mutation ($input: LoginInput!) {
      login(input: $input) {
        user {
          login
        }
      }
    }
  `;
  const input = { username: 'rita', password: PASSWORD };
  expect(await client.request(login, { input })).toEqual({ login: { user: { login: 'rita' } } });
});

test('throws the errors of the gateway with their codes', async () => {
  const refused = client.request(op.UserDocument, { id: 'device_1' });
  await expect(refused).rejects.toBeInstanceOf(ClientError);
  await expect(refused).rejects.toMatchObject({
    response: { errors: [{ extensions: { code: 'INVALID_INPUT', field: 'id' } }] },
  });
});
