import type pg from 'pg';

/** The advisory lock that the gateways on a database hold. Arbitrary; `exclusive.ts` has the other numbers. */
export const LOCK = 7_284_112;

const LOCKS_HERE = `pg_locks join pg_database on pg_database.oid = pg_locks.database
  where locktype = 'advisory' and objid = ${LOCK} and granted and datname = current_database()`;

/** A process of the server. The id alone may be used again after a restart of the server. */
export interface Backend {
  readonly pid: number;
  readonly startedAt: string;
}

/** @returns whether the lock is held now. */
export async function tryLock(client: pg.Client, isShared: boolean): Promise<boolean> {
  const take = isShared ? 'pg_try_advisory_lock_shared' : 'pg_try_advisory_lock';
  const { rows } = await client.query<{ taken: boolean }>(`select ${take}(${LOCK}) as taken`);
  return rows[0]?.taken ?? false;
}

/** Whether the backend of this connection holds the lock. */
export async function holdsLock(client: pg.Client): Promise<boolean> {
  const { rowCount } = await client.query(`select 1 from ${LOCKS_HERE} and pid = pg_backend_pid()`);
  return rowCount !== 0;
}

/** Ends a backend that still holds the lock. @returns whether there is one. */
export async function endHolder(client: pg.Client, { pid, startedAt }: Backend): Promise<boolean> {
  const { rowCount } = await client.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where pid = $1 and backend_start = $2 and exists (select 1 from ${LOCKS_HERE} and pg_locks.pid = $1)`,
    [pid, startedAt],
  );
  return rowCount !== 0;
}

export async function backendOf(client: pg.Client): Promise<Backend> {
  const { rows } = await client.query<Backend>(
    `select pid, backend_start::text as "startedAt" from pg_stat_activity where pid = pg_backend_pid()`,
  );
  return rows[0] ?? { pid: 0, startedAt: '' };
}

/**
 * The history of the server, which changes when a standby takes over: then, commits may be lost, and the snapshots that
 * nodes remember do not compare with those of the server.
 */
export async function timelineOf(client: pg.Client): Promise<string | undefined> {
  const { rows } = await client.query<{ timeline: string }>(
    'select left(pg_walfile_name(pg_current_wal_lsn()), 8) as timeline',
  );
  return rows[0]?.timeline;
}

/** How many gateways have started on the database. */
export async function startsOf(client: pg.Client): Promise<number | undefined> {
  const { rows } = await client.query<{ starts: number }>('select starts from fleet');
  return rows[0]?.starts;
}

/** Counts the start of a gateway. @returns how many there are now. */
export async function countStart(client: pg.Client): Promise<number | undefined> {
  const { rows } = await client.query<{ starts: number }>(
    'update fleet set starts = starts + 1 returning starts',
  );
  return rows[0]?.starts;
}
