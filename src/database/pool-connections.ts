import type pg from 'pg';
import { breakConnection } from './connections/circuit-breaker.js';
import type { Database } from './database.js';

/** How long a statement or a transaction may take before its backend counts as stopped. */
const MAX_HOLD_MS = 10_000;
/** A statement waits for a lock for this part of it: an administrator may lock a table for minutes. */
const LOCK_WAIT_SHARE = 0.2;

/**
 * From now on, breaks a connection that one statement or transaction has held for too long: one backend may hang while
 * others answer. Its statement fails as unavailable, and the pool opens another connection. A statement that waits for a
 * lock fails sooner.
 */
export async function limitHolds(db: Database, maxMs = MAX_HOLD_MS): Promise<void> {
  const pool = await poolOf(db);
  await limitLockWaits(pool, maxMs * LOCK_WAIT_SHARE);
  const timers = new WeakMap<pg.Client, NodeJS.Timeout>();
  pool.on('acquire', (client) => timers.set(client, setTimeout(breakConnection, maxMs, client)));
  pool.on('release', (_error, client) => clearTimeout(timers.get(client)));
}

async function limitLockWaits(pool: pg.Pool, maxMs: number): Promise<void> {
  const limit = (client: pg.ClientBase) => client.query(`set lock_timeout = ${maxMs}`);
  const { onConnect } = pool.options;
  pool.options.onConnect = async (client) => {
    await onConnect?.(client);
    await limit(client);
  };
  const idle = await Promise.all(Array.from({ length: pool.idleCount }, () => pool.connect()));
  for (const client of idle) await limit(client).finally(() => client.release());
}

/** The connections of the pool, and the statements and transactions that wait for one. */
export interface PoolUse {
  readonly used: number;
  readonly idle: number;
  readonly waiting: number;
  /** How many connections there may be. */
  readonly max: number;
}

export async function poolUse(db: Database): Promise<PoolUse> {
  const { totalCount, idleCount, waitingCount, options } = await poolOf(db);
  return { used: totalCount - idleCount, idle: idleCount, waiting: waitingCount, max: options.max };
}

export const poolOf = (db: Database): Promise<pg.Pool> => db.driver.getConnection().getNativeClient();
