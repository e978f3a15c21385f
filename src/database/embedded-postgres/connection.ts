import pg from 'pg';
import { superuser } from './cluster.js';

/** Connects as the superuser to the server on this machine's `port`. @throws what `pg` throws. */
export async function connect(port: number, password: string): Promise<pg.Client> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user: superuser,
    password,
    database: 'postgres',
    connectionTimeoutMillis: 5_000,
  });
  // The server ends this connection when it stops; without a listener that would be an uncaught exception.
  client.on('error', () => {});
  await client.connect();
  return client;
}

/**
 * Takes the one lock of a gateway on its cluster. It lasts as long as the connection, so it ends with the
 * process however that ends, and no process id that is used again can be mistaken for its holder.
 * @returns whether it was free.
 */
export async function takeLock(client: pg.Client): Promise<boolean> {
  try {
    // A holder that was just killed is noticed by the server within moments.
    await client.query("SET lock_timeout = '1s'");
    await client.query('SELECT pg_advisory_lock(1)');
    return true;
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === '55P03') return false;
    throw error;
  }
}

/** What a server is called, so that it is known who started it. @param pid of the gateway or command. */
export const starterName = (pid: number): string => `gatehouse of ${pid}`;

/** The process that started the server; 0 where it does not say. */
export async function starterOf(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ cluster_name: string }>('SHOW cluster_name');
  return Number(/^gatehouse of (\d+)$/.exec(rows[0]?.cluster_name ?? '')?.[1] ?? 0);
}

/** Whether some process holds that lock; it is not touched. */
export async function isLocked(client: pg.Client): Promise<boolean> {
  const held = await client.query(
    `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = 1 AND granted
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  );
  return held.rowCount !== 0;
}

/** Says that this process uses a server that another one stops: for as long as the connection lasts. */
export async function markSharing(client: pg.Client): Promise<void> {
  await client.query('SELECT pg_advisory_lock_shared(2)');
}

/** Waits until nobody says so any more. */
export async function awaitSharers(client: pg.Client): Promise<void> {
  await client.query('SELECT pg_advisory_lock(2)');
}

/** Creates the database of the gateway where it is missing. */
export async function ensureDatabase(client: pg.Client): Promise<void> {
  const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [superuser]);
  if (found.rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(superuser)}`);
}
