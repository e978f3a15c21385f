import { spawnSync } from 'node:child_process';

/** Tests are TypeScript ES modules. SWC emits the decorator metadata that the entities require. */
const common = {
  testEnvironment: 'node',
  rootDir: import.meta.dirname,
  roots: ['<rootDir>/test'],
  testPathIgnorePatterns: ['/test/long/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2024',
          parser: { syntax: 'typescript', decorators: true },
          experimental: { keepImportAttributes: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: true },
        },
        module: { type: 'es6' },
      },
    ],
  },
  resolver: '<rootDir>/test/support/libraries/bundles.js',
  globalSetup: '<rootDir>/test/support/global-setup.js',
  globalTeardown: '<rootDir>/test/support/global-teardown.js',
  setupFiles: ['reflect-metadata', '<rootDir>/test/support/plugin-names.js'],
};
const sources = { '^(\\.{1,2}/.*)\\.js$': '$1' };

/** The documented flows, with each request sent to another of three nodes. */
const threeNodes = {
  ...common,
  displayName: 'three nodes',
  testMatch: [
    'captchas/sms-codes',
    'graphql/http/refresh-cookie',
    'graphql/{identity,release-published,releases,scan,uploads}',
    // Those of wrong parameters and failures are answered without what nodes share.
    'legacy/*/{bms,console,teacher,uims,upgrade,upgrade-releases}',
  ].map((name) => `<rootDir>/test/${name}.test.ts`),
  moduleNameMapper: {
    '^(\\.{1,2}/)+(support/)?gateway\\.js$': '<rootDir>/test/nodes/support/rotating-gateway.ts',
    ...sources,
  },
};
/** The CI host has it. */
const hasRedis = process.env.CI || spawnSync('redis-server', ['--version']).status === 0;

export default {
  // Even on two cores: most of the work is done by other processes, such as browsers and databases.
  maxWorkers: 2,
  workerIdleMemoryLimit: '1GB',
  testTimeout: 60_000,
  projects: [
    { ...common, displayName: 'one node', testMatch: ['**/*.test.ts'], moduleNameMapper: sources },
    ...(hasRedis ? [threeNodes] : []),
  ],
};
