import type { Database } from './database.js';

/** Which rows to delete, and how many in one statement. */
export interface Deletion {
  readonly table: string;
  /** SQL with `?` for each parameter. */
  readonly where: string;
  readonly parameters: readonly unknown[];
  readonly batchSize: number;
}

/**
 * Deletes rows in statements of their own, of which none holds its connection for long (see `limitHolds`) or keeps
 * others waiting.
 */
export async function deleteInBatches(
  db: Database,
  { table, where, parameters, batchSize }: Deletion,
): Promise<void> {
  const deleteBatch = `
    delete from ${table} where ctid = any (array(select ctid from ${table} where ${where} limit ${batchSize}))`;
  const em = db.em.fork();
  let deleted: number;
  do {
    const result = await em.execute<{ affectedRows: number }>(deleteBatch, [...parameters], 'run');
    deleted = result.affectedRows;
  } while (deleted === batchSize);
}
