import type { Logger } from 'pino';
import { openSharedState } from './adapters/open-shared-state.js';
import { openStorage } from './adapters/storage/index.js';
import { ensureConfiguredAdministrator } from './administration/configured-administrator.js';
import type { Config } from './config.js';
import { generatedSecret } from './data-dir/generated-secret.js';
import type { EmbeddedPostgres } from './database/embedded-postgres/embedded-postgres.js';
import { fleetId } from './database/fleet-id.js';
import { limitHolds } from './database/pool-connections.js';
import { openGatewayDatabase } from './gateway-database.js';
import { createSchema } from './graphql/schema.js';
import { Health } from './health/health.js';
import { startJobs } from './jobs/jobs.js';
import { openLog } from './logging/log.js';
import { sessionPolicies } from './server/http-server.js';
import { openServers } from './server/open-servers.js';
import { startMessage } from './server/start-message.js';
import { createServices } from './services.js';
import type { Tracing } from './tracing/tracing.js';

/** What an opened gateway reports. */
export interface Callbacks {
  /** Receives what the operator should know besides the log. */
  info(line: string): void;
  /** Called with a sentence when the gateway can serve no longer. */
  onFatal(sentence: string): void;
}

/**
 * Opens everything but the embedded database: connections, migrations, services, HTTP server, ports.
 * @param resources gets what must be closed again.
 * @param starting the embedded database; null where DATABASE_URL names another one.
 * @returns the message for the operator, once the gateway listens.
 * @throws StartError where one sentence says why.
 */
export async function openApp(
  config: Config,
  resources: AsyncDisposableStack,
  { info, onFatal }: Callbacks,
  starting: Promise<EmbeddedPostgres> | null,
): Promise<string> {
  const log = openLog(config);
  if (config.IGNORED.length > 0) log.warn({ settings: config.IGNORED }, 'settings without effect are set');
  const tracing = await openTraces(config, log, resources);
  // Built while PostgreSQL starts.
  const schema = createSchema();
  const own = await starting;
  own?.notes.forEach(info);
  const health = openHealth(log);
  const context = { health, tracing, info, onFatal };
  const db = await openGatewayDatabase(config, own?.url ?? null, resources, context);
  const jwtSecrets = config.JWT_SECRETS ?? [await generatedSecret(config.DATA_DIR)];
  const packageStorage = await openStorage(config.STORAGE, tracing);
  await packageStorage.claim(() => fleetId(db));
  const { state: shared, close } = await openSharedState(config, db, {
    health,
    warn: (sentence) => log.warn(sentence),
    tracing,
  });
  resources.defer(close);
  const services = createServices(config, {
    db,
    jwtSecrets,
    packageStorage,
    shared,
    health,
    tracing,
    clock: Date.now,
    sessionPolicies,
  });
  const { administration, setupLink, sessions, heartbeats, deviceSettings } = services;
  await ensureConfiguredAdministrator(administration, config);
  await sessions.pollChanges();
  await deviceSettings.readChanges();
  await heartbeats.restore();
  // Not before: a migration of a large database takes longer.
  await limitHolds(db);
  resources.defer(startJobs(services, log, async () => own?.ensureRunning()));

  const { ports, metricsPort } = await openServers(services, schema, log, resources);
  if (config.CAPTCHA_FIXED_CODE) log.warn('CAPTCHA_FIXED_CODE is set: anybody can answer every captcha');
  return startMessage(
    config,
    ports,
    metricsPort,
    (await administration.hasAdministrator()) ? null : setupLink,
  );
}

/** Loads OpenTelemetry only where traces are sent. */
async function openTraces(
  { TRACES }: Config,
  log: Logger,
  resources: AsyncDisposableStack,
): Promise<Tracing | null> {
  if (TRACES === null) return null;
  const { openTracing } = await import('./tracing/open-tracing.js');
  const { tracing, close } = await openTracing(TRACES, log);
  resources.defer(close);
  return tracing;
}

/** Logs each change of health. */
const openHealth = (log: Logger): Health =>
  new Health(Date.now, (component, problem, err) => {
    if (problem) log.warn({ component, err }, problem.reason);
    else log.info({ component }, 'works as usual again');
  });
