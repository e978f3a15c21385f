import type { Database } from '../database/database.js';
import { Turns } from '../streams/turns.js';

/** Polls that found entries whose snapshots are kept: more than an hour of them. */
const KEPT_SNAPSHOTS = 10_000;

/**
 * Notices new entries of all nodes. An offset stands for a snapshot of PostgreSQL, in which a
 * subscriber has received all that is visible: ids become visible in any order, and so do times.
 */
export class AuditTail {
  /** The snapshots of the latest polls that found entries, by offset. */
  readonly #snapshots = new Map<number, string>();
  readonly #listeners = new Set<() => void>();
  readonly #polls = new Turns();
  #offset = 0;

  constructor(private readonly db: Database) {}

  /** Looks for new entries, while there are subscribers. */
  async poll(): Promise<void> {
    if (this.#listeners.size > 0) await this.advance();
  }

  /** Looks for new entries. @returns the offset after all entries so far. */
  advance(): Promise<number> {
    return this.#polls.take(async () => {
      const { snapshot, hasNew } = await this.#read(this.#snapshots.get(this.#offset) ?? null);
      if (!hasNew) return this.#offset;
      this.#offset += 1;
      this.#snapshots.set(this.#offset, snapshot);
      this.#snapshots.delete(this.#offset - KEPT_SNAPSHOTS);
      for (const listener of this.#listeners) listener();
      return this.#offset;
    });
  }

  /** The offset after the entries that the latest poll found. */
  get offset(): number {
    return this.#offset;
  }

  /** @throws Error for an offset that is no longer kept. */
  snapshotAt(offset: number): string {
    const snapshot = this.#snapshots.get(offset);
    if (snapshot === undefined) throw new Error(`The audit log has no snapshot of offset ${offset}.`);
    return snapshot;
  }

  /** Calls back after a poll that found entries. @returns a function that ends it. */
  onNew(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #read(previous: string | null): Promise<{ snapshot: string; hasNew: boolean }> {
    const [row] = await this.db.em.fork().execute<{ snapshot: string; hasNew: boolean }[]>(
      `select pg_current_snapshot()::text as snapshot, previous is null or exists (
         select from audit_entries where transaction >= pg_snapshot_xmin(previous)
           and not pg_visible_in_snapshot(transaction, previous)
       ) as "hasNew" from (select ?::pg_snapshot as previous) as p`,
      [previous],
    );
    if (!row) throw new Error('PostgreSQL returned no snapshot.');
    return row;
  }
}
