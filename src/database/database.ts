import { type EntityClass, MikroORM } from '@mikro-orm/postgresql';
import { StartError } from '../errors.js';
import type { CircuitBreaker } from './connections/circuit-breaker.js';
import { planConnection } from './connections/connection-attempts.js';
import { type ConnectionHooks, ormOptions } from './connections/orm-options.js';
import { reasonOf } from './reason.js';

export type Database = MikroORM;

/** Statements may take so long to end when the connections are closed. */
const CLOSE_MS = 1000;

/**
 * Connects to PostgreSQL; the schema may still be older than the code (see `migrate` in `entities.ts`).
 * @param url a connection URI of PostgreSQL, as `parseDatabaseUrl` accepts it.
 * @throws StartError if the URL is invalid or the database cannot be reached.
 */
export async function openDatabase(
  url: string,
  entities: EntityClass<object>[],
  hooks: ConnectionHooks = {},
): Promise<Database> {
  // Without the reports of the migrator, which would precede the start message.
  const orm = await MikroORM.init({ ...ormOptions(url, entities, hooks), logger: () => {} });
  const reason = await orm.em.execute('select 1').then(() => null, reasonOf);
  if (reason === null) return orm;
  await orm.close(true);
  throw new StartError(`The database ${planConnection(url).name} cannot be reached: ${reason}.`);
}

/**
 * Closes all connections. Statements that are still running, such as those that wait for a lock, are broken off.
 * @param breaker of `openDatabase`
 */
export async function closeDatabase(db: Database, breaker: CircuitBreaker): Promise<void> {
  const cut = setTimeout(() => breaker.open(), CLOSE_MS);
  await db.close(true).finally(() => clearTimeout(cut));
}
