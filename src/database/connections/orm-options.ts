import { ReflectMetadataProvider } from '@mikro-orm/decorators/legacy';
import { Migrator } from '@mikro-orm/migrations';
import { defineConfig, type EntityClass, type Options } from '@mikro-orm/postgresql';
import type pg from 'pg';
import { migrations } from '../../../migrations/index.js';
import type { Tracing } from '../../tracing/tracing.js';
import { CircuitBreaker } from './circuit-breaker.js';
import { planConnection } from './connection-attempts.js';
import { failoverClient } from './failover-client.js';
import { releaseEnded } from './release-ended.js';
import { tracedDriver } from './traced-driver.js';

/** What takes part in the connections of a gateway. */
export interface ConnectionHooks {
  readonly breaker?: CircuitBreaker;
  /** Records statements. */
  readonly tracing?: Tracing | null;
}

/** Connections of one node. PostgreSQL's own default allows 100 in all. */
const POOL_SIZE = 20;

/** How long a request waits for a connection. */
const ACQUIRE_MS = 5000;

/**
 * Lets the server end statements and lock waits whose client has disconnected. Servers on Windows, and those before
 * version 14, cannot.
 */
const endWithConnection = (client: pg.Client): Promise<unknown> =>
  client.query(`set client_connection_check_interval = '2s'`).catch(() => {});

/**
 * The configuration of the ORM, for the gateway and for `npx mikro-orm`.
 * @param url as for `openDatabase`
 * @throws StartError as `planConnection`
 */
export function ormOptions(
  url: string,
  entities: EntityClass<object>[],
  { breaker = new CircuitBreaker(), tracing = null }: ConnectionHooks = {},
): Options {
  const plan = planConnection(url);
  const [{ host = '', port = 0, user, database = '', password } = {}] = plan.attempts;
  return defineConfig({
    ...(tracing === null ? {} : { driver: tracedDriver(tracing) }),
    host,
    port,
    dbName: database,
    ...(user === undefined ? {} : { user }),
    ...(typeof password === 'string' ? { password } : {}),
    driverOptions: {
      Client: failoverClient(plan, breaker),
      connectionTimeoutMillis: ACQUIRE_MS,
      onConnect: endWithConnection,
      onPoolCreated: releaseEnded,
    },
    entities,
    metadataProvider: ReflectMetadataProvider,
    metadataCache: { enabled: false },
    extensions: [Migrator],
    // Without a snapshot file, entities are compared with what the migrations have made of a real database.
    migrations: { migrationsList: migrations, tableName: 'migrations', snapshot: false },
    // Migrations alone create functions and triggers.
    schemaGenerator: { ignoreRoutines: true, ignoreTriggers: true },
    pool: { min: 0, max: POOL_SIZE },
    forceUtcTimezone: true,
  });
}
