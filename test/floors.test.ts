import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

const CONFIG = resolve('.dependency-cruiser.cjs');
const CRUISER = resolve('node_modules/.bin/depcruise');
const BIOME = resolve('node_modules/@biomejs/biome/bin/biome');

/** A file of each floor, from the top down. */
const floors = {
  commands: 'src/cli/main.ts',
  serve: 'src/serve.ts',
  start: 'src/start.ts',
  'composition-root': 'src/app.ts',
  server: 'src/server/listen.ts',
  metrics: 'src/metrics/metrics.ts',
  dashboard: 'src/dashboard/plugin.ts',
  reference: 'src/reference/plugin.ts',
  downloads: 'src/downloads/plugin.ts',
  legacy: 'src/legacy/index.ts',
  'legacy-dialects': 'src/legacy/bms/routes.ts',
  'legacy-plumbing': 'src/legacy/dialect.ts',
  'graphql-transports': 'src/graphql/sockets/live-server.ts',
  'graphql-schema': 'src/graphql/schema.ts',
  'graphql-resolvers': 'src/graphql/resolvers/users/user.resolver.ts',
  'graphql-execution': 'src/graphql/execution/execute.ts',
  'graphql-context': 'src/graphql/context.ts',
  jobs: 'src/jobs/jobs.ts',
  'health-checks': 'src/health/health-checks.ts',
  services: 'src/services.ts',
  backup: 'src/backup/backup.ts',
  entities: 'src/entities.ts',
  adapters: 'src/adapters/sms/index.ts',
  machines: 'src/machines/api-keys.ts',
  recovery: 'src/recovery/reset-links.ts',
  logins: 'src/logins/password-logins.ts',
  passkeys: 'src/passkeys/passkeys.ts',
  administration: 'src/administration/administration.ts',
  exports: 'src/exports/exports.ts',
  'audit-log': 'src/audit-log/audit-stream.ts',
  factors: 'src/factors/authenticators.ts',
  captchas: 'src/captchas/sms-codes.ts',
  'device-streams': 'src/devices/live/status-stream.ts',
  devices: 'src/devices/devices.ts',
  'presence-engine': 'src/devices/presence/presence-engine.ts',
  releases: 'src/releases/releases.ts',
  sessions: 'src/sessions/sessions.ts',
  users: 'src/users/users.ts',
  audit: 'src/audit/audit.ts',
  'rate-limits': 'src/rate-limits/throttle.ts',
  streams: 'src/streams/events.ts',
  'job-runs': 'src/jobs/job.ts',
  http: 'src/http/public-url.ts',
  nodes: 'src/nodes/join-fleet.ts',
  redis: 'src/redis/connection.ts',
  'database-queries': 'src/database/queries/rows.ts',
  'gateway-lock': 'src/database/gateway-lock/gateway-lock.ts',
  database: 'src/database/database.ts',
  'database-connections': 'src/database/connections/failover-client.ts',
  'embedded-postgres': 'src/database/embedded-postgres/postmaster.ts',
  'data-dir': 'src/data-dir/data-dir.ts',
  tracing: 'src/tracing/tracing.ts',
  logging: 'src/logging/log-output.ts',
  config: 'src/config.ts',
  settings: 'src/settings/settings.ts',
  foundation: 'src/errors.ts',
};
const paths = Object.values(floors);

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'gatehouse-floors-'));
  // The compiler that reads the sources.
  await symlink(resolve('node_modules'), join(root, 'node_modules'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** Writes modules that import each other, and checks them as `npm run check` checks `src`. */
async function violations(imports: ReadonlyMap<string, readonly string[]>, keyword: string) {
  for (const [from, targets] of imports) {
    const lines = targets.map(
      (to, index) => `${keyword} { name as name${index} } from '${linkTo(from, to)}';`,
    );
    await mkdir(dirname(join(root, from)), { recursive: true });
    await writeFile(join(root, from), `${lines.join('\n')}\nexport const name = 0;\n`);
  }
  const args = [CRUISER, '--config', CONFIG, '--output-type', 'json', 'src'];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root, maxBuffer: 2 ** 26 });
  const { summary }: { summary: Summary } = JSON.parse(stdout);
  return summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to }));
}

interface Summary {
  readonly violations: readonly { rule: { name: string }; from: string; to: string }[];
}

function linkTo(from: string, to: string): string {
  const path = relative(dirname(from), to).replace(/\.ts$/, '.js');
  return path.startsWith('.') ? path : `./${path}`;
}

const sorted = (list: readonly object[]) => list.map((entry) => JSON.stringify(entry)).toSorted();

test('every floor below the first has a rule, in the order of this test', () => {
  const { forbidden }: { forbidden: { name: string }[] } = createRequire(import.meta.url)(CONFIG);
  const rules = forbidden.map(({ name }) => name).filter((name) => name.startsWith('floor-'));
  const [, ...belowTheFirst] = Object.keys(floors);
  expect(rules).toEqual(belowTheFirst.map((name) => `floor-${name}`));
});

test.each(['import', 'import type'])(
  'an upward %s breaks the rule of its floor, from every floor',
  async (keyword) => {
    const upward = new Map(paths.map((path, index) => [path, paths.slice(0, index)]));
    const expected = Object.entries(floors).flatMap(([name, from], index) =>
      paths.slice(0, index).map((to) => ({ rule: `floor-${name}`, from, to })),
    );
    const found = await violations(upward, keyword);
    expect(sorted(found.filter(({ rule }) => rule.startsWith('floor-')))).toEqual(sorted(expected));
  },
);

test('imports of lower floors break no rule', async () => {
  const downward = new Map(paths.map((path, index) => [path, paths.slice(index + 1)]));
  expect(await violations(downward, 'import')).toEqual([]);
});

test.each(['user.entity.ts', 'user.resolver.ts', 'user.test.ts'])(
  'the name %s is no exemption from the rule of its floor',
  async (name) => {
    const from = `src/users/${name}`;
    const found = await violations(
      new Map([
        [from, [floors.sessions]],
        [floors.sessions, []],
      ]),
      'import',
    );
    expect(found).toContainEqual({ rule: 'floor-users', from, to: floors.sessions });
  },
);

test('a file on no floor must not be imported', async () => {
  const stray = 'src/helpers/text.ts';
  const found = await violations(
    new Map([
      [floors.users, [stray]],
      [stray, []],
    ]),
    'import',
  );
  expect(found).toEqual([{ rule: 'every-file-is-on-a-floor', from: floors.users, to: stray }]);
});

test('the lint refuses an import inside a type, which the rules of the floors do not see', async () => {
  const file = join(root, 'user.ts');
  await writeFile(file, "export type Services = import('./services.js').Services;\n");
  const args = [BIOME, 'lint', '--config-path', resolve('.'), file];
  await expect(promisify(execFile)(process.execPath, args, { cwd: root })).rejects.toMatchObject({
    stderr: expect.stringContaining('Import the type in a statement'),
  });
});
