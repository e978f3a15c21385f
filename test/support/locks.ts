import pg from 'pg';
import type { TestGateway } from './gateway.js';

/** How many wait for a lock in this gateway's database now. */
export async function lockWaiters({ services }: TestGateway): Promise<number> {
  const rows = await services.db.em
    .fork()
    .execute<{ pid: number }[]>(
      `select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
  return rows.length;
}

/** Keeps everybody else from a table. @returns lets go of it. */
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
