import pg from 'pg';
import { superuser } from './cluster.js';

/** What a process uses the server for. */
export type Role = 'gateway' | 'command';

const applicationName = (role: Role): string => `gatehouse ${role}`;

/** Connects as the superuser to the server on this machine's `port`. @throws what `pg` throws. */
export async function connect(port: number, password: string, role: Role): Promise<pg.Client> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user: superuser,
    password,
    database: 'postgres',
    application_name: applicationName(role),
    connectionTimeoutMillis: 5_000,
  });
  // The server ends this connection when it stops, which would be an uncaught exception without a listener.
  client.on('error', () => {});
  await client.connect();
  return client;
}

/**
 * Takes the lock that one gateway holds on its cluster. The lock lasts as long as the connection, so it ends with the
 * process even after a crash, and a reused process id cannot be mistaken for its holder.
 * @returns whether the lock was free.
 */
export async function takeLock(client: pg.Client): Promise<boolean> {
  try {
    // The server needs a moment to notice that the holder was killed.
    await client.query("SET lock_timeout = '1s'");
    await client.query('SELECT pg_advisory_lock(1)');
    return true;
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === '55P03') return false;
    throw error;
  }
}

/** The `cluster_name` of a server, which records the process that started it. */
export const clusterNameOf = (pid: number): string => `gatehouse of ${pid}`;

/** The id of the process that started the server; 0 if unknown. */
export async function starterPid(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ cluster_name: string }>('SHOW cluster_name');
  return Number(/^gatehouse of (\d+)$/.exec(rows[0]?.cluster_name ?? '')?.[1] ?? 0);
}

/** Whether a process holds the lock of `takeLock`: any one, or one of that role. */
export async function isLocked(client: pg.Client, role?: Role): Promise<boolean> {
  const held = await client.query(
    `SELECT 1 FROM pg_locks JOIN pg_stat_activity USING (pid)
       WHERE locktype = 'advisory' AND objid = 1 AND granted AND ($1::text IS NULL OR application_name = $1)
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    [role ? applicationName(role) : null],
  );
  return held.rowCount !== 0;
}

/** Marks this process as a user of a server that another process will stop, for as long as the connection lasts. */
export async function markSharing(client: pg.Client): Promise<void> {
  await client.query('SELECT pg_advisory_lock_shared(2)');
}

/** Waits until no process is marked by `markSharing`. */
export async function awaitSharers(client: pg.Client): Promise<void> {
  await client.query('SELECT pg_advisory_lock(2)');
}

/** Creates the database of the gateway if it does not exist. */
export async function ensureDatabase(client: pg.Client): Promise<void> {
  const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [superuser]);
  if (found.rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(superuser)}`);
}
