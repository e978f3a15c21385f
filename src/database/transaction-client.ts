import type { EntityManager } from '@mikro-orm/postgresql';
import type pg from 'pg';
import type { Database } from './database.js';
import { poolOf } from './pool-connections.js';

/**
 * Runs `work` in a transaction of which it gets the connection, for what the ORM cannot do, such as COPY. Nothing else
 * may use `db` until the transaction has begun.
 */
export async function withTransactionClient<T>(
  db: Database,
  work: (em: EntityManager, client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const pool = await poolOf(db);
  const acquired = Promise.withResolvers<pg.PoolClient>();
  pool.once('acquire', acquired.resolve);
  return db.em.fork().transactional(async (em) => {
    // Opens the transaction.
    await em.execute('select 1');
    const client = await acquired.promise;
    // A connection that ends while no statement runs would be an uncaught exception without a listener.
    client.on('error', () => {});
    return work(em, client);
  });
}
