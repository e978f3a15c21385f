import type { EntityManager } from '@mikro-orm/postgresql';
import type pg from 'pg';
import type { Database } from '../../database/database.js';
import { BackupError } from '../archive/backup-error.js';
import { knownMigrations } from '../installation/migrations.js';
import { entityTables } from '../installation/tables.js';

/** A transaction, as the ORM and as the driver see it. */
export interface Transaction {
  readonly em: EntityManager;
  readonly client: pg.ClientBase;
}

/**
 * Makes the schema of an empty installation again, as it was after a migration.
 * @param last the name of the migration.
 */
export async function recreateSchema(db: Database, { em, client }: Transaction, last: string): Promise<void> {
  for (const table of entityTables(db)) {
    await client.query(`drop table if exists ${client.escapeIdentifier(table)} cascade`);
  }
  for (const routine of await routinesOf(client)) await client.query(`drop routine ${routine}`);
  await client.query('delete from migrations');
  await migrateTo(db, em, last);
}

/** Applies the migrations of this version that are missing. */
export const migrateUp = (db: Database, { em }: Transaction): Promise<void> =>
  migrateTo(db, em, knownMigrations.at(-1) ?? '');

async function migrateTo(db: Database, em: EntityManager, last: string): Promise<void> {
  const transaction = em.getTransactionContext();
  if (!transaction) throw new BackupError('The migrations must run in a transaction.');
  await db.migrator.up({ to: last, transaction });
}

/** The role's own functions and procedures in the schema of the gateway, without those of extensions. */
async function routinesOf(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select oid::regprocedure::text as name from pg_proc
     where pronamespace = current_schema()::regnamespace and proowner = current_user::regrole and not exists (
       select 1 from pg_depend where objid = pg_proc.oid and classid = 'pg_proc'::regclass and deptype = 'e')`,
  );
  return rows.map(({ name }) => name);
}
