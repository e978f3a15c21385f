/** Imports point one way: doors → services → entities and ports (see "Layout" in the README). */
const services = '^src/(users|sessions|rate-limits|captchas|audit|devices|releases)/';
const entity = '\\.entity\\.ts$';
const page = '^src/dashboard/(app|explorer)/';
const resolver = '\\.resolver\\.ts$';

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Type-only imports may point back.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'services-know-no-door',
      severity: 'error',
      from: { path: services, pathNot: resolver },
      to: { path: '^src/(http|graphql|legacy|dashboard|cli)/' },
    },
    {
      name: 'services-know-no-framework',
      severity: 'error',
      from: { path: services, pathNot: [resolver, entity] },
      to: {
        path: 'node_modules/(fastify|@fastify|@apollo|@as-integrations|type-graphql|graphql|graphql-ws|ws)/',
      },
    },
    {
      name: 'entities-know-only-entities',
      severity: 'error',
      from: { path: entity },
      to: { path: '^src/', pathNot: entity },
    },
    {
      name: 'only-entities-and-resolvers-know-type-graphql',
      severity: 'error',
      from: { path: '^src/', pathNot: [entity, resolver, '^src/graphql/'] },
      to: { path: 'node_modules/type-graphql/' },
    },
    {
      name: 'adapters-know-no-service',
      severity: 'error',
      from: { path: '^src/adapters/' },
      to: { path: services, pathNot: [entity, '^src/users/permissions\\.ts$'] },
    },
    {
      name: 'server-knows-no-page',
      comment: 'Nor the other way round: see rootDir in src/dashboard/tsconfig.json.',
      severity: 'error',
      from: { path: '^src/', pathNot: page },
      to: { path: page },
    },
    {
      name: 'a-dialect-knows-no-other',
      severity: 'error',
      from: { path: '^src/legacy/([^/]+)/' },
      to: { path: '^src/legacy/[^/]+/', pathNot: '^src/legacy/$1/' },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', page] },
    tsPreCompilationDeps: true,
    parser: 'swc',
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.mjs'] },
  },
};
