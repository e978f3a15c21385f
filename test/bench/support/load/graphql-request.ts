import { request } from './http-load.ts';

/** A GraphQL operation over HTTP, without variables. */
export const graphqlRequest = (url: string, token: string, query: string): Buffer =>
  request(`${url}/graphql`, {
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ query }),
  });
