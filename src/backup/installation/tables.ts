import type pg from 'pg';
import type { Database } from '../../database/database.js';
import type { Table } from '../archive/manifest.js';

/** A table with the columns that are in an archive. */
export type TableColumns = Pick<Table, 'name' | 'columns'>;

/** What is not restored: an installation is a fleet of its own, with a Redis and with backups of its own. */
const OF_INSTALLATION: ReadonlySet<string> = new Set(['fleet', 'presence_position', 'last_backup']);

/** Columns about the transactions of one server. Their default values serve as well. */
const OF_SERVER = { tables: ['session_revocations', 'audit_entries'], column: 'transaction' };

/** The tables of all entities. */
export function entityTables(db: Database): string[] {
  return [...db.getMetadata().getAll().values()].flatMap(({ tableName }) => tableName ?? []);
}

/** The tables that an archive has, in the order of their names. @param client of a migrated database. */
export async function archivedTables(client: pg.ClientBase, db: Database): Promise<TableColumns[]> {
  const names = entityTables(db).filter((name) => !OF_INSTALLATION.has(name));
  const { rows } = await client.query<{ name: string; columns: string[] }>(
    `select relname as name, array_agg(attname::text order by attnum) as columns
     from pg_class join pg_attribute on attrelid = pg_class.oid
     where relnamespace = current_schema()::regnamespace and relname = any($1) and attnum > 0
       and not attisdropped and attgenerated = '' and not (relname = any($2) and attname = $3)
     group by relname order by relname`,
    [names, OF_SERVER.tables, OF_SERVER.column],
  );
  return rows;
}

/** The sequences of these tables, with their last values. */
export async function readSequences(
  client: pg.ClientBase,
  tables: readonly TableColumns[],
): Promise<Record<string, string | null>> {
  const { rows } = await client.query<{ name: string; value: string | null }>(
    `select sequencename as name, last_value::text as value from pg_sequences
     where schemaname = current_schema() and exists (
       select 1 from unnest($1::text[]) as t
       where pg_get_serial_sequence(quote_ident(t), 'id')::regclass = quote_ident(sequencename)::regclass)
     order by sequencename`,
    [tables.filter(({ columns }) => columns.includes('id')).map(({ name }) => name)],
  );
  return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
}

/** `"name" ("id", "at")`, for COPY. */
export const copyTarget = (client: pg.ClientBase, { name, columns }: TableColumns): string =>
  `${client.escapeIdentifier(name)} (${columns.map((column) => client.escapeIdentifier(column)).join(', ')})`;
