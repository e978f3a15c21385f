// The schema that front-end developers read, and our operations on it: graphql-eslint's recommended and Relay rules.
import graphql from '@graphql-eslint/eslint-plugin';

const {
  'flat/schema-recommended': recommended,
  'flat/schema-relay': relay,
  'flat/operations-recommended': operations,
} = graphql.configs;

/** Types that are values: they belong to the object that holds them, and have no identity of their own. */
const values = [
  'Adoption',
  'AuditEntriesAdded',
  'AuthenticatorApp',
  'Backup',
  'Captcha',
  'DeviceClaim',
  'DeviceCredential',
  'DeviceStatusEvent',
  'DiskReport',
  'Download',
  'Engine',
  'FleetHistory',
  'FleetHistoryPoint',
  'GatewayNode',
  'HealthProblem',
  'HealthReport',
  'Heartbeat',
  'HeartbeatTiming',
  'JobReport',
  'License',
  'NodeReport',
  'PageInfo',
  'PresenceSummary',
  'QueueLength',
  'ReleaseEvent',
  'SavedDeviceFilter',
  'ScanTicket',
  'SecondFactors',
];

const languageOptions = {
  parser: graphql.parser,
  parserOptions: {
    graphQLConfig: { schema: 'schema/schema.graphql', documents: 'schema/operations/**/*.graphql' },
  },
};

export default [
  {
    files: ['schema/schema.graphql'],
    languageOptions,
    plugins: { '@graphql-eslint': graphql },
    rules: {
      ...recommended.rules,
      ...relay.rules,
      '@graphql-eslint/relay-edge-types': ['error', { listTypeCanWrapOnlyEdgeType: false }],
      '@graphql-eslint/require-description': [
        'error',
        {
          types: true,
          rootField: true,
          DirectiveDefinition: true,
          FieldDefinition: true,
          InputValueDefinition: true,
          EnumValueDefinition: true,
        },
      ],
      '@graphql-eslint/strict-id-in-types': [
        'error',
        { exceptions: { types: values, suffixes: ['Payload', 'Connection', 'Edge'] } },
      ],
    },
  },
  {
    files: ['schema/operations/**/*.graphql'],
    languageOptions,
    plugins: { '@graphql-eslint': graphql },
    rules: operations.rules,
  },
];
