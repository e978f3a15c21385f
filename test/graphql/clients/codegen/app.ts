/** A front end with a stock client preset: codegen reads its operations, the compiler checks its types. */

import { graphql, useFragment } from './gql/index.js';

const personFragment = graphql(`
  fragment Person on User {
    id
    login
    roles {
      id
      permissions
    }
  }
`);

export const login = graphql(`
  mutation SignIn($input: LoginInput!) {
    login(input: $input) {
      accessToken
      user {
        ...Person
      }
    }
  }
`);

export const devices = graphql(`
  query FirstDevices($first: Int) {
    devices(first: $first) {
      totalCount
      edges {
        node {
          id
          api
          lastSeenAt
        }
      }
    }
  }
`);

type Result<T> = T extends { __apiType?: (variables: never) => infer R } ? R : never;

export const administrates = (result: Result<typeof login>): boolean =>
  useFragment(personFragment, result.login.user).roles.some(({ permissions }) =>
    permissions.includes('USERS_MANAGE'),
  );
