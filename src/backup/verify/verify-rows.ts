import type pg from 'pg';
import type { Database } from '../../database/database.js';
import { entityTables } from '../installation/tables.js';

/** Rules that no constraint enforces, each with a query of the rows that break it. */
const INVARIANTS: readonly { readonly problem: string; readonly broken: string }[] = [
  {
    problem: 'device_counts has other numbers than devices',
    broken: `select from (
               select door, client_version, online, devices from device_counts
               union all select door, client_version, online, -count(*) from devices where retired_at is null group by 1, 2, 3
             ) as changes group by door, client_version, online having sum(devices) <> 0`,
  },
  {
    problem: 'users have other login names than their username and phone',
    broken: `select from users left join (select user_id, count(*) as names from login_names group by 1) as l
               on l.user_id = users.id
             where (username is not null)::int + (phone is not null)::int <> coalesce(names, 0)`,
  },
  {
    problem: 'releases lack the event of their publication or withdrawal',
    broken: `select from releases left join (
                 select release_id, count(*) filter (where type = 'PUBLISHED') as published,
                   count(*) filter (where type = 'WITHDRAWN') as withdrawn from release_events group by 1
               ) as e on e.release_id = releases.id
             where published is distinct from 1 or (withdrawn = 1) is distinct from (withdrawn_at is not null)`,
  },
  {
    problem: 'devices have a session of another user',
    broken: `select from devices join sessions on sessions.id = devices.session_id
             where sessions.user_id <> devices.user_id`,
  },
  ...['fleet', 'presence_clock', 'presence_position'].map((table) => ({
    problem: `${table} must have one row`,
    broken: `select from ${table} having count(*) <> 1`,
  })),
];

/**
 * Compares the rows of a database with each other. Indexes are not used, since they may be what is wrong.
 * @param client in a transaction that sees one snapshot of the tables of this version.
 * @returns the problems.
 */
export async function verifyRows(client: pg.ClientBase, db: Database): Promise<string[]> {
  await client.query(
    'set local statement_timeout = 0; set local enable_indexscan = off; set local enable_indexonlyscan = off; set local enable_bitmapscan = off',
  );
  const tables = entityTables(db);
  return [
    ...(await schemaProblems(client, db, tables)),
    ...(await duplicates(client, tables)),
    ...(await orphans(client, tables)),
    ...(await sequenceProblems(client, tables)),
    ...(await brokenInvariants(client)),
  ];
}

async function schemaProblems(client: pg.ClientBase, db: Database, tables: string[]): Promise<string[]> {
  const missing = await db.schema.getUpdateSchemaSQL({ wrap: false });
  const { rows } = await client.query<{ problem: string }>(
    `select format('the trigger %s of %s is disabled', tgname, tgrelid::regclass) as problem from pg_trigger
       where tgrelid = any($1::text[]::regclass[]) and not tgisinternal and tgenabled <> 'O'
     union all
     select format('the index %s of %s is invalid', indexrelid::regclass, indrelid::regclass) from pg_index
       where indrelid = any($1::text[]::regclass[]) and not indisvalid
     union all
     select format('the constraint %s of %s was not checked', conname, conrelid::regclass) from pg_constraint
       where conrelid = any($1::text[]::regclass[]) and not convalidated`,
    [tables],
  );
  return [
    ...missing
      .split('\n')
      .filter(Boolean)
      .map((sql) => `the schema lacks: ${sql}`),
    ...rows.map(({ problem }) => problem),
  ];
}

interface KeyColumns {
  readonly name: string;
  readonly table: string;
  readonly columns: string[];
  readonly parent: string | null;
  readonly parentColumns: string[] | null;
}

/** @param types as in `pg_constraint.contype` */
async function constraintColumns(
  client: pg.ClientBase,
  tables: string[],
  types: string[],
): Promise<KeyColumns[]> {
  const columnsOf = (relation: string, keys: string) =>
    `(select array_agg(quote_ident(attname) order by position) from unnest(${keys}) with ordinality as k(number, position)
      join pg_attribute on attrelid = ${relation} and attnum = number)`;
  const { rows } = await client.query<KeyColumns>(
    `select conname as name, conrelid::regclass::text as table, ${columnsOf('conrelid', 'conkey')} as columns,
       nullif(confrelid, 0)::regclass::text as parent, ${columnsOf('confrelid', 'confkey')} as "parentColumns"
     from pg_constraint where conrelid = any($1::text[]::regclass[]) and contype::text = any($2)
     order by conrelid::regclass::text, conname`,
    [tables, types],
  );
  return rows;
}

async function duplicates(client: pg.ClientBase, tables: string[]): Promise<string[]> {
  const problems: string[] = [];
  for (const { table, columns } of await constraintColumns(client, tables, ['p', 'u'])) {
    const list = columns.join(', ');
    const notNull = columns.map((column) => `${column} is not null`).join(' and ');
    const found = await countRows(
      client,
      `select from ${table} where ${notNull} group by ${list} having count(*) > 1`,
    );
    if (found > 0) problems.push(`${table} has several rows with the same ${list}${times(found)}`);
  }
  return problems;
}

async function orphans(client: pg.ClientBase, tables: string[]): Promise<string[]> {
  const problems: string[] = [];
  for (const { table, columns, parent, parentColumns } of await constraintColumns(client, tables, ['f'])) {
    const equal = columns.map((column, index) => `c.${column} = p.${parentColumns?.[index]}`).join(' and ');
    const notNull = columns.map((column) => `c.${column} is not null`).join(' and ');
    const found = await countRows(
      client,
      `select from ${table} c where ${notNull} and not exists (select from ${parent} p where ${equal})`,
    );
    if (found > 0) problems.push(`${table} has rows whose ${columns} is not in ${parent}${times(found)}`);
  }
  return problems;
}

/** Without `roles`, whose ids are chosen. */
async function sequenceProblems(client: pg.ClientBase, tables: string[]): Promise<string[]> {
  const { rows } = await client.query<{ table: string; column: string; sequence: string }>(
    `select attrelid::regclass::text as table, quote_ident(attname) as column, objid::regclass::text as sequence
     from pg_depend join pg_class on pg_class.oid = objid and relkind = 'S'
       join pg_attribute on attrelid = refobjid and attnum = refobjsubid
     where classid = 'pg_class'::regclass and deptype in ('a', 'i') and refobjid = any($1::text[]::regclass[])`,
    [tables.filter((name) => name !== 'roles')],
  );
  const problems: string[] = [];
  for (const { table, column, sequence } of rows) {
    const behind = await countRows(
      client,
      `select from ${table} having max(${column}) > (select case when is_called then last_value else 0 end from ${sequence})`,
    );
    if (behind > 0) problems.push(`the next ${column} of ${table} is in use already`);
  }
  return problems;
}

async function brokenInvariants(client: pg.ClientBase): Promise<string[]> {
  const problems: string[] = [];
  for (const { problem, broken } of INVARIANTS) {
    const found = await countRows(client, broken);
    if (found > 0) problems.push(problem + times(found));
  }
  return problems;
}

const times = (count: number): string => (count === 1 ? '' : ` (${count} times)`);

async function countRows(client: pg.ClientBase, query: string): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    `select count(*)::int as count from (${query}) as found`,
  );
  return rows[0]?.count ?? 0;
}
