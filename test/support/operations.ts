/** The typed operations of `schema/operations`, which codegen generates for the dashboard. */
export * from '../../src/dashboard/app/generated/graphql.js';
