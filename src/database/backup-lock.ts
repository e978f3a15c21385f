import type { EntityManager } from '@mikro-orm/postgresql';
import pg from 'pg';

/** The advisory lock of the backup that runs. Arbitrary; `exclusive.ts` has the other numbers. */
const LOCK = 7_284_117;
/** What else takes the lock holds it for milliseconds. */
const WAIT = '5s';
const LOCK_TIMEOUT = '55P03';

/**
 * Locks the packages of an installation for a backup, until the connection ends: none is removed.
 * @returns whether no other backup runs.
 */
export async function lockForBackup(client: pg.Client): Promise<boolean> {
  try {
    await client.query(`set lock_timeout = '${WAIT}'`);
    await client.query(`select pg_advisory_lock(${LOCK})`);
    return true;
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === LOCK_TIMEOUT) return false;
    throw error;
  } finally {
    await client.query('reset lock_timeout');
  }
}

/** Whether no backup runs. None starts before the end of the transaction then. */
export async function excludeBackup(em: EntityManager): Promise<boolean> {
  const [row] = await em.execute<{ isFree: boolean }[]>(
    `select pg_try_advisory_xact_lock(${LOCK}) as "isFree"`,
  );
  return row?.isFree === true;
}
