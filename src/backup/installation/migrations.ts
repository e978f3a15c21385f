import type pg from 'pg';
import { migrations } from '../../../migrations/index.js';
import { BackupError } from '../archive/backup-error.js';

/** The names of the migrations of this version, oldest first. */
export const knownMigrations: readonly string[] = migrations.map(({ name }) => name);

/** The names of the migrations of a database, oldest first. None if it has no tables yet. */
export async function appliedMigrations(client: pg.ClientBase): Promise<string[]> {
  const { rows: tables } = await client.query(`select 1 where to_regclass('migrations') is not null`);
  if (tables.length === 0) return [];
  const { rows } = await client.query<{ name: string }>('select name from migrations order by id');
  return rows.map(({ name }) => name);
}

/** @returns the migrations of a database. @throws BackupError unless they are those of this version. */
export async function requireCurrentMigrations(client: pg.ClientBase): Promise<string[]> {
  const applied = await appliedMigrations(client);
  const problem = migrationProblem(applied);
  if (problem !== null) throw new BackupError(problem);
  return applied;
}

/** How the migrations of a database differ from those of this version, as a sentence; null if they do not. */
export function migrationProblem(applied: readonly string[]): string | null {
  if (applied.length === 0) return 'The database has no tables: start the gateway first.';
  const newer = applied.find((name) => !knownMigrations.includes(name));
  if (newer) return `The database is of a newer version of Gatehouse: it has the migration ${newer}.`;
  const pending = knownMigrations.find((name) => !applied.includes(name));
  if (pending)
    return `The database lacks the migration ${pending}: start the gateway, or run gatehouse migrate.`;
  return null;
}
