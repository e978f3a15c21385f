import type pg from 'pg';
import { breakConnection } from './connections/circuit-breaker.js';
import type { Database } from './database.js';

/** How long a statement or a transaction may take before its backend counts as stopped. */
const MAX_HOLD_MS = 10_000;

/**
 * From now on, breaks a connection that one statement or transaction has held for too long: one backend may hang while
 * others answer. Its statement fails as unavailable, and the pool opens another connection.
 */
export async function limitHolds(db: Database, maxMs = MAX_HOLD_MS): Promise<void> {
  const pool = await poolOf(db);
  const timers = new WeakMap<pg.Client, NodeJS.Timeout>();
  pool.on('acquire', (client) => timers.set(client, setTimeout(breakConnection, maxMs, client)));
  pool.on('release', (_error, client) => clearTimeout(timers.get(client)));
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
