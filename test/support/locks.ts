import pg from 'pg';
import type { TestGateway } from './gateway.js';

/** The number of connections that wait for a lock in this gateway's database. */
export async function lockWaiters({ services }: TestGateway): Promise<number> {
  const rows = await services.db.em
    .fork()
    .execute<{ pid: number }[]>(
      `select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
  return rows.length;
}

/** Locks a table for all other connections. @returns a function that unlocks it. */
export async function lockTable({ databaseUrl }: TestGateway, table: string): Promise<() => Promise<void>> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  await client.query('begin');
  await client.query(`lock table ${table}`);
  return async () => {
    await client.query('commit');
    await client.end();
  };
}
