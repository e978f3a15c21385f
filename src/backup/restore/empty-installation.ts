import type pg from 'pg';
import { builtInRoles } from '../../users/permissions.js';
import { BackupError } from '../archive/backup-error.js';
import type { Manifest } from '../archive/manifest.js';
import { restoredAt } from './restored-at.js';

/** Tables in which each start, or each migration, writes. */
const WRITTEN_BY_START = [
  'migrations',
  'roles',
  'fleet',
  'fleet_minutes',
  'fleet_hours',
  'presence_clock',
  'presence_position',
];

/**
 * A database is empty if it has no tables, or nothing but what a start without ADMIN_ACCOUNT has made in them.
 * @param own the tables of a gateway.
 * @param createdAt of the archive that is to be restored.
 * @throws BackupError that names what the database has, or says that it has the archive.
 */
export async function requireEmptyDatabase(
  client: pg.ClientBase,
  own: readonly string[],
  createdAt: string,
): Promise<void> {
  const tables = await tablesOf(client);
  const foreign = tables.find((table) => !own.includes(table) && table !== 'migrations');
  if (foreign !== undefined)
    throw notEmpty(`its database has the table ${foreign}, which is not of a gateway`);
  const at = tables.includes('audit_entries') ? await restoredAt(client, createdAt) : null;
  if (at !== null) {
    throw new BackupError(`The archive was restored into this installation already, ${at.toISOString()}.`);
  }
  for (const table of tables.filter((name) => !WRITTEN_BY_START.includes(name))) {
    const { rowCount } = await client.query(`select 1 from ${client.escapeIdentifier(table)} limit 1`);
    if (rowCount !== 0) throw notEmpty(`its database has rows in ${table}`);
  }
  if (tables.includes('roles')) await requireBuiltInRoles(client);
}

/** Packages of the archive are allowed, since a restore that was killed may have left them. */
export function requireEmptyStorage(stored: ReadonlySet<string>, { packages }: Manifest): void {
  const others = [...stored.difference(new Set(packages.map(({ sha256 }) => sha256)))];
  if (others.length === 0) return;
  const count = others.length === 1 ? 'a package' : `${others.length} packages`;
  throw notEmpty(`its storage has ${count} that the archive does not have, such as ${others[0]}`);
}

/** The tables in the schema of the gateway, without those of extensions. */
async function tablesOf(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select relname as name from pg_class
     where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p') and not exists (
       select 1 from pg_depend where objid = pg_class.oid and classid = 'pg_class'::regclass and deptype = 'e')
     order by relname`,
  );
  return rows.map(({ name }) => name);
}

async function requireBuiltInRoles(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ code: string }>('select code from roles where code <> all ($1)', [
    Object.keys(builtInRoles),
  ]);
  if (rows[0]) throw notEmpty(`its database has the role ${rows[0].code}`);
}

const notEmpty = (reason: string) =>
  new BackupError(
    `A backup is restored into an empty installation only, and this one is not empty: ${reason}.`,
  );
