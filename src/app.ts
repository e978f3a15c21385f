import { setTimeout } from 'node:timers/promises';
import type { Logger } from 'pino';
import { openSharedState } from './adapters/shared-state.js';
import { openStorage } from './adapters/storage/index.js';
import { ensureConfiguredAdministrator } from './administration/configured-administrator.js';
import type { Config } from './config.js';
import { generatedSecret } from './data-dir/generated-secret.js';
import { CircuitBreaker } from './database/connections/circuit-breaker.js';
import { type Database, openDatabase } from './database/database.js';
import type { EmbeddedPostgres } from './database/embedded-postgres/embedded-postgres.js';
import { fleetId } from './database/fleet-id.js';
import { databaseProblem } from './database/gateway-lock/answers.js';
import { lockGateway } from './database/gateway-lock/gateway-lock.js';
import type { HeldLock, HeldLockOptions } from './database/gateway-lock/held-lock.js';
import { limitHolds } from './database/pool-connections.js';
import { untilReachable } from './database/reachable.js';
import { entities, migrate } from './entities.js';
import { createPipeline } from './graphql/execution/traced-pipeline.js';
import { createSchema } from './graphql/schema.js';
import { createLiveServer } from './graphql/sockets/live-server.js';
import { Health, HealthComponent } from './health.js';
import { startJobs } from './jobs.js';
import { openLog } from './logging/log.js';
import type { Metrics } from './metrics/metrics.js';
import { ConnectionLimit, maxConnections } from './server/connection-limit.js';
import { createHttpServer, sessionPolicies } from './server/http-server.js';
import { type Listener, listen } from './server/listen.js';
import { listenForScrapes, openMetrics } from './server/metrics.js';
import { inTurns } from './server/overload.js';
import { startMessage } from './server/start-message.js';
import { createServices } from './services.js';
import type { Tracing } from './tracing/tracing.js';

/** The exit of the embedded database is reported within this time after the end of its connections. */
const EXIT_GRACE_MS = 1500;

/** What an opened gateway reports. */
export interface Callbacks {
  /** Receives what the operator should know before the gateway has started. */
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
  const url = config.DATABASE_URL ?? own?.url ?? '';
  if (config.DATABASE_URL) await awaitDatabase(url, resources, info);
  const breaker = new CircuitBreaker();
  const db = await openDatabase(url, entities, { breaker, tracing });
  resources.defer(() => db.close(true));
  const health = openHealth(log);
  const lock = await lockDatabase(config.DATABASE_DIRECT_URL ?? url, db, resources, {
    isShared: config.REDIS_URL !== undefined,
    onChange(state, cause) {
      health.recover(HealthComponent.DATABASE);
      if (state === 'silent') breaker.open();
      else breaker.close();
      if (state !== 'read-write')
        health.degrade(HealthComponent.DATABASE, databaseProblem(state, cause), cause);
    },
    // The end of the embedded database ends the connection, too, and is the better reason.
    onEnd: (sentence) => globalThis.setTimeout(onFatal, EXIT_GRACE_MS, sentence),
  });
  await migrate(db);
  await lock.countStart();
  const jwtSecrets = config.JWT_SECRETS ?? [await generatedSecret(config.DATA_DIR)];
  const packageStorage = await openStorage(config.STORAGE, tracing);
  await packageStorage.claim(() => fleetId(db));
  const { state: shared, close } = await openSharedState(
    config,
    db,
    (sentence) => log.warn(sentence),
    health,
    tracing,
  );
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
  const { administration, setupLink, sessions, heartbeats } = services;
  await ensureConfiguredAdministrator(administration, config);
  await sessions.pollChanges();
  await heartbeats.restore();
  // Not before: a migration of a large database takes longer.
  await limitHolds(db);
  resources.defer(startJobs(services, log, async () => own?.ensureRunning()));

  const metrics = await openMetrics(config);
  const pipeline = createPipeline(services, schema, log, metrics?.operations);
  const app = await createHttpServer(services, pipeline, log, metrics);
  resources.defer(() => app.close());
  const live = createLiveServer(services, pipeline, log);
  const listeners: Listener[] = [];
  // All at once: clients that are disconnected from one port must not reconnect to another one.
  resources.defer(async () => {
    health.isStopping = true;
    await setTimeout(config.DRAIN_DELAY);
    await Promise.all([...listeners, live].map((server) => server.close()));
  });
  const connections = new ConnectionLimit(await maxConnections());
  const served = { requests: inTurns(app, services), connections, live, log: app.log };
  const timeouts = { keepAliveMs: config.KEEP_ALIVE_TIMEOUT, drainMs: config.DRAIN_TIMEOUT };
  for (const port of config.PORTS) listeners.push(await listen(served, config.HOST, port, timeouts));
  metrics?.observe({ services, pipeline, live, connections: () => sumOfConnections(listeners) });
  const metricsPort = await listenForMetrics(metrics, config, resources);
  if (config.CAPTCHA_FIXED_CODE) log.warn('CAPTCHA_FIXED_CODE is set: anybody can answer every captcha');
  const ports = listeners.map(({ port }) => port);
  return startMessage(
    config,
    ports,
    metricsPort,
    (await administration.hasAdministrator()) ? null : setupLink,
  );
}

/** @returns the port of their own; null if they have none. */
async function listenForMetrics(
  metrics: Metrics | null,
  { HOST, METRICS_PORT }: Config,
  resources: AsyncDisposableStack,
): Promise<number | null> {
  if (!metrics || METRICS_PORT === undefined) return null;
  const { port, close } = await listenForScrapes(metrics, HOST, METRICS_PORT);
  resources.defer(close);
  return port;
}

async function sumOfConnections(listeners: readonly Listener[]): Promise<number> {
  const counts = await Promise.all(listeners.map((listener) => listener.connections()));
  return counts.reduce((sum, count) => sum + count, 0);
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

/** Waits for a database that starts at the same time, as with containers of one composition. */
async function awaitDatabase(
  url: string,
  resources: AsyncDisposableStack,
  onWait: Callbacks['info'],
): Promise<void> {
  const abort = new AbortController();
  resources.defer(() => abort.abort());
  await untilReachable(url, { onWait, signal: abort.signal });
}

/** Keeps other gateways off the database. */
async function lockDatabase(
  url: string,
  db: Database,
  resources: AsyncDisposableStack,
  options: HeldLockOptions,
): Promise<HeldLock> {
  const abort = new AbortController();
  const locking = lockGateway(url, db, { ...options, signal: abort.signal });
  resources.defer(async () => {
    abort.abort();
    const [locked] = await Promise.allSettled([locking]);
    if (locked.status === 'fulfilled') await locked.value.release();
  });
  return locking;
}
