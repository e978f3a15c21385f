import type pg from 'pg';

/** Sorting for an index in memory is several times as fast as on disk. */
const SORT_MEMORY = '256MB';

interface Definition {
  /** Quoted. */
  readonly table: string;
  readonly name: string;
  readonly definition: string;
}

/**
 * Drops the indexes, keys and foreign keys of tables and disables their triggers, so that rows are loaded in any order
 * and without work for each one. In the transaction of `client`.
 * @returns a function that makes them again, which checks all rows.
 */
export async function suspendConstraints(
  client: pg.ClientBase,
  tables: readonly string[],
): Promise<() => Promise<void>> {
  const foreignKeys = await constraintsOf(client, tables, ['f']);
  const keys = await constraintsOf(client, tables, ['p', 'u', 'x']);
  const indexes = await indexesOf(client, tables);
  for (const { table, name } of [...foreignKeys, ...keys]) {
    await client.query(`alter table ${table} drop constraint ${client.escapeIdentifier(name)}`);
  }
  for (const { name } of indexes) await client.query(`drop index ${client.escapeIdentifier(name)}`);
  const setTriggers = async (state: 'enable' | 'disable') => {
    for (const table of tables) {
      await client.query(`alter table ${client.escapeIdentifier(table)} ${state} trigger user`);
    }
  };
  await setTriggers('disable');
  return async () => {
    await client.query(`set local maintenance_work_mem = '${SORT_MEMORY}'`);
    const add = async ({ table, name, definition }: Definition) => {
      await client.query(
        `alter table ${table} add constraint ${client.escapeIdentifier(name)} ${definition}`,
      );
    };
    for (const key of keys) await add(key);
    for (const { definition } of indexes) await client.query(definition);
    for (const foreignKey of foreignKeys) await add(foreignKey);
    await setTriggers('enable');
  };
}

async function constraintsOf(
  client: pg.ClientBase,
  tables: readonly string[],
  types: readonly string[],
): Promise<Definition[]> {
  const { rows } = await client.query<Definition>(
    `select conrelid::regclass::text as table, conname as name, pg_get_constraintdef(oid) as definition
     from pg_constraint
     where connamespace = current_schema()::regnamespace and contype::text = any($2)
       and conrelid = any(select quote_ident(t)::regclass from unnest($1::text[]) as t)
     order by conrelid::regclass::text, conname`,
    [tables, types],
  );
  return rows;
}

/** Without those of keys. */
async function indexesOf(client: pg.ClientBase, tables: readonly string[]): Promise<Definition[]> {
  const { rows } = await client.query<Definition>(
    `select indrelid::regclass::text as table, relname as name, pg_get_indexdef(indexrelid) as definition
     from pg_index join pg_class on pg_class.oid = indexrelid
     where indrelid = any(select quote_ident(t)::regclass from unnest($1::text[]) as t)
       and not exists (select 1 from pg_constraint where conindid = indexrelid)
     order by relname`,
    [tables],
  );
  return rows;
}
