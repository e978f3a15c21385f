import { setTimeout } from 'node:timers/promises';
import type pg from 'pg';
import { connectClient } from '../../database/connections/failover-client.js';
import { reasonOf } from '../../database/reason.js';
import { BackupError } from '../archive/backup-error.js';

/** How long a database that has ended a connection may take to answer again, or to end a transaction. */
const WAIT_MS = 30_000;
const RETRY_MS = 500;

/**
 * When an archive was restored into a database with the tables of a gateway. Waits for a restore that has not ended.
 * @param createdAt of the archive
 * @returns null if it was not.
 */
export async function restoredAt(client: pg.ClientBase, createdAt: string): Promise<Date | null> {
  const { rows } = await client.query<{ at: Date }>(
    `select at from audit_entries where action = 'backup.restore' and detail = $1`,
    [createdAt],
  );
  return rows[0]?.at ?? null;
}

/**
 * Whether a restore was committed whose COMMIT has failed: its connection may have ended before the answer.
 * @param url as for `openDatabase`
 * @param signal ends the wait for a database that does not answer.
 * @throws BackupError if that cannot be known, since the database does not answer for 30 seconds.
 */
export async function wasCommitted(url: string, createdAt: string, signal: AbortSignal): Promise<boolean> {
  for (const end = performance.now() + WAIT_MS; ; ) {
    try {
      return await withClient(url, async (client) => {
        // A transaction that has not ended holds its locks.
        await client.query(`set statement_timeout = ${WAIT_MS}`);
        return (await restoredAt(client, createdAt)) !== null;
      });
    } catch (error) {
      if (performance.now() > end || signal.aborted) {
        throw new BackupError(
          `The database has not confirmed the restore, and does not answer now (${reasonOf(error)}): run gatehouse restore again once it answers, which restores the archive or says that it was restored already.`,
        );
      }
    }
    await setTimeout(RETRY_MS, undefined, { signal }).catch(() => {});
  }
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await connectClient(url);
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
