import { setTimeout } from 'node:timers/promises';
import type pg from 'pg';
import { StartError } from '../../errors.js';
import { connectClient } from '../connections/failover-client.js';
import type { Database } from '../database.js';
import { reasonOf } from '../reason.js';
import { HeldLock, type HeldLockOptions } from './held-lock.js';
import { backendOf, LOCK, tryLock } from './lock-statements.js';

/** How long a supervisor that replaces a gateway may take to end the previous one. */
const WAIT_MS = 30_000;
const RETRY_MS = 250;
/** Connections of a pooler that are tried before it is trusted to keep backends apart. */
const PROBES = 3;

export interface GatewayLockOptions extends HeldLockOptions {
  /** Aborts the wait for another gateway. */
  readonly signal: AbortSignal;
}

/**
 * Takes the lock of the gateways on a database, over a connection of its own, and supervises that connection.
 * @param url as for `openDatabase`; its connections must keep their backends.
 * @param db the connections of the services, which must be to the same database.
 * @throws StartError if a gateway that excludes this one holds the lock for 30 seconds, if a pooler changes backends, or if `db` is of
 * another database.
 */
export async function lockGateway(url: string, db: Database, options: GatewayLockOptions): Promise<HeldLock> {
  const client = await connectClient(url).catch((error: unknown) => {
    throw new StartError(`The connection that locks the database cannot be opened: ${reasonOf(error)}.`);
  });
  try {
    await requireOwnBackend(client, url);
    await takeLock(client, options);
    await requireLocked(db, await pidOf(client));
  } catch (error) {
    await client.end();
    throw error;
  }
  return HeldLock.supervise(client, url, options);
}

/** Takes the lock until the connection ends, for what no gateway may run beside. @returns whether it was free. */
export async function tryGatewayLock(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>(`select pg_try_advisory_lock(${LOCK}) as taken`);
  return rows[0]?.taken === true;
}

async function takeLock(
  client: pg.Client,
  { isShared, signal }: Pick<GatewayLockOptions, 'isShared' | 'signal'>,
): Promise<void> {
  for (const end = performance.now() + WAIT_MS; ; await setTimeout(RETRY_MS, undefined, { signal })) {
    if (await tryLock(client, isShared)) return;
    if (performance.now() > end) {
      throw new StartError(
        isShared
          ? 'A gateway without REDIS_URL is running on this database: stop it first, since it shares nothing with this one.'
          : 'Another gateway is running on this database: stop it first, since devices of one would be offline at the other.',
      );
    }
  }
}

/** @throws StartError if the locked database is not this one. */
async function requireLocked(db: Database, pid: number): Promise<void> {
  const locks = await db.em.execute(
    `select 1 from pg_locks join pg_database on pg_database.oid = database
     where locktype = 'advisory' and objid = ${LOCK} and pid = ? and datname = current_database()`,
    [pid],
  );
  if (locks.length > 0) return;
  throw new StartError(
    'The lock of the gateway is on another database than its data: DATABASE_DIRECT_URL must name the database of DATABASE_URL.',
  );
}

/** @throws StartError if transactions of one connection may reach different backends, which do not share a lock. */
async function requireOwnBackend(client: pg.Client, url: string): Promise<void> {
  const pid = await pidOf(client);
  // A pooler answers with an id of its own.
  const isDirect = 'processID' in client && client.processID === pid && (await pidOf(client)) === pid;
  if (isDirect || (await keepsBackend(client, pid, url))) return;
  throw new StartError(
    'The connections of DATABASE_URL change their backend between transactions, as those of PgBouncer do: ' +
      'set DATABASE_DIRECT_URL to the database without the pooler, for the lock of the gateway.',
  );
}

const pidOf = async (client: pg.Client): Promise<number> => (await backendOf(client)).pid;

/** Whether transactions of other connections get other backends. */
async function keepsBackend(client: pg.Client, pid: number, url: string): Promise<boolean> {
  const others: pg.Client[] = [];
  try {
    for (let probe = 0; probe < PROBES; probe++) {
      const other = await connectClient(url);
      others.push(other);
      await other.query('begin');
      if ((await pidOf(other)) === pid || (await pidOf(client)) !== pid) return false;
    }
    return true;
  } finally {
    await Promise.all(others.map((other) => other.end()));
  }
}
