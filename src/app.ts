import { setTimeout } from 'node:timers/promises';
import { pino } from 'pino';
import { invalidAdministrator } from './administration/first-administrator.js';
import type { Config } from './config.js';
import { openDataFolder } from './data-dir/data-dir.js';
import { generatedSecret } from './data-dir/generated-secret.js';
import { openDatabase } from './database/database.js';
import { startEmbeddedPostgres } from './database/embedded-postgres/embedded-postgres.js';
import { entities, migrate } from './entities.js';
import { DomainError } from './errors.js';
import { createSchema } from './graphql/schema.js';
import { createLiveServer } from './graphql/sockets/live-server.js';
import { startJobs } from './jobs.js';
import { loggedError } from './logged-error.js';
import { createHttp, sessionPolicies } from './server/http-server.js';
import { type Listener, listen } from './server/listen.js';
import { createServices, type Services } from './services.js';

const system = { userId: null, address: null };

/** A start that is told to stop may take so long to come to its own end; then what it has started is stopped. */
const PATIENCE_MS = 2000;

/** A gateway that starts, or listens. */
export interface Gateway {
  /**
   * One line for the operator once it listens: every URL, and the set-up link while nobody administers.
   * Fails with a StartError in one sentence; what had been started is stopped again.
   */
  readonly greeting: Promise<string>;
  /** A sentence, once it can serve nobody any more, nor ever will: close it, and start anew. */
  readonly lost: Promise<string>;
  /** Drains and stops everything that was started, in reverse; also while it starts. */
  close(): Promise<void>;
}

/**
 * Starts everything: database, migrations, services, doors, ports.
 * @param tell for what the operator should know before the greeting.
 */
export function start(config: Config, tell: (line: string) => void): Gateway {
  const closing: (() => Promise<unknown>)[] = [];
  const closeAll = async () => {
    for (const stop of closing.splice(0).reverse()) await stop();
  };
  const lost = Promise.withResolvers<string>();
  const opening = open(config, closing, { lose: lost.resolve, tell });
  const settled = opening.then(
    () => {},
    () => {},
  );
  return {
    greeting: opening.catch(async (error: unknown) => {
      await closeAll();
      throw error;
    }),
    lost: lost.promise,
    async close() {
      await Promise.race([settled, setTimeout(PATIENCE_MS)]);
      await closeAll();
    },
  };
}

/** Who hears of it: `lose` once it can serve nobody, `tell` for the operator. */
type Told = Readonly<Record<'lose' | 'tell', (sentence: string) => void>>;

async function open(config: Config, closing: (() => Promise<unknown>)[], told: Told): Promise<string> {
  const log = pino({ level: config.LOG_LEVEL, serializers: { err: loggedError } });
  await openDataFolder(config.DATA_DIR);
  const db = await openDatabase(config.DATABASE_URL ?? (await embedded(config, closing, told)), entities);
  closing.push(() => db.close(true));
  await migrate(db);
  const jwtSecrets = config.JWT_SECRETS ?? [await generatedSecret(config.DATA_DIR)];
  const services = createServices(config, {
    db,
    jwtSecrets,
    clock: Date.now,
    sessionPolicies: sessionPolicies,
  });
  await ensureAdministrator(services, config);
  await services.heartbeats.restore();
  closing.push(startJobs(services, log));

  const schema = createSchema();
  const app = await createHttp(services, schema, log);
  closing.push(() => app.close());
  const live = createLiveServer(services, schema, log);
  const listeners: Listener[] = [];
  // All at once: nobody who is sent away from one port finds another open.
  closing.push(() => Promise.all([...listeners, live].map((door) => door.close())));
  for (const port of config.PORTS) listeners.push(await listen(app, live, config.HOST, port));
  if (config.CAPTCHA_FIXED_CODE)
    log.warn('CAPTCHA_FIXED_CODE is set: every captcha can be answered by anybody');
  return greeting(
    services,
    config,
    listeners.map(({ port }) => port),
  );
}

async function embedded(
  config: Config,
  closing: (() => Promise<unknown>)[],
  { lose, tell }: Told,
): Promise<string> {
  const abort = new AbortController();
  const starting = startEmbeddedPostgres({ dataDir: config.DATA_DIR, onLost: lose, signal: abort.signal });
  closing.push(async () => {
    abort.abort();
    await starting.then(
      (postgres) => postgres.stop(),
      () => {},
    );
  });
  const postgres = await starting;
  for (const note of postgres.notes) tell(note);
  return postgres.url;
}

/** Before anybody can call. Of several nodes that start at once, one creates the administrator. */
async function ensureAdministrator({ administration }: Services, config: Config): Promise<void> {
  const { ADMIN_ACCOUNT: account, ADMIN_PASSWORD: password } = config;
  if (!account || !password || (await administration.hasAdministrator())) return;
  try {
    await administration.createFirst(account, password, system);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    if (await administration.hasAdministrator()) return;
    throw invalidAdministrator(error);
  }
}

async function greeting(
  { administration, setupLink }: Services,
  config: Config,
  ports: number[],
): Promise<string> {
  const host = config.HOST.includes(':') ? `[${config.HOST}]` : config.HOST;
  const urls = ports.map((port) => `http://${host}:${port}`);
  const graphql = `GraphQL at ${config.PUBLIC_URL ?? urls[0]}/graphql (HTTP and WebSocket)`;
  const ready = `Gatehouse is ready: ${urls.join(' and ')}; ${graphql}`;
  if (await administration.hasAdministrator()) return `${ready}.`;
  return `${ready}; create the first administrator at ${setupLink.url(config.PUBLIC_URL ?? urls[0] ?? '')}`;
}
