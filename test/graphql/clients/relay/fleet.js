/** Operations of a Relay application: the compiler reads them, nothing runs them. */
import { graphql } from 'relay-runtime';

graphql`
  query fleetQuery($count: Int!) {
    me {
      ...fleet_user
    }
    ...fleet_devices @arguments(count: $count)
  }
`;

graphql`
  fragment fleet_devices on Query
  @argumentDefinitions(count: { type: "Int", defaultValue: 20 }, cursor: { type: "String" })
  @refetchable(queryName: "fleetDevicesPaginationQuery") {
    devices(first: $count, after: $cursor, orderBy: { field: NAME }) @connection(key: "fleet_devices") {
      totalCount
      edges {
        node {
          id
          name
          user {
            id
            login
          }
        }
      }
    }
  }
`;

graphql`
  fragment fleet_user on User
  @argumentDefinitions(last: { type: "Int", defaultValue: 2 }, cursor: { type: "String" })
  @refetchable(queryName: "fleetUserPaginationQuery") {
    nickname
    sessions(last: $last, before: $cursor) @connection(key: "fleet_user_sessions") {
      edges {
        node {
          id
          current
        }
      }
    }
  }
`;

graphql`
  query fleetNodesQuery($ids: [ID!]!) {
    nodes(ids: $ids) {
      __typename
      id
      ... on Device {
        online
      }
      ... on User {
        nickname
      }
    }
  }
`;

graphql`
  mutation fleetProfileMutation($input: UpdateProfileInput!) {
    updateProfile(input: $input) {
      user {
        id
        nickname
      }
    }
  }
`;

graphql`
  mutation fleetDeletionMutation($input: DeleteUserInput!) {
    deleteUser(input: $input) {
      deletedUserId @deleteRecord
    }
  }
`;

graphql`
  subscription fleetStatusSubscription($filter: DeviceFilter) {
    deviceStatus(filter: $filter) {
      kind
      device {
        id
        online
      }
    }
  }
`;
