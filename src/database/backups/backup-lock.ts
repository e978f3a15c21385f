import type { EntityManager } from '@mikro-orm/postgresql';
import type pg from 'pg';

/** Advisory locks: of the backup that runs, and of the packages that it needs. `exclusive.ts` has the other numbers. */
const RUN = 7_284_120;
const PACKAGES = 7_284_117;

/**
 * Locks the packages of an installation for a backup, until the connection ends: none is removed.
 * @returns whether no other backup runs.
 */
export async function lockForBackup(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ isFree: boolean }>(`select pg_try_advisory_lock(${RUN}) as "isFree"`);
  if (!rows[0]?.isFree) return false;
  // Waits for packages that are being removed.
  await client.query(`select pg_advisory_lock(${PACKAGES})`);
  return true;
}

/** Whether no backup runs. None starts before the end of the transaction then. */
export async function excludeBackup(em: EntityManager): Promise<boolean> {
  const [row] = await em.execute<{ isFree: boolean }[]>(
    `select pg_try_advisory_xact_lock_shared(${PACKAGES}) as "isFree"`,
  );
  return row?.isFree === true;
}
