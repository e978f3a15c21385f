import type pg from 'pg';

/**
 * Takes connections out of a pool when they end, such as those that the server closes. Kysely does not release a
 * connection whose `begin`, `commit` or `rollback` fails: it would take a place in the pool for ever, and the end of
 * the pool would wait for it. Nor does it release one that was opened while the pool ended.
 */
export function releaseEnded(pool: pg.Pool): void {
  pool.on('connect', (client) => {
    /** Null while the connection is idle. */
    let release: pg.PoolClient['release'] | null = null;
    const releaseOnce: pg.PoolClient['release'] = (error) => {
      const current = release;
      // The pool refuses a second call.
      release = null;
      current?.(error);
    };
    // The pool sets it for each use of the connection.
    Object.defineProperty(client, 'release', {
      get: () => releaseOnce,
      set: (next: pg.PoolClient['release']) => {
        release = next;
      },
    });
    client.once('end', () => releaseOnce(true));
    // Kysely's `PostgresDriver.acquireConnection` (0.29.6) throws then.
    if (pool.ending) setImmediate(() => releaseOnce(true));
  });
}
