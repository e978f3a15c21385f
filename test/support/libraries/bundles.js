import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const BUNDLES = join(import.meta.dirname, '..', '..', '..', 'dist', 'test-libraries');

/** What the gateway and its tests import from libraries that are bundled. */
export const libraries = [
  '@apollo/server',
  '@apollo/server/plugin/disabled',
  '@as-integrations/fastify',
  '@fastify/busboy',
  '@fastify/proxy-addr',
  '@mikro-orm/core',
  '@mikro-orm/decorators/legacy',
  '@mikro-orm/migrations',
  '@mikro-orm/postgresql',
  '@repeaterjs/repeater',
  'cli-progress',
  'commander',
  'content-disposition',
  'fastify',
  'graphql-scalars',
  'graphql-upload/GraphQLUpload.mjs',
  'graphql-upload/Upload.mjs',
  'graphql-ws',
  'jsonwebtoken',
  'negotiator',
  'p-limit',
  'pg',
  'pino',
  'qrcode',
  'rate-limiter-flexible',
  'semver',
  'send',
  'type-graphql',
  'ws',
  'zod',
];
const bundles = new Map(libraries.map((name) => [resolved(name), join(BUNDLES, `${name}.js`)]));
const graphql = resolved('graphql');

/**
 * Resolves imports for Jest, which loads every module again for each test file: of the 2,200 modules of a gateway, 1,400
 * belong to libraries that here are 80 files.
 */
export function sync(request, options) {
  const path = options.defaultResolver(request, options);
  if (path === graphql) return join(BUNDLES, 'graphql.cjs');
  return (options.conditions?.includes('import') && bundles.get(path)) || path;
}

function resolved(name) {
  return fileURLToPath(import.meta.resolve(name));
}
