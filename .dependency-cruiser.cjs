/**
 * Folders are floors: a folder imports only from the floors below it, type imports included.
 * docs/architecture.md describes each floor. From the top down:
 */
const floors = [
  ['commands', '^src/(main\\.ts|cli/)'],
  ['serve', '^src/serve\\.ts'],
  ['start', '^src/start\\.ts'],
  ['composition-root', '^src/(app|gateway-database)\\.ts'],
  ['server', '^src/server/'],
  ['metrics', '^src/metrics/'],
  ['dashboard', '^src/dashboard/'],
  ['reference', '^src/reference/'],
  ['downloads', '^src/downloads/'],
  ['legacy', '^src/legacy/index\\.ts'],
  ['legacy-dialects', '^src/legacy/[^/]+/'],
  ['legacy-plumbing', '^src/legacy/(?!index\\.ts)[^/]+\\.ts'],
  ['graphql-transports', '^src/graphql/(http|sockets)/'],
  ['graphql-schema', '^src/graphql/schema\\.ts'],
  ['graphql-resolvers', '^src/graphql/resolvers/'],
  ['graphql-execution', '^src/graphql/execution/'],
  ['graphql-context', '^src/graphql/(?!schema\\.ts)[^/]+\\.ts'],
  ['jobs', '^src/jobs/(jobs|retention)\\.ts'],
  ['health-checks', '^src/health/(?!health\\.ts)'],
  ['services', '^src/services(\\.ts|/)'],
  ['backup', '^src/backup/'],
  ['entities', '^src/entities\\.ts'],
  ['adapters', '^src/adapters/'],
  ['machines', '^src/machines/'],
  ['recovery', '^src/recovery/'],
  ['logins', '^src/logins/'],
  ['passkeys', '^src/passkeys/'],
  ['administration', '^src/administration/'],
  ['exports', '^src/exports/'],
  ['audit-log', '^src/audit-log/'],
  ['factors', '^src/factors/'],
  ['captchas', '^src/captchas/'],
  ['device-streams', '^src/devices/live/'],
  ['devices', '^src/devices/(?!(live|presence)/)'],
  ['presence-engine', '^src/devices/presence/'],
  ['releases', '^src/releases/'],
  ['sessions', '^src/sessions/'],
  ['users', '^src/users/'],
  ['audit', '^src/audit/'],
  ['rate-limits', '^src/rate-limits/'],
  ['streams', '^src/streams/'],
  ['job-runs', '^src/jobs/job(-leases|-runs)?\\.ts'],
  ['http', '^src/http/'],
  ['nodes', '^src/nodes/'],
  ['redis', '^src/redis/'],
  ['database-queries', '^src/database/queries/'],
  ['gateway-lock', '^src/database/gateway-lock/'],
  ['database', '^src/database/(backups/)?[^/]+\\.ts'],
  ['database-connections', '^src/database/connections/'],
  ['embedded-postgres', '^src/database/embedded-postgres/'],
  ['data-dir', '^src/data-dir/'],
  ['tracing', '^src/tracing/'],
  ['logging', '^src/logging/'],
  ['config', '^src/config\\.ts'],
  ['settings', '^src/settings/'],
  [
    'foundation',
    '^src/(health/health|errors|alarms|clock|tally|growing-cache|when-ready|(gateway|node)-version)\\.ts',
  ],
];

const floorRules = floors.map(([name, path], index) => ({
  name: `floor-${name}`,
  comment: 'Imports point down: see docs/architecture.md.',
  severity: 'error',
  from: { path },
  to: { path: floors.slice(0, index).map(([, above]) => above) },
}));

const services =
  '^src/(machines|recovery|logins|passkeys|administration|exports|audit-log|factors|captchas|devices|releases|sessions|users|audit)/';
const page = '^src/dashboard/(app|explorer)/';

module.exports = {
  forbidden: [
    // Nothing is above the first floor.
    ...floorRules.slice(1),
    {
      name: 'every-file-is-on-a-floor',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^src/', pathNot: floors.map(([, path]) => path) },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'services-know-no-transport',
      severity: 'error',
      from: { path: services },
      to: { path: 'node_modules/(fastify|@fastify|@apollo|@as-integrations|graphql|graphql-ws|ws)/' },
    },
    {
      name: 'only-entities-and-graphql-know-type-graphql',
      severity: 'error',
      from: { path: '^src/', pathNot: ['\\.entity\\.ts$', '^src/graphql/'] },
      to: { path: 'node_modules/type-graphql/' },
    },
    {
      name: 'only-tracing-knows-opentelemetry',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/tracing/open-' },
      to: { path: 'node_modules/@opentelemetry/' },
    },
    {
      name: 'opentelemetry-is-loaded-only-for-traces',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/tracing/open-' },
      to: { path: '^src/tracing/open-', dynamic: false },
    },
    {
      name: 'entities-know-only-entities',
      severity: 'error',
      from: { path: '\\.entity\\.ts$' },
      to: { path: '^src/', pathNot: '\\.entity\\.ts$' },
    },
    {
      name: 'server-knows-no-page',
      comment: 'The other direction is prevented by rootDir in src/dashboard/tsconfig.json.',
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
