import { pino } from 'pino';
import { migrate, openDatabase } from './adapters/database.js';
import { startEmbeddedPostgres } from './adapters/embedded-postgres.js';
import { generatedSecret } from './adapters/secrets.js';
import type { Config } from './config.js';
import { createLiveServer } from './graphql/live.js';
import { createSchema } from './graphql/schema.js';
import { createHttp, doors } from './http.js';
import { startJobs } from './jobs.js';
import { listen } from './listen.js';
import { loggedError } from './logged-error.js';
import { createServices, type Services } from './services.js';

const system = { userId: null, address: null };

/** A gateway that listens. */
export interface Gateway {
  /** One line for the operator: every URL, and the set-up link while nobody administers. */
  readonly greeting: string;
  /** Drains and stops everything that was started, in reverse. */
  close(): Promise<void>;
}

/**
 * Starts everything: database, migrations, services, doors, ports.
 * @throws StartError in one sentence; what had been started is stopped again.
 */
export async function start(config: Config): Promise<Gateway> {
  const closing: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const stop of closing.splice(0).reverse()) await stop();
  };
  try {
    return { greeting: await open(config, closing), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function open(config: Config, closing: (() => Promise<unknown>)[]): Promise<string> {
  const log = pino({ level: config.LOG_LEVEL, serializers: { err: loggedError } });
  const db = await openDatabase(
    config.DATABASE_URL ?? (await embedded(config, closing, (line) => log.error(line))),
  );
  closing.push(() => db.close(true));
  await migrate(db);
  const jwtSecrets = config.JWT_SECRETS ?? [await generatedSecret(config.DATA_DIR)];
  const services = createServices(config, { db, jwtSecrets, clock: Date.now, doors });
  await services.heartbeats.restore();
  closing.push(startJobs(services, log));

  const schema = createSchema();
  const app = await createHttp(services, schema, log);
  closing.push(() => app.close());
  const live = createLiveServer(services, schema, log);
  const ports: number[] = [];
  for (const port of config.PORTS) {
    const listener = await listen(app, live, config.HOST, port);
    ports.push(listener.port);
    closing.push(() => listener.close());
  }
  closing.push(() => live.close());
  if (config.CAPTCHA_FIXED_CODE)
    log.warn('CAPTCHA_FIXED_CODE is set: every captcha can be answered by anybody');
  return greeting(services, config, ports);
}

async function embedded(
  config: Config,
  closing: (() => Promise<unknown>)[],
  complain: (line: string) => void,
): Promise<string> {
  const postgres = await startEmbeddedPostgres({ dataDir: config.DATA_DIR, log: complain });
  closing.push(() => postgres.stop());
  for (const note of postgres.notes) process.stdout.write(`${note}\n`);
  return postgres.url;
}

async function greeting(
  { administration, setupLink }: Services,
  config: Config,
  ports: number[],
): Promise<string> {
  if (config.ADMIN_ACCOUNT && config.ADMIN_PASSWORD && !(await administration.hasAdministrator())) {
    await administration.createFirst(config.ADMIN_ACCOUNT, config.ADMIN_PASSWORD, system);
  }
  const host = config.HOST.includes(':') ? `[${config.HOST}]` : config.HOST;
  const urls = ports.map((port) => `http://${host}:${port}`);
  const graphql = `GraphQL at ${config.PUBLIC_URL ?? urls[0]}/graphql (HTTP and WebSocket)`;
  const ready = `Gatehouse is ready: ${urls.join(' and ')}; ${graphql}`;
  if (await administration.hasAdministrator()) return `${ready}.`;
  return `${ready}; create the first administrator at ${setupLink.url(config.PUBLIC_URL ?? urls[0] ?? '')}`;
}
